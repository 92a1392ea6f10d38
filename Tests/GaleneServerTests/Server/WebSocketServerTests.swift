// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import NIOCore
import RTCBase
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("WebSockets over loopback", .timeLimit(.minutes(1)))
struct WebSocketServerTests {
    @Test(.row("P-21", "P-12", "P-18", "A-11")) func `two clients meet, talk and part`() async throws {
        try await TestServer.run { server async throws in
            let alice = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
            let bob = try await RawWebSocket.join(port: server.port, id: "b", username: "bob")
            let arrival = await alice.message()
            guard case .user(let change)? = arrival else {
                Issue.record("\(String(describing: arrival))")
                return
            }
            #expect(change.kind == .add && change.id == "b" && change.username == "bob")
            try await bob.send(.chat(Chat(value: "hello")))
            guard case .chat(let chat)? = await alice.message() else {
                Issue.record("no chat")
                return
            }
            #expect(chat.value == "hello" && chat.source == "b" && chat.id != nil && chat.time != nil)
            try await bob.client.close()
            guard case .user(let departure)? = await alice.message() else {
                Issue.record("no departure")
                return
            }
            #expect(departure.kind == .delete && departure.id == "b")
        }
    }

    @Test(.row("P-15", "M-02", "M-14")) func `an offer is answered by the media worker with its candidates`()
        async throws
    {
        try await TestServer.run { server async throws in
            let alice = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
            try await alice.send(.offer(Offer(id: "s", label: "camera", sdp: SessionHarness.offerSDP)))
            let answer = await alice.message()?.answer
            #expect(answer?.id == "s" && answer?.sdp.contains("a=ice-lite") == true)
            guard case .ice(let trickled)? = await alice.message() else {
                Issue.record("no candidate")
                return
            }
            #expect(trickled.id == "s" && trickled.candidate?.sdpMid == "0" && trickled.candidate?.sdpMLineIndex == 0)
            #expect(trickled.candidate?.candidate.hasPrefix("candidate:") == true)
            try await alice.send(.close(id: "s"))
            try await alice.send(.ping)
            #expect(await alice.message { !$0.isICE } == .pong)
        }
    }

    @Test func `binary, fragmented and empty frames make messages too`() async throws {
        try await TestServer.run { server async throws in
            let socket = try await RawWebSocket.open(port: server.port)
            let handshake = ClientMessage.handshake(Handshake(id: "a")).encoded()
            try await socket.client.send(RawWebSocket.frame(2, handshake))
            #expect(await socket.message() == .handshake(Handshake()))
            let ping = ClientMessage.ping.encoded()
            try await socket.client.send(
                RawWebSocket.frame(1, Array(ping[..<3]), fin: false) + RawWebSocket.frame(0, [], fin: false)
                    + RawWebSocket.frame(9, [7]) + RawWebSocket.frame(0, Array(ping[3...])))
            #expect(await socket.receive() == .text(#"{"type":"pong"}"#))
            #expect(await socket.receive() == .pong([7]))
        }
    }

    @Test(.row("P-04")) func `the first ping after the handshake is not the second message's fault`() async throws {
        try await TestServer.run { server async throws in
            let socket = try await RawWebSocket.open(port: server.port)
            let both =
                RawWebSocket.frame(1, ClientMessage.handshake(Handshake(id: "a")).encoded())
                + RawWebSocket.frame(1, ClientMessage.join(Join(group: "demo", username: "a", password: "x")).encoded())
                + RawWebSocket.frame(1, ClientMessage.ping.encoded())
            try await socket.client.send(both)
            var kinds: [String] = []
            while kinds.last != "pong", let message = await socket.message() {
                kinds.append(String("\(message)".prefix { $0 != "(" }))
            }
            #expect(kinds == ["handshake", "joined", "user", "pong"], "pipelined messages are handled in order")
        }
    }

