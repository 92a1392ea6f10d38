// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import NIOCore
import NIOHTTP1
import RTCBase
import RTCTestKit
import RTP
import Synchronization
import Testing
import WebRTCIO

@testable import GaleneClient

/// Servers that keep one waiting: each is given up in its time, and says so.
@Suite("Servers that do not come to an end", .attack(19), .timeLimit(.minutes(1)))
struct SlowServerTests {
    private static let hour = TimeAmount.hours(1)

    /// Every time but the one that a test is about is beyond its end.
    private static func connection(
        connect: TimeAmount = hour, goodbye: TimeAmount = hour, streamEnd: TimeAmount = hour
    ) throws -> ServerConnection {
        var configuration = ServerConnection.Configuration()
        configuration.timeouts = Timeouts(connect: connect, goodbye: goodbye, streamEnd: streamEnd)
        return try ServerConnection(configuration)
    }

    @Test func `people wait some seconds`() {
        let timeouts = ServerConnection.Configuration().timeouts
        #expect(timeouts.connect == .seconds(10) && timeouts.goodbye == .seconds(3))
        #expect(timeouts.streamEnd == .seconds(10))
    }

    @Test(arguments: ["", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: web", "HTTP/1.1 100 Continue\r\n\r\n"])
    func `one that never becomes a WebSocket is given up, and another may be tried`(opening: String) async throws {
        try await MuteServer.run(saying: opening) { mute in
            let connection = try Self.connection(connect: .milliseconds(300))
            let error = await #expect(throws: ServerConnectionError.self) {
                try await connection.connect(to: "ws://127.0.0.1:\(mute.port)/ws")
            }
            #expect(error?.code == .unreachable)
            #expect(error?.description == "127.0.0.1:\(mute.port) does not answer within 300 ms")
            #expect(await connection.isConnected == false)
        }
    }

    @Test(arguments: [true, false])
    func `whoever is cancelled while it connects waits no longer`(isStatus: Bool) async throws {
        try await MuteServer.run { mute in
            let connection = try Self.connection()
            let connecting = Task {
                if isStatus {
                    _ = try await connection.status(of: "http://127.0.0.1:\(mute.port)/group/g/")
                } else {
                    try await connection.connect(to: "ws://127.0.0.1:\(mute.port)/ws")
                }
            }
            _ = await mute.connected.first { true }
            connecting.cancel()
            await #expect(throws: ServerConnectionError.self) { try await connecting.value }
            #expect(await connection.isConnected == false)
        }
    }

    @Test(arguments: [
        ("", ""), ("HTTP/1.1 200 OK\r\nX: ", "x"), ("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n{", " "),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"),
    ])
    func `a status that does not come to an end is given up`(opening: String, drop: String) async throws {
        try await MuteServer.run(saying: opening, then: drop) { mute in
            let connection = try Self.connection(connect: .milliseconds(300))
            let error = await #expect(throws: ServerConnectionError.self) {
                _ = try await connection.status(of: "http://127.0.0.1:\(mute.port)/group/g/")
            }
            #expect(error?.code == .unreachable)
            #expect(error?.description.isEmpty == false)
        }
    }

