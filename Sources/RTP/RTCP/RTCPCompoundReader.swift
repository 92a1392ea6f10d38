// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension ParseError {
    public static let notRTCP = ParseError("not version 2 of RTCP")
    public static let rtcpLengthInvalid = ParseError("an RTCP packet is longer than the datagram")
    public static let rtcpPaddingInvalid = ParseError("the padding of an RTCP packet is not last or has a wrong length")
}

/// Takes the packets of a compound RTCP packet one by one.
///
/// Reduced-size packets, which begin with any type, are accepted
/// ([RFC 5506](https://www.rfc-editor.org/rfc/rfc5506)). Each step moves on by at least 4 bytes, so that no input makes
/// it run for ever.
public struct RTCPCompoundReader: ~Escapable {
    var reader: ByteReader

    /// - Parameter datagram: the whole RTCP packet, in clear.
    @_lifetime(copy datagram)
    public init(_ datagram: RawSpan) {
        reader = ByteReader(datagram)
    }

    /// The next packet; `nil` at the end.
    ///
    /// - Throws: ``ParseError`` when the common header lies. The packets before it were sound; nothing after it can be
    ///   found, and another call throws again.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    public mutating func next() throws(ParseError) -> RTCPPacketView? {
        guard !reader.isEmpty else { return nil }
        guard reader.count >= 4 else { throw .truncated }
        var packet = reader
        let first = try packet.readUInt8()
        guard first >> 6 == 2 else { throw .notRTCP }
        let type = try packet.readUInt8()
        // In 32-bit words minus one, header included: the words that follow the header.
        let length = 4 * Int(try packet.readUInt16())
        guard packet.count >= length else { throw .rtcpLengthInvalid }
        var body = try packet.read(length)
        if first & 0x20 != 0 {
            // RFC 3550 section 6.4.1: "In a compound RTCP packet, padding is only required on one individual packet
            // because the compound packet is encrypted as a whole"; "padding MUST only be added to the last".
            guard packet.isEmpty, length > 0 else { throw .rtcpPaddingInvalid }
            let padding = Int(body.unsafeLoad(fromByteOffset: length - 1, as: UInt8.self))
            guard padding > 0, padding % 4 == 0, padding <= length else { throw .rtcpPaddingInvalid }
            body = body.extracting(droppingLast: padding)
        }
        reader = packet
        return RTCPPacketView(type: RTCPPacketType(rawValue: type), count: first & 0x1f, body: body)
    }
}
