// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import Testing
import WebRTCIO

@Suite("URLs of STUN and TURN servers", .rfc(7064, "3.1"), .rfc(7065, "3.1"))
struct ICEServerURLTests {
    @Test(arguments: [
        ("stun:h.example", "stun", "h.example", 3478, "udp"), ("STUN:h:1", "stun", "h", 1, "udp"),
        ("stuns:h", "stuns", "h", 5349, "tcp"), ("turn:192.0.2.1", "turn", "192.0.2.1", 3478, "udp"),
        ("turn:h:3479?transport=tcp", "turn", "h", 3479, "tcp"),
        ("turns:[2001:db8::1]", "turns", "2001:db8::1", 5349, "tcp"),
        ("turn:[::1]:7?transport=UDP", "turn", "::1", 7, "udp"),
    ])
    func `are taken apart`(text: String, scheme: String, host: String, port: UInt16, transport: String) throws {
        let url = try #require(ICEServerURL(text))
        #expect(url.scheme.rawValue == scheme)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.transport.rawValue == transport)
    }

    @Test(arguments: [
        "", "h", "http:h", "stun:", "stun:h:", "stun:h:0", "stun:h:65536", "stun:h:+1", "stun:h:1:2",
        "stun:h?transport=udp",
        "turn:h?transport=sctp", "turn:h?x=udp", "turn:[::1", "turn:[::1]x", "turn:a b", "turn:user@h", "turn:h/path",
        "turn://h",
    ])
    func `are refused when they are none`(text: String) {
        #expect(ICEServerURL(text) == nil)
    }
}
