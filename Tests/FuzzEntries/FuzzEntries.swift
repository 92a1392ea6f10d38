// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import GaleneProtocol
import ICE
import MediaFlow
import RTCBase
import RTCCrypto
import RTP
import SCTP
import SDP
import SRTP
import STUN
import TURN
import WebRTC

/// One parser that the fuzzer feeds.
public struct FuzzEntry: Sendable {
    /// The name of its folder in `Fuzz/Regressions`, and what `make fuzz` calls it.
    public let name: String
    /// Takes any bytes; traps only when our code is wrong.
    public let run: @Sendable (UnsafeRawBufferPointer) -> Void

    /// Every entry: add a line here, and the target's name to `fuzzed` in Package.swift.
    public static let all: [FuzzEntry] = [
        FuzzEntry(name: "RTCBase", run: RTCBaseFuzzing.run),
        FuzzEntry(name: "CertificateFingerprint", run: CertificateFingerprintFuzzing.run),
        FuzzEntry(name: "STUN", run: STUNFuzzing.run),
        FuzzEntry(name: "TURN", run: TURNFuzzing.run),
        FuzzEntry(name: "ICECandidate", run: ICECandidateFuzzing.run),
        FuzzEntry(name: "DTLS", run: DTLSFuzzing.run),
        FuzzEntry(name: "SRTP", run: SRTPFuzzing.run),
        FuzzEntry(name: "SCTP", run: SCTPFuzzing.run),
        FuzzEntry(name: "RTP", run: RTPFuzzing.run),
        FuzzEntry(name: "RTCP", run: RTCPFuzzing.run),
        FuzzEntry(name: "VP8Descriptor", run: VP8DescriptorFuzzing.run),
        FuzzEntry(name: "VP9Descriptor", run: VP9DescriptorFuzzing.run),
        FuzzEntry(name: "H264", run: H264Fuzzing.run),
        FuzzEntry(name: "AV1", run: AV1Fuzzing.run),
        FuzzEntry(name: "MediaReceiver", run: MediaReceiverFuzzing.run),
        FuzzEntry(name: "SDP", run: SDPFuzzing.run),
        FuzzEntry(name: "Negotiation", run: NegotiationFuzzing.run),
        FuzzEntry(name: "Message", run: MessageFuzzing.run),
    ]

    public static func named(_ name: String) -> FuzzEntry? { all.first { $0.name == name } }
}
