// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a datagram on a bundled transport is, by its first bytes.
///
/// [RFC 7983 section 7](https://www.rfc-editor.org/rfc/rfc7983#section-7) and, for RTP and RTCP,
/// [RFC 5761 section 4](https://www.rfc-editor.org/rfc/rfc5761#section-4).
public enum DatagramKind: Sendable, BitwiseCopyable {
    case stun
    case dtls
    case rtp
    case rtcp
    case unknown

    @inlinable
    public init(_ datagram: UnsafeRawBufferPointer) {
        // The shortest of all is an RTCP header; nothing shorter means anything.
        guard datagram.count >= 4 else {
            self = .unknown
            return
        }
        switch datagram[0] {
        case 0...3: self = .stun
        case 20...63: self = .dtls
        case 128...191:
            // RTCP packet types 192–223 are payload types 64–95 with the marker bit set, which RTP must not use then.
            self = (192...223).contains(datagram[1]) ? .rtcp : .rtp
        default: self = .unknown
        }
    }
}
