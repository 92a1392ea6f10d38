// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// A peer's datagram on a channel: four bytes, then what the peer sent or is to get. A view that copies nothing.
///
///      0                   1                   2                   3
///     +-------------------------------+-------------------------------+
///     |         Channel Number        |            Length             |
///     +-------------------------------+-------------------------------+
///     |                       Application Data                        |
///
/// [RFC 8656 section 12.4](https://www.rfc-editor.org/rfc/rfc8656#section-12.4).
public struct ChannelData: ~Escapable {
    public let channel: UInt16
    public let payload: RawSpan

    public static let headerLength = 4
    /// RFC 8656 section 12: "0x4000 through 0x4FFF: these values are the allowed channel numbers".
    public static let channels: ClosedRange<UInt16> = 0x4000...0x4fff

    /// - Throws: ``ParseError`` when `bytes` is not one message, which over UDP may be padded to a multiple of 4 bytes.
    @_lifetime(copy bytes)
    public init(parsing bytes: RawSpan) throws(ParseError) {
        var reader = ByteReader(bytes)
        let channel = try reader.readUInt16()
        guard Self.channels.contains(channel) else { throw .notChannelData }
        let length = Int(try reader.readUInt16())
        let payload = try reader.read(length)
        guard reader.count <= (4 - length % 4) % 4 else { throw .wrongChannelLength }
        self.channel = channel
        self.payload = payload
    }

    /// Whether a datagram is meant as ChannelData: RFC 7983 section 7 gives it the first bytes 64 to 79.
    public static func isChannelData(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= headerLength else { return false }
        var reader = ByteReader(bytes)
        guard let channel = try? reader.readUInt16() else { return false }
        return channels.contains(channel)
    }

    /// A message with a payload of at most 65,535 bytes.
    /// - Parameter isPadded: over a stream the message fills a multiple of 4 bytes (RFC 8656 section 12.5).
    public static func message(_ channel: UInt16, _ payload: [UInt8], isPadded: Bool) -> [UInt8] {
        precondition(payload.count <= Int(UInt16.max), "our own datagrams are shorter")
        var writer = ByteWriter(reservingCapacity: headerLength + payload.count + 3)
        writer.write(channel)
        writer.write(UInt16(payload.count))
        writer.write(payload)
        if isPadded { writer.writeZeros((4 - payload.count % 4) % 4) }
        return writer.bytes
    }
}
