// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCCrypto
import RTP

/// The entry of the fuzzer, and of the tests that replay its findings.
package enum NegotiationFuzzing {
    /// Takes any bytes as an offer, as a later offer, and as an answer. What is accepted must hold together.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes, as: UTF8.self)
        let local = LocalTransport(
            credentials: ICECredentials(ufrag: "abcd", password: "0123456789012345678901"),
            fingerprint: CertificateFingerprint(algorithm: .sha256, digest: [UInt8](repeating: 7, count: 32)),
            isICELite: true)
        var receiver = ReceiverNegotiation(codecs: Codec.allCases)
        if let answer = try? receiver.answer(offer: text, local: local) {
            check(answer)
            guard let again = try? receiver.answer(offer: text, local: local) else {
                preconditionFailure("an offer that was accepted is refused the second time")
            }
            precondition(!again.iceRestarted && again.tracks == answer.tracks, "the same offer is answered otherwise")
        }
        var sender = SenderNegotiation()
        _ = sender.offer(
            tracks: [
                OfferedTrack(
                    kind: .audio, codec: CodecTable.variants(of: .opus)[0], ssrc: 1, streamID: "s", trackID: "a",
                    cname: "c"),
                OfferedTrack(
                    kind: .video, codec: CodecTable.variants(of: .vp8)[0], ssrc: 2, streamID: "s", trackID: "v",
                    cname: "c"),
            ], local: local)
        if let applied = try? sender.apply(answer: text) {
            precondition(applied.accepted.count + applied.rejectedMids.count == 2, "a track is lost")
        }
        var data = DataNegotiation()
        if let (sdp, agreement) = try? data.answer(offer: text, local: { _ in local }) {
            precondition(agreement.maximumMessageSize > 0 && agreement.remotePort > 0)
            var offerer = DataNegotiation()
            _ = offerer.offer(local: local)
            // With other sections beside ours it is no answer to an offer of ours, and must be refused calmly.
            _ = try? offerer.apply(answer: sdp)
        }
        var offerer = DataNegotiation()
        _ = offerer.offer(local: local)
        _ = try? offerer.apply(answer: text)
    }

    private static func check(_ answer: ReceiverNegotiation.Answer) {
        for track in answer.tracks {
            precondition(!track.codecs.isEmpty, "a track without a codec")
            precondition(track.codecs.allSatisfy { $0.payloadType < 128 }, "a payload type of eight bits")
            precondition(track.rids.count <= NegotiationLimits.rids && track.ssrcs.count <= NegotiationLimits.ssrcs)
        }
        precondition(answer.remote.candidates.count <= NegotiationLimits.candidates)
        precondition(!answer.remote.fingerprint.digest.isEmpty && !answer.remote.credentials.ufrag.isEmpty)
    }
}
