// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("Offers and messages of a hostile client", .timeLimit(.minutes(1)))
struct SignallingAttackTests {
    /// Descriptions that exceed one limit each. The offer of the harness is what they are made from.
    static let oversized: [(String, String)] = {
        let offer = SessionHarness.offerSDP
        func more(_ lines: [String]) -> String { offer + lines.map { $0 + "\r\n" }.joined() }
        let section = "m=video 9 UDP/TLS/RTP/SAVPF 96"
        return [
            ("size", more((0..<80).map { _ in "a=x:" + String(repeating: "x", count: 4000) })),
            ("a line", more(["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + String(repeating: "A", count: 5000)])),
            ("sections", more((0..<200).map { _ in section })),
            ("attributes", more((0..<600).map { "a=x\($0):y" })),
            ("codecs", more((0..<600).map { "a=rtpmap:\($0 % 128) VP8/90000" })),
            ("header extensions", more((0..<600).map { "a=extmap:\($0) urn:x:\($0)" })),
            ("candidates", more((0..<600).map { "a=candidate:\($0) 1 udp 1 192.0.2.1 \($0 + 1) typ host" })),
            ("formats", more(["m=video 9 UDP/TLS/RTP/SAVPF " + (0..<200).map(String.init).joined(separator: " ")])),
        ]
    }()

    @Test(.attack(22)) func `a description beyond any limit is refused, and the next offer is answered`() async throws {
        try await TestServer.run { server async throws in
            let socket = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
            for (what, sdp) in Self.oversized {
                try await socket.send(.offer(Offer(id: what, label: "camera", sdp: sdp)))
                #expect(await socket.message() == .abort(id: what), "\(what)")
                #expect(await socket.message()?.errorText != nil, "\(what)")
            }
            try await socket.send(.offer(Offer(id: "s", label: "camera", sdp: SessionHarness.offerSDP)))
            #expect(await socket.message()?.answer?.id == "s")
        }
    }

    @Test(.attack(22)) func `offers of one stream that come at once are answered one after another`() async throws {
        try await TestServer.run { server async throws in
            let bob = try await RawWebSocket.join(port: server.port, id: "b", username: "bob")
            try await bob.send(.request(StreamSelection(["": [.audio, .video]])))
            let alice = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
            var bytes: [UInt8] = []
            let offer = ClientMessage.offer(Offer(id: "s", label: "camera", sdp: SessionHarness.offerSDP)).encoded()
            for _ in 0..<100 { bytes += RawWebSocket.frame(1, offer) }
            bytes += RawWebSocket.frame(1, ClientMessage.close(id: "s").encoded())
            bytes += RawWebSocket.frame(1, ClientMessage.ping.encoded())
            try await alice.client.send(bytes)
            var answers = 0
            while let message = await alice.message(), message != .pong {
                if message.answer != nil {
                    answers += 1
                } else {
                    // Where a hundred answers take long, the stream that never connects is to be offered anew meanwhile.
                    #expect(message.isICE || message.isUser || message == .renegotiate(id: "s"), "\(message)")
                }
            }
            #expect(answers == 100)
            // Nothing of it has reached anybody: no packet has come.
            try await bob.send(.ping)
            while let message = await bob.message(), message != .pong {
                #expect(message.isUser || message == .ping, "\(message)")
            }
        }
    }

    @Test(.attack(22))
    func `an answer to one's own offer, and other messages of the wrong side, harm nobody`() async throws {
        let messages = [
            #"{"type":"answer","id":"s","sdp":"v=0"}"#, #"{"type":"answer","id":"nobody","sdp":""}"#,
            #"{"type":"renegotiate","id":"s"}"#, #"{"type":"ice","id":"s","candidate":{"candidate":"x"}}"#,
            #"{"type":"ice","id":"nobody","candidate":{"candidate":""}}"#, #"{"type":"abort","id":"s"}"#,
        ]
        try await TestServer.run { server async throws in
            let socket = try await RawWebSocket.join(port: server.port, id: "a", username: "alice")
            try await socket.send(.offer(Offer(id: "s", label: "camera", sdp: SessionHarness.offerSDP)))
            #expect(await socket.message { $0.answer != nil } != nil)
            for _ in 0..<20 { for message in messages { try await socket.send(message) } }
            try await socket.send(.ping)
            #expect(await socket.message { $0 == .pong } == .pong)
        }
    }

    /// Texts, and what they are answered by: a pong, or the code of the closing frame.
    static let tricks: [(String, Int?)] = [
        // The last of members of one name counts, for the type too, and for everybody in the same way.
        (#"{"type":"offer","type":"ping"}"#, nil), (#"{"type":"ping","x":1e308,"x":-1e-999}"#, nil),
        (#"{"type":"ping","x":9223372036854775808}"#, nil), (#"{"type":"ping","x":[[[[[[[[]]]]]]]]}"#, nil),
        (#"{"type":"ping","x":"\ud800"}"#, nil), (#"{"__proto__":{"type":"x"},"type":"ping"}"#, nil),
        ("{\"type\":\"ping\",\"x\":" + String(repeating: "1", count: 100_000) + "}", 1011),
        (#"{"type":"ping","x":1e999}"#, 1011), (#"{"type":"ping","x":01}"#, 1011), (#"{"type":"ping","x":NaN}"#, 1011),
        (#"{"type":"ping"}{"type":"ping"}"#, 1011), ("{\"x\":" + String(repeating: "[", count: 100_000), 1011),
        (String(repeating: "{\"x\":", count: 100_000), 1011),
        ("[" + String(repeating: "{},", count: 300_000) + "{}]", 1011), (#"{"type":"ping","type":7}"#, 1011),
        ("\u{feff}{\"type\":\"ping\"}", 1011),
    ]

    @Test(.attack(23)) func `tricks of JSON are read in one way or refused`() async throws {
        try await TestServer.run { server async throws in
            for (number, (text, code)) in Self.tricks.enumerated() {
                let socket = try await RawWebSocket.join(port: server.port, id: "\(number)", username: "alice")
                try await socket.send(text)
                if let code {
                    #expect(await socket.closeCode() == code, "\(text.prefix(50))")
                } else {
                    #expect(await socket.message { !$0.isUser } == .pong, "\(text.prefix(50))")
                }
                try? await socket.client.close()
            }
        }
    }

    @Test(.attack(23)) func `no compression is agreed on, whoever offers it`() async throws {
        try await TestServer.run { server async throws in
            let client = try await RawClient.connect(port: server.port)
            let handshake = RawWebSocket.handshake(origin: nil).replacing(
                "\r\n\r\n", with: "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n")
            try await client.send(handshake)
            let head = await client.read(through: "\r\n\r\n") ?? ""
            #expect(head.hasPrefix("HTTP/1.1 101") && !head.lowercased().contains("extensions"))
            // A frame that says to be compressed is none.
            try await client.send([0xc1, 0x82, 1, 2, 3, 4, 1, 2])
            #expect(await RawWebSocket(client: client).closeCode() == 1002)
        }
    }
}

extension ServerMessage {
    fileprivate var isUser: Bool { if case .user = self { true } else { false } }
}
