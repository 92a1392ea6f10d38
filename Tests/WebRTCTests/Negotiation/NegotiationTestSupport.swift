// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCCrypto
import RTCTestKit
import RTP
import SDP
import Testing
import WebRTC

let offers = [
    "offer-chromium.sdp", "offer-firefox.sdp", "offer-chromium-simulcast.sdp", "offer-firefox-simulcast.sdp",
    "offer-chromium-dc-plain.sdp", "offer-firefox-dc.sdp",
]

func transport(
    ufrag: String = "oooo", digest: UInt8 = 0xab, lite: Bool = false, candidates: [ICECandidate] = []
) -> LocalTransport {
    LocalTransport(
        credentials: ICECredentials(ufrag: ufrag, password: "ourpasswordof22bytes00"),
        fingerprint: CertificateFingerprint(algorithm: .sha256, digest: [UInt8](repeating: digest, count: 32)),
        isICELite: lite, candidates: candidates)
}

/// The text of the fingerprint of ``transport(ufrag:digest:lite:candidates:)``.
func fingerprint(_ byte: String = "AB") -> String {
    "sha-256 " + repeatElement(byte, count: 32).joined(separator: ":")
}

func parsed(_ text: String) throws -> SessionDescription { try SessionDescription(parsing: text) }

/// An offer of one or more sections as small as it may be.
func offer(
    session: [String] = ["a=group:BUNDLE 0 1", "a=fingerprint:\(fingerprint("11"))"], sections: [[String]]
) -> String {
    (["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"] + session + sections.flatMap { $0 })
        .map { $0 + "\r\n" }.joined()
}

let audioSection = [
    "m=audio 9 UDP/TLS/RTP/SAVPF 109", "a=mid:0", "a=rtcp-mux", "a=ice-ufrag:frag", "a=ice-pwd:passwordpasswordpasswo",
    "a=setup:actpass", "a=sendonly", "a=rtpmap:109 opus/48000/2",
]

let videoSection = [
    "m=video 9 UDP/TLS/RTP/SAVPF 120", "a=mid:1", "a=rtcp-mux", "a=ice-ufrag:frag", "a=ice-pwd:passwordpasswordpasswo",
    "a=setup:actpass", "a=sendonly", "a=rtpmap:120 VP8/90000",
]

extension [String] {
    func replacing(_ old: String, with new: String?) -> [String] {
        flatMap { $0 == old ? new.map { [$0] } ?? [] : [$0] }
    }
}

let microphone = OfferedTrack(
    kind: .audio, codec: NegotiatedCodec(codec: .opus, payloadType: 111, parameters: "minptime=10;useinbandfec=1"),
    ssrc: 1001, streamID: "stream", trackID: "microphone", cname: "cname")

let camera = OfferedTrack(
    kind: .video, codec: NegotiatedCodec(codec: .vp8, payloadType: 96), ssrc: 1002, streamID: "stream",
    trackID: "camera", cname: "cname")