    @Test(
        .attack(23), .row("P-48"),
        arguments: [
            (RawWebSocket.frame(1, [], length: (1 << 20) + 1), 1009),
            (RawWebSocket.frame(1, [123], isMasked: false), 1002),
            (RawWebSocket.frame(1, [0xff, 0xfe]), 1007), (RawWebSocket.frame(0, [1]), 1002),
            (RawWebSocket.frame(3, [1]), 1002), (RawWebSocket.frame(9, [], fin: false), 1002),
            (RawWebSocket.frame(1, [123], fin: false) + RawWebSocket.frame(1, [123]), 1002),
            ([0xc1, 0x80, 1, 2, 3, 4], 1002), (RawWebSocket.frame(1, Array("{".utf8)), 1011),
            (RawWebSocket.frame(1, Array("{}".utf8)), 1002),
        ] as [([UInt8], Int)])
    func `what breaks the rules is closed with a code`(bytes: [UInt8], code: Int) async throws {
        try await TestServer.run { server async throws in
            let socket = try await RawWebSocket.open(port: server.port)
            try await socket.client.send(bytes)
            #expect(await socket.closeCode() == code)
            try? await socket.client.send(RawWebSocket.frame(8, [3, 0xe8]))
            await socket.client.waitForEnd()
            let survivor = try await RawWebSocket.join(port: server.port, id: "b", username: "bob")
            try await survivor.send(.ping)
            #expect(await survivor.message() == .pong)
        }
    }

