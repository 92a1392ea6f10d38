// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing
import WebRTC

@testable import MediaLoop

@Suite("Source binder", .rfc(8843, "9.2"), .row("M-12"))
struct SourceBinderTests {
    static let audio = NegotiatedTrack(
        mid: "0", kind: .audio, codecs: [NegotiatedCodec(codec: .opus, payloadType: 111)], ssrcs: [1])
    static let video = NegotiatedTrack(
        mid: "1", kind: .video, codecs: [NegotiatedCodec(codec: .vp8, payloadType: 96)],
        extensions: NegotiatedExtensions(mid: 4, rid: 10), rids: ["h", "l"])

    /// A packet with one-byte header extensions (RFC 8285 section 4.2).
    static func packet(ssrc: UInt32, payloadType: UInt8, extensions: [(id: UInt8, text: String)] = []) -> [UInt8] {
        var elements: [UInt8] = []
        for (id, text) in extensions { elements += [id << 4 | UInt8(text.utf8.count - 1)] + Array(text.utf8) }
        while elements.count % 4 != 0 { elements.append(0) }
        var bytes: [UInt8] = [extensions.isEmpty ? 0x80 : 0x90, payloadType, 0, 1, 0, 0, 0, 0]
        bytes += [24, 16, 8, 0].map { UInt8(ssrc >> $0 & 255) }
        if !extensions.isEmpty { bytes += [0xbe, 0xde, 0, UInt8(elements.count / 4)] + elements }
        return bytes + [1, 2, 3]
    }

    static func resolve(_ binder: SourceBinder, _ packet: [UInt8]) throws -> SourceBinder.Resolution {
        let header = try RTPHeader(parsing: packet.span.bytes)
        return packet.withUnsafeBytes { binder.resolve(header, packet: $0) }
    }

    @Test func `finds a section by the SSRC that the offer declared`() throws {
        let binder = SourceBinder(tracks: [Self.audio, Self.video])
        guard case .match(let match) = try Self.resolve(binder, Self.packet(ssrc: 1, payloadType: 111)) else {
            Issue.record("the declared SSRC was not found")
            return
        }
        #expect(match.track.mid == "0" && match.codec.codec == .opus && match.rid == nil)
    }

    @Test(.row("M-13"))
    func `finds a simulcast encoding by the extensions of its packets, and waits for them`() throws {
        let binder = SourceBinder(tracks: [Self.audio, Self.video])
        let named = Self.packet(ssrc: 7, payloadType: 96, extensions: [(4, "1"), (10, "l")])
        guard case .match(let match) = try Self.resolve(binder, named) else {
            Issue.record("the encoding was not found")
            return
        }
        #expect(match.track.mid == "1" && match.rid == "l")
        let bare = try Self.resolve(binder, Self.packet(ssrc: 8, payloadType: 96))
        guard case .unknownYet = bare else {
            Issue.record("a packet without extensions was bound: \(bare)")
            return
        }
    }

    @Test(.attack(18))
    func `binds nothing to names and payload types that were not negotiated`() throws {
        let binder = SourceBinder(tracks: [Self.audio, Self.video])
        let lies = [
            Self.packet(ssrc: 7, payloadType: 96, extensions: [(4, "9"), (10, "l")]),
            Self.packet(ssrc: 7, payloadType: 96, extensions: [(4, "1"), (10, "x")]),
            Self.packet(ssrc: 7, payloadType: 97, extensions: [(4, "1"), (10, "l")]),
            Self.packet(ssrc: 1, payloadType: 96),
        ]
        for lie in lies {
            guard case .nothing = try Self.resolve(binder, lie) else {
                Issue.record("bound: \(lie)")
                return
            }
        }
    }

    @Test(.attack(29))
    func `remembers a bounded number of sources`() {
        var binder = SourceBinder(tracks: [Self.audio])
        for ssrc in 0..<1000 as Range<UInt32> { binder.bind(ssrc, to: nil) }
        #expect(binder.sources.count == SourceBinder.maximumSources)
        #expect(!binder.hasRoom)
        binder.update(tracks: [Self.audio])
        #expect(binder.hasRoom)
    }
}
