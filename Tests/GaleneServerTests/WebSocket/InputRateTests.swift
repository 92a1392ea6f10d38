// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("What one client may ask for", .attack(29), .timeLimit(.minutes(1)))
struct InputRateTests {
    @Test func `a burst is let through, then it waits for room`() {
        let limits = Limits()
        var rate = InputRate(limits: limits, now: .zero)
        rate.took(messages: limits.messageBurst, bytes: 0, now: .zero)
        #expect(rate.blockedUntil(now: .zero) == nil)
        rate.took(messages: 100, bytes: 0, now: .zero)
        let readable = rate.blockedUntil(now: .zero)
        #expect(readable == .zero + .milliseconds(100 * 1000 / limits.messagesPerSecond))
        #expect(rate.blockedUntil(now: .zero + .milliseconds(499)) != nil)
        #expect(rate.blockedUntil(now: .zero + .milliseconds(501)) == nil)
    }

    @Test func `bytes count by themselves`() {
        let limits = Limits()
        var rate = InputRate(limits: limits, now: .zero)
        rate.took(messages: 2, bytes: limits.byteBurst + limits.bytesPerSecond, now: .zero)
        #expect(rate.blockedUntil(now: .zero + .milliseconds(990)) != nil)
        #expect(rate.blockedUntil(now: .zero + .milliseconds(1010)) == nil)
    }

    @Test func `who sends steadily and no more than allowed never waits`() {
        let limits = Limits()
        var rate = InputRate(limits: limits, now: .zero)
        for number in 0..<10_000 {
            let now = Instant.zero + .milliseconds(number * 1000 / limits.messagesPerSecond)
            rate.took(messages: 1, bytes: limits.bytesPerSecond / limits.messagesPerSecond, now: now)
            #expect(rate.blockedUntil(now: now) == nil)
        }
    }

    @Test func `a flood is slowed down and loses nothing, and others do not wait for it`() async throws {
        var limits = Limits()
        limits.messageBurst = 50
        limits.messagesPerSecond = 100
        try await TestServer.run(limits: limits) { server async throws in
            let bob = try await RawWebSocket.join(port: server.port, id: "b", username: "bob")
            let eve = try await RawWebSocket.join(port: server.port, id: "e", username: "eve")
            var bytes: [UInt8] = []
            for number in 0..<150 {
                bytes += RawWebSocket.frame(1, ClientMessage.chat(Chat(value: .string("\(number)"))).encoded())
            }
            let begun = ContinuousClock.now
            try await eve.client.send(bytes)
            try await bob.send(.ping)
            #expect(await bob.message { $0 == .pong } == .pong)
            for number in 0..<150 {
                let chat = await eve.message { if case .chat = $0 { true } else { false } }
                guard case .chat(let chat)? = chat else {
                    Issue.record("no chat")
                    return
                }
                #expect(chat.value == .string("\(number)"))
            }
            #expect(ContinuousClock.now - begun > .milliseconds(900), "100 more than the burst, 100 a second")
            try await eve.send(.ping)
            #expect(await eve.message { $0 == .pong } == .pong)
        }
    }
}
