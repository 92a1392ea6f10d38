// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOPosix
import RTCBase
import RTCTestKit
import Synchronization
import TURN
import Testing

@testable import WebRTCIO

@Suite("Looking up STUN and TURN servers", .timeLimit(.minutes(1)))
struct HostLookUpTests {
    private let descriptions = [
        ICEServers.Description(urls: [
            "stun:hangs.example", "turn:hangs.example?transport=tcp", "stun:quick.example:99",
        ]),
        ICEServers.Description(urls: ["turn:none.example", "turn:quick.example"], username: "u", credential: "p"),
    ]

    /// Answers never until the value goes.
    private final class HangingResolver: Sendable {
        private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

        func hang() async {
            await withCheckedContinuation { continuation in waiting.withLock { $0.append(continuation) } }
        }
        func letGo() { for one in waiting.withLock({ $0 }) { one.resume() } }
    }

    @Test(.attack(19)) func `one that is never answered keeps back nothing but itself, and not for long`() async {
        let resolver = HangingResolver()
        let servers = await ICEServers.resolve(descriptions, timeout: .milliseconds(50)) { host in
            switch host {
            case "hangs.example":
                await resolver.hang()
                return .v4Loopback
            case "quick.example": return IPAddress("192.0.2.1")
            default: return nil
            }
        }
        #expect(servers.stun == [TransportAddress(IPAddress("192.0.2.1")!, port: 99)])
        #expect(servers.turn.map(\.address) == [TransportAddress(IPAddress("192.0.2.1")!, port: 3478)])
        #expect(servers.turnNames == ["quick.example"])
        #expect(!servers.isComplete)
        resolver.letGo()
        #expect(ICEServers.lookUpTimeout == .seconds(5))
    }

    @Test func `when all are answered nobody waits, and a host that does not exist is left out`() async {
        // A time that the test would not live to see.
        let servers = await ICEServers.resolve(descriptions, timeout: .seconds(3600)) { host in
            host == "none.example" ? nil : .v4Loopback
        }
        #expect(servers.stun.count == 2 && servers.turn.count == 2 && servers.isComplete)
    }

    @Test func `each host is asked for once, addresses of no one`() async throws {
        let asked = Mutex<[String]>([])
        let urls = (0..<40).map { "stun:h.example:\($0 + 1)" }
        let servers = await ICEServers.resolve([.init(urls: urls)], timeout: .seconds(3600)) { host in
            asked.withLock { $0.append(host) }
            return .v4Loopback
        }
        #expect(servers.stun.count == ICEServers.maximumURLs)
        #expect(asked.withLock { $0 } == ["h.example"])
        let address = try #require(await HostLookUp.ofSystem("2001:db8::1"))
        #expect(address == IPAddress("2001:db8::1"))
        #expect(await HostLookUp.ofSystem("localhost")?.isLoopback == true)
    }
}
