// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTP

/// What a Galène server registers and offers for each codec.
public enum CodecTable {
    /// The variants of a codec that are accepted, with the payload types that offers of our own use.
    public static func variants(of codec: Codec) -> [NegotiatedCodec] {
        switch codec {
        case .vp8: [NegotiatedCodec(codec: .vp8, payloadType: 96)]
        case .vp9:
            [
                NegotiatedCodec(codec: .vp9, payloadType: 98, parameters: "profile-id=0"),
                NegotiatedCodec(codec: .vp9, payloadType: 100, parameters: "profile-id=2"),
            ]
        case .av1: [NegotiatedCodec(codec: .av1, payloadType: 35)]
        case .h264:
            [
                NegotiatedCodec(
                    codec: .h264, payloadType: 108,
                    parameters: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f")
            ]
        case .opus:
            [
                NegotiatedCodec(
                    codec: .opus, payloadType: 111,
                    parameters: "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1")
            ]
        case .g722: [NegotiatedCodec(codec: .g722, payloadType: 9)]
        case .pcmu: [NegotiatedCodec(codec: .pcmu, payloadType: 0)]
        case .pcma: [NegotiatedCodec(codec: .pcma, payloadType: 8)]
        }
    }

    /// The codec as a server offers it to receivers: its own payload type with the parameters that the sender
    /// negotiated.
    public static func offered(_ negotiated: NegotiatedCodec) -> NegotiatedCodec {
        NegotiatedCodec(
            codec: negotiated.codec, payloadType: payloadType(of: negotiated), parameters: negotiated.parameters)
    }

    private static func payloadType(of negotiated: NegotiatedCodec) -> UInt8 {
        switch negotiated.codec {
        case .vp8: 96
        case .vp9: CodecProfile.vp9(negotiated.parameters) == "2" ? 100 : 98
        case .av1: 35
        // Plain baseline (4200) and constrained baseline (42e0) are different codecs to a receiver.
        case .h264: ["", "4200"].contains(CodecProfile.h264(negotiated.parameters)) ? 102 : 108
        case .opus: 111
        case .g722: 9
        case .pcmu: 0
        case .pcma: 8
        }
    }
}
