// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTP
import SDP

/// A payload type of an offer, with what the section says about it.
struct OfferedFormat {
    var payloadType: UInt8
    var encodingName: String
    var clockRate: Int
    var channels: Int
    var parameters: String

    /// The payload types of a section's `m=` line that are mapped to a codec, in their order.
    static func formats(of section: MediaDescription) -> [OfferedFormat] {
        var maps: [UInt8: RTPMap] = [
            // RFC 3551 section 6: static payload types need no a=rtpmap.
            0: RTPMap(payloadType: 0, encodingName: "PCMU", clockRate: 8000),
            8: RTPMap(payloadType: 8, encodingName: "PCMA", clockRate: 8000),
            9: RTPMap(payloadType: 9, encodingName: "G722", clockRate: 8000),
        ]
        for map in section.attributes.all(RTPMap.self) { maps[map.payloadType] = map }
        var parameters: [UInt8: String] = [:]
        for format in section.attributes.all(FormatParameters.self) {
            parameters[format.payloadType] = format.parameters
        }
        var seen: Set<UInt8> = []
        return section.payloadTypes.compactMap { payloadType in
            // RFC 5761 section 4: "payload types in the range 64-95 MUST NOT be used" where RTCP is multiplexed.
            guard !(64...95).contains(payloadType), seen.insert(payloadType).inserted, let map = maps[payloadType]
            else { return nil }
            return OfferedFormat(
                payloadType: payloadType, encodingName: map.encodingName, clockRate: map.clockRate,
                channels: map.channels, parameters: parameters[payloadType] ?? "")
        }
    }
}

enum CodecMatching {
    /// The formats that a receiver of `codecs` accepts, in the offerer's order with the offerer's parameters.
    ///
    /// For each codec those whose parameters are compatible; if there is none, those that merely have its name.
    static func accepted(_ formats: [OfferedFormat], codecs: [Codec]) -> [NegotiatedCodec] {
        var chosen: [UInt8: Codec] = [:]
        for codec in codecs {
            let named = formats.filter { isNamed($0, codec) }
            let compatible = named.filter { format in
                CodecTable.variants(of: codec).contains {
                    isCompatible(codec, format.parameters, $0.parameters)
                }
            }
            for format in compatible.isEmpty ? named : compatible { chosen[format.payloadType] = codec }
        }
        return formats.compactMap { format in
            chosen[format.payloadType].map {
                NegotiatedCodec(codec: $0, payloadType: format.payloadType, parameters: format.parameters)
            }
        }
    }

    private static func isNamed(_ format: OfferedFormat, _ codec: Codec) -> Bool {
        format.clockRate == codec.clockRate && format.channels == codec.channels
            && format.encodingName.lowercased() == codec.encodingName.lowercased()
    }

    private static func isCompatible(_ codec: Codec, _ a: String, _ b: String) -> Bool {
        switch codec {
        case .h264:
            return CodecProfile.h264PacketizationMode(a) == CodecProfile.h264PacketizationMode(b)
                && CodecProfile.h264(a) == CodecProfile.h264(b)
        case .vp9:
            return CodecProfile.vp9(a) == CodecProfile.vp9(b)
        case .av1:
            return CodecProfile.av1(a) == CodecProfile.av1(b)
        case .vp8, .opus, .g722, .pcmu, .pcma:
            let (a, b) = (FormatParameters.values(of: a), FormatParameters.values(of: b))
            return a.allSatisfy { name, value in b[name].map { $0.lowercased() == value.lowercased() } ?? true }
        }
    }
}

/// What of a format's parameters makes it another codec.
enum CodecProfile {
    /// [RFC 9628 section 6](https://www.rfc-editor.org/rfc/rfc9628#section-6): absent means 0.
    static func vp9(_ parameters: String) -> String { FormatParameters.values(of: parameters)["profile-id"] ?? "0" }

    /// AV1's RTP payload format, section 7.2: absent means 0.
    static func av1(_ parameters: String) -> String { FormatParameters.values(of: parameters)["profile"] ?? "0" }

    /// Profile and constraints, the first two of the three bytes, in lower case; empty when absent.
    static func h264(_ parameters: String) -> String {
        String((FormatParameters.values(of: parameters)["profile-level-id"] ?? "").lowercased().prefix(4))
    }

    /// [RFC 6184 section 8.1](https://www.rfc-editor.org/rfc/rfc6184#section-8.1): absent means 0.
    static func h264PacketizationMode(_ parameters: String) -> String {
        FormatParameters.values(of: parameters)["packetization-mode"] ?? "0"
    }
}
