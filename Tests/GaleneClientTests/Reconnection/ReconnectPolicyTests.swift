// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import GaleneProtocol
import ServerTestKit
import Synchronization
import Testing

@testable import GaleneClient

/// Members of a whole server whose sockets are taken away.
@Suite("What a reconnect policy promises", .timeLimit(.minutes(2)))
struct ReconnectPolicyTests {
    private static let demo = ["demo": RunningServer.everybodyPresents]

    @Test func `it comes back as it was: name, data and the right to be there`() async throws {
        let groups = [
            "demo":
                #"{"users":{"ann":{"password":"secret","permissions":"present"}},"wildcard-user":{"password":{"type":"wildcard"},"permissions":"present"}}"#
        ]
        try await RunningServer.run(groups: groups) { server in
            try await Wire.run(to: server.port) { wire in
                var ann = try await TestMember(server, "ann", .password("secret"), endpoint: wire.endpoint) {
                    $0.reconnectPolicy = ReconnectPolicy()
                }
                var bob = try await TestMember(server, "Bob")
                let connection = ann.connection
                try await connection.userAction(.setData, on: connection.id, value: ["raisehand": true])
                while await connection.users[connection.id]?.data["raisehand"] != .bool(true) {
                    _ = try await ann.next { if case .user(.change, _) = $0 { true } else { nil } }
                }
                wire.breakDown()
                var attempts = [try await ann.reconnecting()]
                // Nobody is there, and nothing can be said.
                #expect(await connection.users.isEmpty)
                #expect(await !connection.isConnected)
                await #expect(throws: ServerConnectionError.self) { try await connection.chat("hello?") }
                while attempts.count < 3 { try await attempts.append(ann.reconnecting()) }
                #expect(attempts.map(\.number) == [1, 2, 3])
                #expect(wire.refused >= 2)
                wire.mend()
                var kinds: [Joined.Kind] = []
                while let event = try await ann.events.next() {
                    if case .joined(let change) = event { kinds.append(change.kind) }
                    if case .reconnected = event { break }
                }
                // It never left.
                #expect(kinds == [.change])
                // Behind the one who was there first.
                var back = try await bob.user(.add, "ann")
                while back.id != connection.id { back = try await bob.user(.add, "ann") }
                #expect(back.data["raisehand"] == .bool(true))
                #expect(back.permissions.contains(.present))
                await connection.close()
                await bob.connection.close()
            }
        }
    }

    @Test func `time runs out`() async throws {
        try await RunningServer.run(groups: Self.demo) { server in
            try await Wire.run(to: server.port) { wire in
                var ann = try await TestMember(server, "Ann", endpoint: wire.endpoint) {
                    $0.reconnectPolicy = ReconnectPolicy(firstDelay: .milliseconds(10), timeLimit: .milliseconds(200))
                }
                let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
                wire.breakDown()
                let told = try await ann.end()
                #expect(told == ["failed timedOut", "closed 1006"])
                var last: StreamEvent?
                for try await event in up.events { last = event }
                guard case .closed(isReplaced: false)? = last else {
                    Issue.record("the stream did not end: \(String(describing: last))")
                    return
                }
                #expect(await ann.connection.upStreams.isEmpty)
            }
        }
    }

