// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What a receiver says of one source, in a sender or receiver report.
///
/// [RFC 3550 section 6.4.1](https://www.rfc-editor.org/rfc/rfc3550#section-6.4.1).
public struct ReportBlock: Hashable, Sendable, BitwiseCopyable {
    /// The count of blocks has 5 bits.
    public static let maximumPerPacket = 31
    /// Bytes of a block.
    public static let length = 24

    /// The source that is reported on.
    public var ssrc: UInt32
    /// Loss since the previous report, in units of 1/256.
    public var fractionLost: UInt8
    /// Packets lost since the beginning: 24 bits, signed, because duplicates count as received.
    public var cumulativeLost: Int32
    /// Cycles in the upper 16 bits, the highest sequence number received in the lower.
    public var highestSequenceNumber: UInt32
    /// Interarrival jitter in units of the source's clock.
    public var jitter: UInt32
    /// The middle 32 bits of the last sender report's NTP time; 0 when there was none.
    public var lastSenderReport: UInt32
    /// Time since that report arrived, in units of 1/65536 s.
    public var delaySinceLastSenderReport: UInt32

    public init(
        ssrc: UInt32, fractionLost: UInt8 = 0, cumulativeLost: Int32 = 0, highestSequenceNumber: UInt32 = 0,
        jitter: UInt32 = 0, lastSenderReport: UInt32 = 0, delaySinceLastSenderReport: UInt32 = 0
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.highestSequenceNumber = highestSequenceNumber
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }

    init(parsing reader: inout ByteReader) throws(ParseError) {
        ssrc = try reader.readUInt32()
        fractionLost = try reader.readUInt8()
        let lost = try reader.readUInt24()
        // Shifted up and down again, which extends the sign of 24 bits.
        cumulativeLost = Int32(bitPattern: lost << 8) >> 8
        highestSequenceNumber = try reader.readUInt32()
        jitter = try reader.readUInt32()
        lastSenderReport = try reader.readUInt32()
        delaySinceLastSenderReport = try reader.readUInt32()
    }

    static func parse(count: Int, from reader: inout ByteReader) throws(ParseError) -> [ReportBlock] {
        guard reader.count >= count * length else { throw .truncated }
        var blocks: [ReportBlock] = []
        blocks.reserveCapacity(count)
        for _ in 0..<count { blocks.append(try ReportBlock(parsing: &reader)) }
        return blocks
    }

    func write(into writer: inout ByteWriter) {
        writer.write(ssrc)
        writer.write(fractionLost)
        // RFC 3550 appendix A.3 clamps to the range of 24 bits.
        writer.writeUInt24(UInt32(bitPattern: max(-0x80_0000, min(0x7f_ffff, cumulativeLost))))
        writer.write(highestSequenceNumber)
        writer.write(jitter)
        writer.write(lastSenderReport)
        writer.write(delaySinceLastSenderReport)
    }
}