    @Test(.attack(23), .row("P-48")) func `a message of 1 MiB passes, a byte more in fragments does not`() async throws
    {
        try await TestServer.run { server async throws in
            let socket = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
            let start = Array(#"{"type":"ping","x":""#.utf8)
            let end = Array(#""}"#.utf8)
            let filling = [UInt8](repeating: 120, count: (1 << 20) - start.count - end.count)
            try await socket.client.send(RawWebSocket.frame(1, start + filling + end))
            #expect(await socket.message() == .pong)
            try await socket.client.send(RawWebSocket.frame(1, [UInt8](repeating: 32, count: 1 << 19), fin: false))
            try? await socket.client.send(RawWebSocket.frame(0, [UInt8](repeating: 32, count: (1 << 19) + 1)))
            #expect(await socket.closeCode() == 1009)
        }
    }

    @Test(.attack(23)) func `a message of countless fragments ends the connection`() async throws {
        try await TestServer.run { server async throws in
            let socket = try await RawWebSocket.open(port: server.port)
            var bytes = RawWebSocket.frame(1, [32], fin: false)
            for _ in 0..<2000 { bytes += RawWebSocket.frame(0, [], fin: false) }
            try? await socket.client.send(bytes)
            #expect(await socket.closeCode() == 1008)
        }
    }

    @Test(.attack(23)) func `a flood of pings is answered sparsely and in the end completely`() async throws {
        try await TestServer.run { server async throws in
            let socket = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
            var bytes: [UInt8] = []
            for number in 0..<20_000 { bytes += RawWebSocket.frame(9, [UInt8(truncatingIfNeeded: number >> 8)]) }
            bytes += RawWebSocket.frame(9, Array("last".utf8))
            try await socket.client.send(bytes)
            var pongs = 0
            while let frame = await socket.receive() {
                pongs += 1
                if frame == .pong(Array("last".utf8)) { break }
            }
            #expect(pongs < 2000)
        }
    }

    @Test(.attack(23), .row("A-11", "S-15")) func `a page of another origin may not connect, a configured one may`()
        async throws
    {
        try await TestServer.run(prepare: {
            $0.write("data/config.json", #"{"allowOrigin":["https://friend.example"]}"#)
        }) { server async throws in
            for (origin, status) in [
                ("https://evil.example", "403"), ("https://friend.example", "101"), ("http://h.example", "101"),
            ] {
                let client = try await RawClient.connect(port: server.port)
                try await client.send(RawWebSocket.handshake(origin: origin))
                #expect(await client.read(through: "\r\n\r\n")?.hasPrefix("HTTP/1.1 \(status)") == true, "\(origin)")
                try? await client.close()
            }
        }
    }

    @Test(.row("P-51"), .attack(23), .attack(29)) func `a client that does not read is disconnected, the others go on`()
        async throws
    {
        var limits = Limits()
        limits.waitingBytes = 256 * 1024
        // What is tested here is not how fast Alice may talk.
        limits.byteBurst = 1 << 30
        try await TestServer.run(limits: limits) { server async throws in
            let alice = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
            let deaf = try await RawWebSocket.open(port: server.port, readsNothing: true)
            try await deaf.send(.handshake(Handshake(id: "deaf")))
            try await deaf.send(.join(Join(group: "demo", username: "deaf", password: "x")))
            let arrival = await alice.message { if case .user(let change) = $0 { change.kind == .add } else { false } }
            #expect(arrival != nil)
            let text = String(repeating: "x", count: 100_000)
            var isGone = false
            for _ in 0..<500 where !isGone {
                try await alice.send(.chat(Chat(value: .string(text))))
                guard let message = await alice.message() else { break }
                if case .user(let change) = message, change.kind == .delete { isGone = true }
            }
            #expect(isGone)
            try await alice.send(.ping)
            #expect(await alice.message { $0 == .pong } == .pong)
        }
    }

    @Test(.attack(23), .attack(29))
    func `thousands of messages behind one that takes its time are handled in their turn`()
        async throws
    {
        var limits = Limits()
        limits.messageBurst = 10_000
        try await TestServer.run(limits: limits) { server async throws in
            let socket = try await RawWebSocket.open(port: server.port)
            try await socket.send(.handshake(Handshake(id: "a")))
            // The answer to a wrong password takes 200 ms.
            let join = ClientMessage.join(Join(group: "demo", username: "op", password: "wrong"))
            let pong = RawWebSocket.frame(1, ClientMessage.pong.encoded())
            try await socket.client.send(
                RawWebSocket.frame(1, join.encoded()) + [[UInt8]](repeating: pong, count: 4000).joined())
            #expect(await socket.message { $0.joined != nil }?.joined?.kind == .fail)
            try await socket.send(.ping)
            #expect(await socket.message { $0 == .pong } == .pong)
        }
    }

    @Test(.row("P-12")) func `who speaks and leaves at once is heard`() async throws {
        try await TestServer.run { server async throws in
            let alice = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
            let bob = try await RawWebSocket.open(port: server.port)
            // All in one segment, so that the goodbye is there before anybody has joined.
            let messages: [ClientMessage] = [
                .handshake(Handshake(id: "b")), .join(Join(group: "demo", username: "bob", password: "")),
                .chat(Chat(value: "one")), .chat(Chat(value: "two")),
            ]
            let goodbye = RawWebSocket.frame(8, [0x03, 0xe8])
            // What comes behind a closing frame does not count.
            let late = RawWebSocket.frame(1, ClientMessage.chat(Chat(value: "late")).encoded())
            try await bob.client.send(messages.flatMap { RawWebSocket.frame(1, $0.encoded()) } + goodbye + late)
            var heard: [String] = []
            while let message = await alice.message() {
                if case .user(let change) = message, change.id == "b" {
                    heard.append(change.kind.rawValue)
                    if change.kind == .delete { break }
                } else if case .chat(let chat) = message {
                    heard.append(chat.value?.stringValue ?? "")
                }
            }
            #expect(heard == ["add", "one", "two", "delete"])
            #expect(await bob.closeCode() == 1000)
        }
    }

    @Test func `what a group says in a hurry waits for the rest, and comes in order`() async throws {
        var limits = Limits()
        limits.deliveryPause = .seconds(3600)
        try await TestServer.run(limits: limits) { server async throws in
            let bob = try await RawWebSocket.join(port: server.port, id: "b", username: "bob")
            let alice = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
            for number in 0..<10 {
                try await bob.send(.chat(Chat(value: .string("\(number)"))))
                // What one does oneself ends the waiting.
                _ = await bob.message { if case .chat = $0 { true } else { false } }
            }
            try await alice.send(.ping)
            let next = await alice.message { if case .user = $0 { false } else { true } }
            #expect(next == .pong, "not held up by what waits, and what waits does not come")
            try await alice.send(.chat(Chat(value: "10")))
            for number in 0...10 {
                guard case .chat(let chat)? = await alice.message() else {
                    Issue.record("no chat")
                    return
                }
                #expect(chat.value == .string("\(number)"))
            }
        }
    }

    @Test(.row("P-51")) func `a client whose socket stays full is given a time`() {
        var limits = Limits()
        limits.writeTimeout = .seconds(5)
        limits.slowestBytesPerSecond = 1000
        limits.waitingBytes = 10_000
        var queue = OutputQueue(limits: limits)
        queue.wrote(2000, now: .zero)
        #expect(!queue.isOverdue(now: .zero + .milliseconds(6999)))
        #expect(queue.isOverdue(now: .zero + .seconds(7)), "a second for every kilobyte, and five")
        queue.wrote(1000, now: .zero + .seconds(6))
        queue.completed()
        #expect(!queue.isOverdue(now: .zero + .milliseconds(13_999)), "the one behind it has the time of both")
        #expect(queue.isOverdue(now: .zero + .seconds(14)))
        queue.completed()
        queue.wrote(1_000_000, now: .zero)
        queue.wrote(10_000, now: .zero)
        #expect(!queue.isOverdue(now: .zero), "what is being written may be large")
        queue.wrote(1, now: .zero)
        #expect(queue.isOverdue(now: .zero), "what waits may not")
        for _ in 0..<3 { queue.completed() }
        #expect(queue.deadline == nil && queue.bytes == 0 && !queue.isOverdue(now: .zero + .seconds(50)))
        for _ in 0...limits.waitingBatches { queue.wrote(1, now: .zero) }
        #expect(queue.isOverdue(now: .zero), "more batches than may wait")
    }

    @Test(.attack(24)) func `the reference's deaths are survived`() async throws {
        try await TestServer.run { server async throws in
            let socket = try await RawWebSocket.open(port: server.port)
            try await socket.send(.handshake(Handshake(id: "a")))
            try await socket.send(.join(Join(group: "demo", username: "op", password: "wrong")))
            guard case .joined(let refused)? = await socket.message(where: { $0.joined != nil }) else {
                Issue.record("no answer")
                return
            }
            #expect(refused.kind == .fail)
            try await socket.send(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
            #expect(await socket.message() == .abort(id: "s"))
            #expect(await socket.message()?.errorText != nil)
            try await socket.send(.join(Join(group: "demo", username: "alice", password: "x")))
            try await socket.send(.join(Join(kind: .leave, group: "demo")))
            try await socket.send(.join(Join(group: "demo", username: "alice", password: "x")))
            for kind in [Joined.Kind.join, .leave, .join] {
                #expect(await socket.message(where: { $0.joined != nil })?.joined?.kind == kind)
            }
            try await socket.send(#"{"type":"requestStream","id":"gone","request":["audio"]}"#)
            try await socket.send(.ping)
            #expect(await socket.message { $0 == .pong } == .pong)
        }
    }

    @Test(.row("P-37", "P-38", "P-29", "P-41", "P-48", "S-47"))
    func `an operator asks for an address, locks, and sends away`()
        async throws
    {
        try await TestServer.run { server async throws in
            let op = try await RawWebSocket.join(port: server.port, id: "op", username: "op")
            let bob = try await RawWebSocket.join(port: server.port, id: "bob", username: "bob")
            try await op.send(.userAction(UserAction(kind: .identify, dest: "bob")))
            guard case .userMessage(let info)? = await op.message(where: { $0.userInfo != nil }) else {
                Issue.record("no answer")
                return
            }
            let port = try #require(bob.client.channel.localAddress?.port)
            #expect(info.value?["address"] == .string("127.0.0.1:\(port)"))
            try await op.send(.groupAction(GroupAction(kind: .lock, value: "back at noon")))
            #expect(await op.message { $0.joined?.kind == .change }?.joined?.status?.locked == true)
            let carol = try await RawWebSocket.open(port: server.port)
            try await carol.send(.handshake(Handshake(id: "carol")))
            try await carol.send(.join(Join(group: "demo", username: "carol", password: "x")))
            #expect(await carol.message { $0.joined != nil }?.joined?.value == "back at noon")
            try await op.send(.userAction(UserAction(kind: .kick, dest: "bob", value: "enough")))
            let kicked = await bob.message {
                if case .userMessage(let message) = $0 { message.kind == .kicked } else { false }
            }
            #expect(kicked != nil)
            #expect(await bob.closeCode() == 1000)
            await bob.client.waitForEnd()
        }
    }

    @Test(.row("S-11", "P-48")) func `a server that stops closes with 1001`() async throws {
        nonisolated(unsafe) var socket: RawWebSocket?
        try await TestServer.run { server async throws in
            socket = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
        }
        #expect(await socket?.closeCode() == 1001)
    }
}
