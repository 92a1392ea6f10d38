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

/// The attributes of a section as lines without `a=`.
private func lines(_ section: MediaDescription) -> [String] {
    section.attributes.map { attribute in attribute.value.map { "\(attribute.name):\($0)" } ?? attribute.name }
}

private let transportLines = ["ice-ufrag:oooo", "ice-pwd:ourpasswordof22bytes00", "rtcp-mux", "rtcp-rsize"]

@Suite("Answers to browsers' offers", .rfc(8829, "5.3"), .row("M-01", "M-02"))
struct BrowserOfferTests {
    private func answer(_ name: String, _ codecs: [Codec]) throws -> ReceiverNegotiation.Answer {
        var negotiation = ReceiverNegotiation(codecs: codecs)
        return try negotiation.answer(offer: Fixture.text(name), local: transport(lite: true))
    }

    @Test(.row("M-04", "M-08", "M-11", "M-12"))
    func `Chromium gets its own payload types, feedback for video, and only the SDES extensions`() throws {
        let answer = try answer("offer-chromium.sdp", [.vp8, .opus])
        let session = try parsed(answer.sdp)
        #expect(
            session.attributes.map { "\($0.name)\($0.value.map { ":\($0)" } ?? "")" } == [
                "ice-lite", "group:BUNDLE 0 1", "ice-options:trickle", "msid-semantic:WMS *",
                "fingerprint:\(fingerprint())", "extmap-allow-mixed",
            ])
        #expect(session.media.map(\.port) == [9, 9, 0])
        #expect(session.media.map(\.formats) == [["111"], ["96"], ["webrtc-datachannel"]])
        #expect(session.media.map(\.proto) == ["UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP"])
        #expect(
            lines(session.media[0]) == ["mid:0", "setup:active"] + transportLines + [
                "rtpmap:111 opus/48000/2", "fmtp:111 minptime=10;useinbandfec=1", "recvonly",
            ])
        #expect(
            lines(session.media[1]) == ["mid:1", "setup:active"] + transportLines + [
                "rtpmap:96 VP8/90000", "rtcp-fb:96 goog-remb", "rtcp-fb:96 nack", "rtcp-fb:96 nack pli",
                "rtcp-fb:96 ccm fir", "extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
                "extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
                "extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", "recvonly",
            ])
        #expect(lines(session.media[2]) == ["mid:2", "inactive"])
    }

    @Test func `Chromium's tracks and transport are understood`() throws {
        let answer = try answer("offer-chromium.sdp", [.vp8, .opus])
        let stream = "a49e2f40-7b97-45da-b2bc-516659511cc5"
        #expect(
            answer.tracks == [
                NegotiatedTrack(
                    mid: "0", kind: .audio,
                    codecs: [
                        NegotiatedCodec(codec: .opus, payloadType: 111, parameters: "minptime=10;useinbandfec=1")
                    ],
                    ssrcs: [1_961_813_015], streamID: stream, trackID: "390ea949-90e7-47a6-8da6-816190258ae8",
                    cname: "hGpBvZjXCIcj8gQB"),
                NegotiatedTrack(
                    mid: "1", kind: .video, codecs: [NegotiatedCodec(codec: .vp8, payloadType: 96)],
                    feedback: [.remb, .nack, .pli, .fir],
                    extensions: NegotiatedExtensions(mid: 4, rid: 10, repairedRID: 11),
                    // Without the source of the retransmissions, 1739486313.
                    ssrcs: [2_250_993_971], streamID: stream, trackID: "aff94cdb-9c0d-46c5-ab82-b87d51cab4e2",
                    cname: "hGpBvZjXCIcj8gQB"),
            ])
        #expect(answer.remote.credentials.ufrag == "BT0E")
        #expect(answer.remote.credentials.password == "53JqKdhCZRmI9PPeaF3YJ7Qx")
        #expect(answer.remote.fingerprint.algorithm == .sha256)
        #expect(answer.remote.fingerprint.digest.starts(with: [0x2c, 0x90, 0x86, 0xa4]))
        #expect(answer.remote.fingerprint.digest.count == 32)
        #expect(answer.remote.localRole == .client)
        #expect(!answer.remote.isICELite)
        #expect(!answer.iceRestarted)
        #expect(
            answer.remote.candidates.map { "\($0.transport) \($0.address)" } == [
                "udp 192.0.2.2:34835", "udp [fd00::2]:53606", "tcp 192.0.2.2:9", "tcp [fd00::2]:9",
            ])
    }

    @Test(.row("M-04", "M-08", "M-11", "M-12"))
    func `Firefox gets its own payload types, and its fingerprint is found at session level`() throws {
        let answer = try answer("offer-firefox.sdp", [.vp8, .opus])
        let session = try parsed(answer.sdp)
        #expect(session.media.map(\.formats) == [["109"], ["120"], ["webrtc-datachannel"]])
        // extmap-allow-mixed stands where Firefox has it.
        #expect(!session.attributes.contains(.extmapAllowMixed))
        #expect(
            lines(session.media[0]) == ["mid:0", "setup:active"] + transportLines.dropLast() + [
                "extmap-allow-mixed", "rtpmap:109 opus/48000/2",
                "fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1", "recvonly",
            ])
        #expect(
            lines(session.media[1]) == ["mid:1", "setup:active"] + transportLines + [
                "extmap-allow-mixed", "rtpmap:120 VP8/90000", "rtcp-fb:120 goog-remb", "rtcp-fb:120 nack",
                "rtcp-fb:120 nack pli", "rtcp-fb:120 ccm fir", "fmtp:120 max-fs=12288;max-fr=60",
                "extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid", "recvonly",
            ])
        #expect(answer.remote.fingerprint.digest.starts(with: [0x4c, 0xbf, 0x74]))
        #expect(answer.remote.credentials.ufrag == "2175fdee")
        #expect(answer.tracks.map(\.ssrcs) == [[494_794_410], [2_771_392_210]])
        #expect(answer.tracks[0].streamID == "{f01bfef1-6f91-45a3-a2ef-59490a8e164c}")
        #expect(answer.tracks[1].trackID == "{5c33b8d9-8061-486e-bf73-964d593f89fe}")
        #expect(answer.tracks[0].cname == "{94b2f35e-2265-4901-91be-efc05912c290}")
        // All of its candidates are mDNS names: none is resolved.
        #expect(answer.remote.candidates.isEmpty)
    }

    @Test(.row("M-12")) func `Chromium's simulcast is received by rid`() throws {
        let answer = try answer("offer-chromium-simulcast.sdp", [.vp8, .opus])
        let video = try parsed(answer.sdp).media[1]
        #expect(
            lines(video).suffix(8) == [
                "extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
                "extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
                "extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", "rid:h recv", "rid:m recv",
                "rid:l recv", "simulcast:recv h;m;l", "recvonly",
            ])
        #expect(answer.tracks[1].rids == ["h", "m", "l"])
        #expect(answer.tracks[1].ssrcs.isEmpty)
    }

    @Test(.row("M-12")) func `Firefox's simulcast has sources as well, and extensions for sending alone`() throws {
        let answer = try answer("offer-firefox-simulcast.sdp", [.vp8, .opus])
        let video = try parsed(answer.sdp).media[1]
        #expect(
            lines(video).suffix(8) == [
                "extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
                "extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
                "extmap:10/recvonly urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", "rid:h recv",
                "rid:m recv", "rid:l recv", "simulcast:recv h;m;l", "recvonly",
            ])
        #expect(answer.tracks[1].rids == ["h", "m", "l"])
        #expect(answer.tracks[1].ssrcs == [3_078_458_295, 3_057_723_165, 2_348_796_068])
    }

    @Test(arguments: ["offer-chromium-dc-plain.sdp", "offer-firefox-dc.sdp"])
    func `a data channel alone leaves nothing to accept`(name: String) {
        #expect(throws: NegotiationError.nothingAcceptable) { try answer(name, Codec.allCases) }
    }

    @Test(arguments: ["offer-chromium.sdp", "offer-firefox.sdp"])
    func `a section none of whose codecs is allowed is rejected, the other accepted`(name: String) throws {
        let answer = try answer(name, [.opus])
        let session = try parsed(answer.sdp)
        #expect(session.media.map(\.port) == [9, 0, 0])
        #expect(session.bundle == ["0"])
        #expect(answer.tracks.map(\.mid) == ["0"])
    }

    @Test func `candidates stand in the first section of the bundle, with their end`() throws {
        var negotiation = ReceiverNegotiation(codecs: [.vp8, .opus])
        let candidate = ICECandidate(
            foundation: "1", priority: 2_130_706_431, address: TransportAddress(.v4Loopback, port: 5000), kind: .host)
        let answer = try negotiation.answer(
            offer: Fixture.text("offer-chromium.sdp"), local: transport(candidates: [candidate]))
        let session = try parsed(answer.sdp)
        #expect(
            lines(session.media[0]).suffix(3) == [
                "candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host", "end-of-candidates", "recvonly",
            ])
        #expect(session.media[1].attributes.all(CandidateText.self).isEmpty)
        #expect(!session.attributes.contains(.iceLite))
    }
}
