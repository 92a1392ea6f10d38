// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import RTCBase
import RTCCrypto
import RTCTestKit
import RTP
import SDP
import Testing
import WebRTC

@Suite("Codec matching", .row("M-10"))
struct CodecMatchingTests {
    /// The payload types that are accepted of a section with these `a=rtpmap` and `a=fmtp` lines.
    private func accepted(_ kind: MediaKind, _ formats: String, _ lines: [String], _ codecs: [Codec]) -> [UInt8] {
        let section =
            ["m=\(kind.rawValue) 9 UDP/TLS/RTP/SAVPF \(formats)"] + audioSection.dropFirst().dropLast()
            + lines.map { "a=" + $0 }
        var negotiation = ReceiverNegotiation(codecs: codecs)
        let answer = try? negotiation.answer(offer: offer(sections: [section]), local: transport())
        return answer?.tracks.first?.codecs.map(\.payloadType) ?? []
    }

    @Test func `Chromium's video: both VP9 profiles that are known, one H264, AV1, in the offerer's order`() throws {
        var negotiation = ReceiverNegotiation(codecs: Codec.allCases)
        let answer = try negotiation.answer(offer: Fixture.text("offer-chromium.sdp"), local: transport())
        #expect(
            answer.tracks[1].codecs.map { "\($0.codec) \($0.payloadType)" } == [
                "vp8 96", "h264 108", "av1 45", "vp9 98", "vp9 100",
            ])
        #expect(answer.tracks[0].codecs.map(\.payloadType) == [111, 9, 0, 8])
    }

    @Test func `Firefox's video: VP9 without a profile is profile 0`() throws {
        var negotiation = ReceiverNegotiation(codecs: Codec.allCases)
        let answer = try negotiation.answer(offer: Fixture.text("offer-firefox.sdp"), local: transport())
        #expect(answer.tracks[1].codecs.map(\.payloadType) == [120, 121, 99])
        #expect(answer.tracks[0].codecs.map(\.payloadType) == [109, 9, 0, 8])
    }

    @Test func `names are compared without case; clock rate and channels must agree`() {
        #expect(accepted(.audio, "5", ["rtpmap:5 OPUS/48000/2"], [.opus]) == [5])
        #expect(accepted(.audio, "5", ["rtpmap:5 opus/48000"], [.opus]) == [])
        #expect(accepted(.audio, "5", ["rtpmap:5 opus/16000/2"], [.opus]) == [])
        #expect(accepted(.audio, "5", ["rtpmap:5 G722/8000/1"], [.g722]) == [5])
    }

    @Test func `a codec is accepted in sections of its kind alone`() {
        #expect(accepted(.audio, "5", ["rtpmap:5 VP8/90000"], Codec.allCases) == [])
        #expect(accepted(.video, "5", ["rtpmap:5 opus/48000/2"], Codec.allCases) == [])
    }

    @Test func `H264 needs the same packetization mode and profile; otherwise it is second choice`() {
        let exact = "packetization-mode=1;profile-level-id=42E034"
        let mode = "packetization-mode=0;profile-level-id=42e01f"
        let profile = "packetization-mode=1;profile-level-id=4d001f"
        let maps = ["rtpmap:96 H264/90000", "rtpmap:97 H264/90000", "rtpmap:98 H264/90000"]
        #expect(
            accepted(.video, "96 97 98", maps + ["fmtp:96 \(mode)", "fmtp:97 \(exact)", "fmtp:98 \(profile)"], [.h264])
                == [97])
        #expect(accepted(.video, "96 98", maps + ["fmtp:96 \(mode)", "fmtp:98 \(profile)"], [.h264]) == [96, 98])
        #expect(accepted(.video, "96", maps, [.h264]) == [96])
    }

    @Test func `VP9 profiles 0 and 2 are accepted, others only when they are all there is`() {
        let maps = ["rtpmap:96 VP9/90000", "rtpmap:97 VP9/90000", "fmtp:96 profile-id=1", "fmtp:97 profile-id=2"]
        #expect(accepted(.video, "96 97", maps, [.vp9]) == [97])
        #expect(accepted(.video, "96", maps, [.vp9]) == [96])
    }

    @Test func `a parameter that both have with different values makes a second choice`() {
        let maps = ["rtpmap:96 opus/48000/2", "rtpmap:97 opus/48000/2", "fmtp:96 useinbandfec=0", "fmtp:97 x=1"]
        #expect(accepted(.audio, "96 97", maps, [.opus]) == [97])
        #expect(accepted(.audio, "96", maps, [.opus]) == [96])
    }

    @Test func `static payload types need no map, and RTCP's range is never accepted`() {
        #expect(accepted(.audio, "0 8 9", [], [.pcmu, .pcma, .g722]) == [0, 8, 9])
        #expect(accepted(.audio, "72 96", ["rtpmap:72 opus/48000/2", "rtpmap:96 opus/48000/2"], [.opus]) == [96])
        #expect(accepted(.audio, "72", ["rtpmap:72 opus/48000/2"], [.opus]) == [])
    }

    @Test func `a map without its payload type in the media line does not count`() {
        #expect(accepted(.audio, "5", ["rtpmap:6 opus/48000/2"], [.opus]) == [])
        #expect(accepted(.audio, "6 6 6", ["rtpmap:6 opus/48000/2"], [.opus]) == [6])
    }

    @Test(arguments: [
        (NegotiatedCodec(codec: .vp8, payloadType: 120), 96), (NegotiatedCodec(codec: .vp9, payloadType: 121), 98),
        (NegotiatedCodec(codec: .vp9, payloadType: 1, parameters: "profile-id=0"), 98),
        (NegotiatedCodec(codec: .vp9, payloadType: 1, parameters: "profile-id=2"), 100),
        (NegotiatedCodec(codec: .av1, payloadType: 45), 35),
        (NegotiatedCodec(codec: .h264, payloadType: 1, parameters: "profile-level-id=42e01f"), 108),
        (NegotiatedCodec(codec: .h264, payloadType: 1, parameters: "profile-level-id=42001f"), 102),
        (NegotiatedCodec(codec: .h264, payloadType: 1), 102), (NegotiatedCodec(codec: .opus, payloadType: 109), 111),
        (NegotiatedCodec(codec: .g722, payloadType: 1), 9), (NegotiatedCodec(codec: .pcmu, payloadType: 1), 0),
        (NegotiatedCodec(codec: .pcma, payloadType: 1), 8),
    ])
    func `receivers are offered the server's numbers with the sender's parameters`(codec: NegotiatedCodec, number: Int)
    {
        let offered = CodecTable.offered(codec)
        #expect(offered.payloadType == UInt8(number))
        #expect(offered.parameters == codec.parameters)
        #expect(offered.codec == codec.codec)
    }
}
