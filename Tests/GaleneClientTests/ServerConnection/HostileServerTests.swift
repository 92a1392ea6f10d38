// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Synchronization
import Testing

@testable import GaleneClient

/// Servers that break every rule: nothing traps, hangs or grows.
@Suite("Hostile servers", .attack(19), .timeLimit(.minutes(2)))
struct HostileServerTests {
    private static let welcome = #"{"type":"handshake","version":["2"]}"#
    private static let joined =
        #"{"type":"joined","kind":"join","group":"g","username":"ada","permissions":["present","message"]}"#

    /// Joins a server that then says all of this, and hangs up when it knows that everything has been read.
    private func face(
        _ messages: [String], limits: EventLimits = EventLimits(),
        hearing: @escaping @Sendable (ClientMessage) -> Void = { _ in },
        _ body: (ServerConnection, Events<ServerEvent>) async throws -> Void
    ) async throws {
        try await FakeServer.run(hear: { text, client in
            let heard = try? ClientMessage(parsing: text)
            if let heard { hearing(heard) }
            switch heard {
            case .handshake: client.say(Self.welcome)
            case .join:
                client.say(Self.joined)
                for message in messages { client.say(message) }
                client.say(#"{"type":"ping"}"#)
            case .pong: client.hangUp()
            default: break
            }
        }) { server in
            var configuration = ServerConnection.Configuration()
            configuration.eventLimits = limits
            let connection = try ServerConnection(configuration)
            let events = connection.events
            try await connection.connect(to: server.endpoint)
            try await connection.join(group: "g", username: "ada", credentials: .none)
            try await body(connection, events)
        }
    }

    /// The same, to the end: the events have to be whole, and end with the connection's.
    private func outlive(_ messages: [String], _ body: (ServerConnection) async throws -> Void) async throws {
        try await face(messages) { connection, events in
            var last: ServerEvent?
            for try await event in events { last = event }
            guard case .closed? = last else {
                Issue.record("it ended with \(String(describing: last))")
                return
            }
            try await body(connection)
        }
    }

    @Test(arguments: [
        ["nonsense"], ["[]"], [#"{"type":7}"#], [#"{"type":"user","id":[]}"#], ["\u{0}"],
        [String(repeating: "[", count: 100_000)], [welcome], [joined],
        [#"{"type":"joined","kind":"join","group":1e400}"#],
    ])
    func `a message that is none ends the connection, with a word`(messages: [String]) async throws {
        try await outlive(messages) { connection in
            #expect(await connection.users.isEmpty)
            #expect(await connection.group == nil)
            #expect(await connection.isConnected == false)
        }
    }

    @Test func `offers, answers and candidates of all kinds lead to nothing`() async throws {
        let sdps = [
            "", "x", "v=0\r\n", String(repeating: "a=x\r\n", count: 10_000),
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n",
        ]
        var messages: [String] = []
        for (number, sdp) in sdps.enumerated() {
            let text = String(decoding: JSONValue.string(sdp).encoded(), as: UTF8.self)
            for _ in 0..<3 {
                messages.append(#"{"type":"offer","id":"s\#(number)","label":"camera","source":"b","sdp":\#(text)}"#)
            }
            messages.append(#"{"type":"answer","id":"s\#(number)","sdp":\#(text)}"#)
        }
        for number in 0..<2000 {
            messages.append(
                #"{"type":"ice","id":"s\#(number % 7)","candidate":{"candidate":"candidate:\#(number) 1 udp 1 192.0.2.1 9 typ host"}}"#
            )
        }
        messages += ["abort", "renegotiate"].flatMap { type in (0..<7).map { #"{"type":"\#(type)","id":"s\#($0)"}"# } }
        messages += [#"{"type":"close","id":"s5"}"#, #"{"type":"close","id":"s6"}"#]
        try await FakeServer.run(hear: { [messages] text, client in
            switch try? ClientMessage(parsing: text) {
            case .handshake: client.say(Self.welcome)
            case .join:
                client.say(Self.joined)
                for message in messages { client.say(message) }
            // As a server does that keeps the rules again.
            case .abort(let id): client.say(#"{"type":"close","id":"\#(id)"}"#)
            case .chat: client.hangUp()
            default: break
            }
        }) { server in
            let connection = try ServerConnection()
            var events = connection.events.makeAsyncIterator()
            try await connection.connect(to: server.endpoint)
            try await connection.join(group: "g", username: "ada", credentials: .none)
            var streams: [String: GaleneClient.Stream] = [:]
            while streams.count < sdps.count, let event = try await events.next() {
                if case .downStream(let stream) = event { streams[stream.id] = stream }
            }
            #expect(streams.keys.sorted() == sdps.indices.map { "s\($0)" })
            for stream in streams.values {
                var told: [StreamEvent] = []
                for try await event in stream.events { told.append(event) }
                #expect(told.contains { if case .failed(let error) = $0 { error.code == .media } else { false } })
                guard case .closed(isReplaced: false)? = told.last else {
                    Issue.record("\(stream.id) ended with \(String(describing: told.last))")
                    continue
                }
                #expect(!told.contains { if case .negotiated = $0 { true } else { false } })
            }
            // All that while the connection was there, and still is.
            #expect(await connection.downStreams.isEmpty)
            try await connection.chat("the end")
            var last: ServerEvent?
            while let event = try await events.next() {
                if case .downStream(let stream) = event { #expect(streams[stream.id] === stream) }
                last = event
            }
            guard case .closed? = last else {
                Issue.record("it ended with \(String(describing: last))")
                return
            }
        }
    }

    /// Joins a server on which these members offer so many files each.
    ///
    /// - Returns: how many were offered to the application, by member, and how many refused.
    private func offerFiles(
        _ members: [String], each count: Int, then others: [String] = []
    ) async throws -> (taken: [String: Int], refused: [String: Int]) {
        var messages = members.map { #"{"type":"user","kind":"add","id":"\#($0)","username":"Eve"}"# }
        for member in members {
            for number in 0..<count {
                messages.append(
                    #"""
                    {"type":"usermessage","kind":"filetransfer","source":"\#(member)","dest":"me","value":
                     {"type":"invite","version":["1"],"id":"\#(number)","name":"../../x","size":9223372036854775807,"mimetype":""}}
                    """#)
            }
        }
        let refused = Mutex<[String: Int]>([:])
        nonisolated(unsafe) var taken: [String: Int] = [:]
        try await face(
            messages + others,
            hearing: { message in
                guard case .userMessage(let message) = message, message.kind == .fileTransfer, let dest = message.dest,
                    case .cancel? = try? FileTransferMessage(message.value)
                else { return }
                refused.withLock { $0[dest, default: 0] += 1 }
            }
        ) { connection, events in
            var files: [TransferredFile] = []
            for try await event in events { if case .fileTransfer(let file) = event { files.append(file) } }
            for file in files {
                #expect(!file.isUp && file.size == .max)
                taken[file.userID, default: 0] += 1
                var last: FileTransferEvent?
                for try await event in file.events { last = event }
                #expect(last == .state(.closed))
            }
            #expect(await connection.transferredFiles.isEmpty)
        }
        return (taken, refused.withLock { $0 })
    }

    @Test(.row("F-07")) func `files that one member offers without end are eight, and each other one is refused`()
        async throws
    {
        let others = ["offer", "answer", "ice", "cancel", "upice", "dance"].map { type in
            #"{"type":"usermessage","kind":"filetransfer","source":"b","value":{"type":"\#(type)","id":"0","sdp":"x"}}"#
        }
        let (taken, refused) = try await offerFiles(["b"], each: 500, then: others)
        #expect(ServerConnection.maximumTransfersOfMember == 8)
        #expect(taken == ["b": 8])
        #expect(refused == ["b": 492])
    }

    @Test(.row("F-07")) func `files that many members offer are sixty-four`() async throws {
        let members = (0..<10).map { "b\($0)" }
        let (taken, refused) = try await offerFiles(members, each: 9)
        #expect(ServerConnection.maximumTransfers == 64)
        #expect(taken == Dictionary(uniqueKeysWithValues: members.prefix(8).map { ($0, 8) }))
        #expect(
            refused == Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0 < 8 ? 1 : 9) }))
    }

    @Test func `who does not read events is told, and the connection goes on to its end`() async throws {
        var limits = EventLimits()
        limits.count = 20
        let messages = (0..<1000).map { #"{"type":"chat","id":"\#($0)","source":"b","value":"x"}"# }
        try await face(messages, limits: limits) { connection, unread in
            // Till the end, which the connection comes to all the same.
            while await connection.isConnected { await Task.yield() }
            var count = 0
            let error = await #expect(throws: ServerConnectionError.self) {
                for try await _ in unread { count += 1 }
            }
            #expect(error?.code == .fellBehind && count == 20)
            #expect(await connection.group == nil)
        }
    }

    @Test func `one that accepts and says nothing is given up`() async throws {
        try await FakeServer.run { server in
            let connection = try ServerConnection()
            let error = await #expect(throws: ServerConnectionError.self) {
                try await connection.connect(to: server.endpoint)
            }
            #expect(error?.code == .timedOut)
        }
    }

    @Test(.row("P-51")) func `one that does not read is left when 8 MiB wait for it`() async throws {
        let unread = Mutex<FakeServer.Client?>(nil)
        try await FakeServer.run(hear: { text, client in
            switch try? ClientMessage(parsing: text) {
            case .handshake: client.say(Self.welcome)
            case .join:
                client.say(Self.joined)
                client.stopReading()
                unread.withLock { $0 = client }
            default: break
            }
        }) { server in
            let connection = try ServerConnection()
            let events = connection.events
            try await connection.connect(to: server.endpoint)
            try await connection.join(group: "g", username: "ada", credentials: .none)
            // What the kernel takes before the first byte has to wait here is not ours to say: 64 MiB is beyond all of it.
            let text = String(repeating: "x", count: 64 << 10)
            var sent = 0
            let error = await #expect(throws: ServerConnectionError.self) {
                while sent < 64 << 20 {
                    try await connection.chat(text)
                    sent += text.utf8.count
                }
            }
            try #require(error?.code == .notConnected && sent > 8 << 20)
            var last: ServerEvent?
            for try await event in events { last = event }
            guard case .closed(1006, _)? = last else {
                Issue.record("it ended with \(String(describing: last))")
                return
            }
            #expect(await connection.isConnected == false)
            #expect(await connection.group == nil)
        }
        unread.withLock { $0 }?.hangUp()
    }

    @Test func `who waits for it can stop waiting`() async throws {
        try await FakeServer.run(hear: { text, client in
            if case .handshake? = try? ClientMessage(parsing: text) { client.say(Self.welcome) }
        }) { server in
            let connection = try ServerConnection()
            try await connection.connect(to: server.endpoint)
            let joining = Task { try await connection.join(group: "g", username: "ada", credentials: .none) }
            while server.received.isEmpty, await !connection.isConnected { await Task.yield() }
            joining.cancel()
            await #expect(throws: (any Error).self) { try await joining.value }
        }
    }
}
