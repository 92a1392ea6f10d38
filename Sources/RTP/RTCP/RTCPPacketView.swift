// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// One packet of a compound RTCP packet: its common header, and a view on what follows it.
///
/// [RFC 3550 section 6.4.1](https://www.rfc-editor.org/rfc/rfc3550#section-6.4.1).
public struct RTCPPacketView: ~Escapable {
    public let type: RTCPPacketType
    /// The 5 bits after the padding flag: a count of reports or sources, or the format of a feedback message.
    public let count: UInt8
    /// What follows the 4 bytes of the common header, without padding.
    public let body: RawSpan

    @_lifetime(copy body)
    init(type: RTCPPacketType, count: UInt8, body: RawSpan) {
        self.type = type
        self.count = count
        self.body = body
    }
}
