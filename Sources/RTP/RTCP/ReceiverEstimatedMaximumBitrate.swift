// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension ParseError {
    public static let rembInvalid = ParseError("a REMB message counts more sources than it holds")
}

/// What a receiver believes that its path can carry, for all the named streams together (REMB).
///
/// [draft-alvestrand-rmcat-remb-03 section 2.2](https://datatracker.ietf.org/doc/html/draft-alvestrand-rmcat-remb-03#section-2.2).
public struct ReceiverEstimatedMaximumBitrate: Hashable, Sendable {
    /// The count of sources has 8 bits.
    public static let maximumSources = 255
    /// «REMB», which tells this application-layer feedback from others.
    static let identifier: UInt32 = 0x5245_4d42

    /// The highest bitrate that both the field and an `Int` can say.
    public static let maximumBitrate = 0x3_ffff << 45

    /// Who estimates.
    public var senderSSRC: UInt32
    /// Bits a second, at most ``maximumBitrate``: 18 bits shifted by up to 63 can say absurd values.
    public var bitrate: Int
    /// The streams that share the bitrate; those beyond 255 are not written.
    public var ssrcs: [UInt32]

    public init(senderSSRC: UInt32, bitrate: Int, ssrcs: [UInt32]) {
        self.senderSSRC = senderSSRC
        self.bitrate = bitrate
        self.ssrcs = ssrcs
    }

    /// Whether an application-layer feedback packet is a REMB.
    static func matches(_ packet: borrowing RTCPPacketView) -> Bool {
        var reader = ByteReader(packet.body)
        guard (try? reader.skip(8)) != nil, let identifier = try? reader.readUInt32() else { return false }
        return identifier == Self.identifier
    }

    public init(parsing packet: RTCPPacketView) throws(ParseError) {
        var reader = ByteReader(packet.body)
        senderSSRC = try reader.readUInt32()
        // The SSRC of media source, always 0, and the identifier.
        try reader.skip(8)
        let count = Int(try reader.readUInt8())
        let field = try reader.readUInt24()
        bitrate = Self.bitrate(exponent: Int(field >> 18), mantissa: Int(field & 0x3_ffff))
        guard reader.count >= 4 * count else { throw .rembInvalid }
        ssrcs = []
        for _ in 0..<count { ssrcs.append(try reader.readUInt32()) }
    }

    private static func bitrate(exponent: Int, mantissa: Int) -> Int {
        // An Int has 63 bits for the value.
        let used = Int.bitWidth - mantissa.leadingZeroBitCount
        return used + exponent <= 63 ? mantissa << exponent : maximumBitrate
    }

    public func write(into writer: inout ByteWriter) {
        let part = ssrcs.prefix(Self.maximumSources)
        writer.writeRTCP(.payloadFeedback, count: RTCPPayloadFeedbackFormat.applicationLayer) { writer in
            writer.write(senderSSRC)
            writer.write(UInt32(0))
            writer.write(Self.identifier)
            writer.write(UInt8(truncatingIfNeeded: part.count))
            // The bits beyond 18 are cut off: the estimate is rounded down, never up.
            let value = max(0, bitrate)
            let exponent = max(0, Int.bitWidth - value.leadingZeroBitCount - 18)
            writer.writeUInt24(UInt32(truncatingIfNeeded: exponent << 18 | value >> exponent))
            for ssrc in part { writer.write(ssrc) }
        }
    }
}