    @Test(arguments: ["", #"{"type":"handshake","version":["2"]}"#])
    func `a connection that never was is not made again`(greeting: String) async throws {
        let clients = Mutex(0)
        try await FakeServer.run(hear: { text, client in
            if text.contains(#""handshake""#) {
                clients.withLock { $0 += 1 }
                if !greeting.isEmpty { client.say(greeting) }
            }
            if greeting.isEmpty || text.contains(#""join""#) { client.hangUp() }
        }) { server in
            var configuration = ServerConnection.Configuration()
            configuration.reconnectPolicy = ReconnectPolicy(timeLimit: .zero)
            let connection = try ServerConnection(configuration)
            var events = connection.events.makeAsyncIterator()
            await #expect(throws: ServerConnectionError.self) {
                try await connection.connect(to: server.endpoint)
                try await connection.join(group: "g", username: "Ann", credentials: .none)
            }
            var told: [String] = []
            while let event = try await events.next() { told.append(contentsOf: TestMember.ending(event)) }
            #expect(told == (greeting.isEmpty ? ["closed 1006"] : ["failed timedOut", "closed 1006"]))
            #expect(clients.withLock { $0 } == 1)
        }
    }

    @Test func `whoever is thrown out stays out`() async throws {
        let groups = [
            "demo":
                #"{"users":{"op":{"password":"secret","permissions":"op"}},"wildcard-user":{"password":{"type":"wildcard"},"permissions":"present"}}"#
        ]
        try await RunningServer.run(groups: groups) { server in
            let op = try await TestMember(server, "op", .password("secret"))
            var ann = try await TestMember(server, "Ann") { $0.reconnectPolicy = ReconnectPolicy() }
            try await op.connection.userAction(.kick, on: ann.connection.id, value: "enough")
            let told = try await ann.end()
            #expect(told == ["closed 1000"])
            await op.connection.close()
        }
    }

    /// The close tells nothing here: only the message does.
    @Test func `whoever is thrown out by a broken socket stays out`() async throws {
        let clients = Mutex(0)
        try await FakeServer.run(hear: { text, client in
            if text.contains(#""handshake""#) {
                clients.withLock { $0 += 1 }
                client.say(#"{"type":"handshake","version":["2"]}"#)
            }
            guard text.contains(#""join""#) else { return }
            client.say(#"{"type":"joined","kind":"join","group":"g","username":"Ann","permissions":[]}"#)
            client.say(#"{"type":"usermessage","kind":"kicked","id":"op","privileged":true,"value":"enough"}"#)
            client.hangUp()
        }) { server in
            var configuration = ServerConnection.Configuration()
            configuration.reconnectPolicy = ReconnectPolicy()
            let connection = try ServerConnection(configuration)
            var events = connection.events.makeAsyncIterator()
            try await connection.connect(to: server.endpoint)
            try await connection.join(group: "g", username: "Ann", credentials: .none)
            var told: [String] = []
            while let event = try await events.next() { told.append(contentsOf: TestMember.ending(event)) }
            #expect(told == ["closed 1006"])
            #expect(clients.withLock { $0 } == 1)
        }
    }

    @Test func `leaving while it is looked for is leaving`() async throws {
        try await RunningServer.run(groups: Self.demo) { server in
            try await Wire.run(to: server.port) { wire in
                var ann = try await TestMember(server, "Ann", comingBackOver: wire)
                let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
                wire.breakDown()
                _ = try await ann.reconnecting()
                try await ann.connection.leave(group: "demo")
                await #expect(throws: ServerConnectionError.self) { try await ann.connection.leave(group: "demo") }
                for try await _ in up.events {}
                wire.mend()
                try await ann.reconnected()
                #expect(await ann.connection.group == nil)
                #expect(await ann.connection.upStreams.isEmpty)
                // Another group can be joined.
                try await ann.connection.join(group: "demo", username: "Ann", credentials: .none)
                await ann.connection.close()
            }
        }
    }

    @Test func `a join that was refused is not what one comes back to`() async throws {
        try await RunningServer.run(groups: Self.demo) { server in
            try await Wire.run(to: server.port) { wire in
                var ann = try await TestMember(server, "Ann", comingBackOver: wire)
                await #expect(throws: ServerConnectionError.self) {
                    try await ann.connection.join(group: "other", username: "Eve", credentials: .none)
                }
                wire.cut()
                try await ann.reconnected()
                #expect(await ann.connection.group == "demo")
                #expect(await ann.connection.username == "Ann")
                await ann.connection.close()
            }
        }
    }

    @Test func `closing while it is looked for is the end`() async throws {
        try await RunningServer.run(groups: Self.demo) { server in
            try await Wire.run(to: server.port) { wire in
                var ann = try await TestMember(server, "Ann", comingBackOver: wire)
                let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
                wire.breakDown()
                _ = try await ann.reconnecting()
                await ann.connection.close()
                let told = try await ann.end()
                #expect(told == ["closed 1000"])
                for try await _ in up.events {}
                #expect(await up.status == .closed)
            }
        }
    }

    @Test(arguments: [#""error":"need-username""#, #""error":"duplicate-username""#])
    func `a server that says why it does not want one is believed`(why: String) async throws {
        let joins = Mutex(0)
        try await FakeServer.run(hear: { text, client in
            if text.contains(#""handshake""#) { client.say(#"{"type":"handshake","version":["2"]}"#) }
            guard text.contains(#""join""#) else { return }
            let number = joins.withLock { joins in
                joins += 1
                return joins
            }
            if number == 1 {
                client.say(#"{"type":"joined","kind":"join","group":"g","username":"Ann","permissions":[]}"#)
                client.hangUp()
            } else {
                client.say(#"{"type":"joined","kind":"fail","group":"g","value":"no",\#(why)}"#)
            }
        }) { server in
            var configuration = ServerConnection.Configuration()
            configuration.reconnectPolicy = ReconnectPolicy()
            let connection = try ServerConnection(configuration)
            var events = connection.events.makeAsyncIterator()
            try await connection.connect(to: server.endpoint)
            try await connection.join(group: "g", username: "Ann", credentials: .none)
            var told: [String] = []
            while let event = try await events.next() { told.append(contentsOf: TestMember.ending(event)) }
            #expect(told == ["failed refused", "closed 1000"])
            #expect(joins.withLock { $0 } == 2)
        }
    }
}