    @Test func `a status longer than 64 KiB is none, however it comes`() async throws {
        let openings = ["Content-Length: 10000000\r\n", "Transfer-Encoding: chunked\r\n", ""]
        let spaces = String(repeating: " ", count: 4096)
        for (opening, drop) in zip(openings, [spaces, "1000\r\n\(spaces)\r\n", spaces]) {
            try await MuteServer.run(saying: "HTTP/1.1 200 OK\r\n\(opening)\r\n", then: drop) { mute in
                let connection = try Self.connection()
                let error = await #expect(throws: ServerConnectionError.self) {
                    _ = try await connection.status(of: "http://127.0.0.1:\(mute.port)/group/g/")
                }
                #expect(error?.code == .protocolViolation)
            }
        }
    }

    @Test(arguments: ["/group/g/.status", "/group/h/.status"])
    func `a status that leads in a circle is followed three times`(location: String) async throws {
        try await FakeServer.run(answer: { _ in .init(status: .found, location: location) }) { server in
            let connection = try Self.connection()
            let error = await #expect(throws: ServerConnectionError.self) {
                _ = try await connection.status(of: server.url + "group/g/")
            }
            #expect(error?.code == .protocolViolation)
            #expect(server.received.map(\.uri) == ["/group/g/.status", location, location, location])
        }
    }

    @Test(.row("C-12"), arguments: [("", ""), ("HTTP/1.1 200 OK\r\nContent-Type: application/jwt\r\n\r\n", "a")])
    func `an authorisation server that does not come to an end fails the join, and no more`(
        opening: String, drop: String
    ) async throws {
        try await MuteServer.run(saying: opening, then: drop) { mute in
            try await FakeServer.run(hear: { text, client in
                switch try? ClientMessage(parsing: text) {
                case .handshake: client.say(#"{"type":"handshake","version":["2"]}"#)
                case .join: client.say(#"{"type":"joined","kind":"join","group":"g","username":"ada"}"#)
                default: break
                }
            }) { server in
                // The server that answers has to do it within this time, too.
                let connection = try Self.connection(connect: .seconds(3))
                try await connection.connect(to: server.endpoint)
                let error = await #expect(throws: ServerConnectionError.self) {
                    try await connection.join(
                        group: "g", username: "ada",
                        credentials: .authorisationServer(
                            url: "http://127.0.0.1:\(mute.port)/", location: "https://h/group/g/", password: "secret"))
                }
                #expect(error?.code == .unreachable)
                #expect(await connection.group == nil)
                try await connection.join(group: "g", username: "ada", credentials: .none)
                #expect(await connection.group == "g")
                await connection.close()
            }
        }
    }

    @Test func `a close that is not answered ends all the same`() async throws {
        let deaf = Mutex<FakeServer.Client?>(nil)
        try await FakeServer.run(hear: { text, client in
            guard case .handshake? = try? ClientMessage(parsing: text) else { return }
            client.stopReading()
            deaf.withLock { $0 = client }
            client.say(#"{"type":"handshake","version":["2"]}"#)
        }) { server in
            let connection = try Self.connection(connect: .seconds(10), goodbye: .milliseconds(100))
            let events = connection.events
            try await connection.connect(to: server.endpoint)
            await connection.close()
            var last: ServerEvent?
            for try await event in events { last = event }
            guard case .closed(1006, _)? = last else {
                Issue.record("it ended with \(String(describing: last))")
                return
            }
            #expect(await connection.isConnected == false)
        }
        deaf.withLock { $0 }?.hangUp()
    }

    @Test(.row("C-18")) func `an offer that is not answered fails its stream, and the server is told`() async throws {
        let (heard, hear) = AsyncStream<ClientMessage>.makeStream()
        try await FakeServer.run(hear: { text, client in
            switch try? ClientMessage(parsing: text) {
            case .handshake: client.say(#"{"type":"handshake","version":["2"]}"#)
            case .join:
                client.say(
                    #"{"type":"joined","kind":"join","group":"g","username":"ada","permissions":["present"]}"#)
            case .some(let message): hear.yield(message)
            case nil: break
            }
        }) { server in
            let connection = try Self.connection(connect: .seconds(10))
            try await connection.connect(to: server.endpoint)
            try await connection.join(group: "g", username: "ada", credentials: .none)
            let up = try await connection.newUpStream(label: "camera", tracks: [PublishedTrack(.opus)])
            // What is wanted while an answer is awaited does not make the stream live on.
            await up.restartICE()
            await connection.look(after: ServerSession.answerTimeout)
            var told: [StreamEvent] = []
            for try await event in up.events { told.append(event) }
            guard case .failed(let error)? = told.dropLast(2).last, case .status(.closed)? = told.dropLast().last,
                case .closed(isReplaced: false)? = told.last
            else {
                Issue.record("it ended with \(told)")
                return
            }
            #expect(error.code == .timedOut)
            #expect(await connection.upStreams.isEmpty)
            #expect(await connection.isConnected)
            var messages = heard.makeAsyncIterator()
            while let message = await messages.next(), message != .close(id: up.id) {}
            await connection.close()
        }
    }

    @Test(.row("C-18"), arguments: [true, false])
    func `the end of a down stream that nobody confirms comes all the same`(byClose: Bool) async throws {
        let offer = String(
            decoding: JSONValue.string(Fixture.text("offer-chromium.sdp")).encoded(), as: UTF8.self)
        let (aborted, abort) = AsyncStream<String>.makeStream()
        try await FakeServer.run(hear: { text, client in
            switch try? ClientMessage(parsing: text) {
            case .handshake: client.say(#"{"type":"handshake","version":["2"]}"#)
            case .join:
                client.say(#"{"type":"joined","kind":"join","group":"g","username":"ada"}"#)
                client.say(#"{"type":"offer","id":"d","label":"camera","source":"b","sdp":\#(offer)}"#)
            case .abort(let id): abort.yield(id)
            default: break
            }
        }) { server in
            let connection = try Self.connection(connect: .seconds(10), streamEnd: .milliseconds(100))
            var events = connection.events.makeAsyncIterator()
            try await connection.connect(to: server.endpoint)
            try await connection.join(group: "g", username: "ada", credentials: .none)
            var stream: GaleneClient.Stream?
            while stream == nil, let event = try await events.next() {
                if case .downStream(let offered) = event { stream = offered }
            }
            let down = try #require(stream)
            var told: [StreamEvent] = []
            var start: ContinuousClock.Instant?
            for try await event in down.events {
                told.append(event)
                guard case .negotiated = event else { continue }
                start = .now
                await byClose ? down.close() : down.abort()
            }
            guard case .closed(isReplaced: false)? = told.last else {
                Issue.record("it ended with \(String(describing: told.last))")
                return
            }
            #expect(!told.contains { if case .failed = $0 { true } else { false } })
            // The server was asked, and had its time.
            #expect(try #require(start).duration(to: .now) >= .milliseconds(100))
            var heard = aborted.makeAsyncIterator()
            #expect(await heard.next() == "d")
            #expect(await connection.downStreams.isEmpty)
            #expect(await connection.isConnected)
            await connection.close()
        }
    }
}

extension ServerConnection {
    /// What the connection does when so much time has passed.
    fileprivate func look(after duration: Duration) {
        session.handleTimeout(now: .current + duration)
        drain()
    }
}
