// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// What a sender says of its own stream: which wall-clock time an RTP timestamp stands for, and how much it has sent.
///
/// [RFC 3550 section 6.4.1](https://www.rfc-editor.org/rfc/rfc3550#section-6.4.1).
public struct SenderReport: Hashable, Sendable {
    /// Who reports, and on what: the SSRC of its own stream.
    public var ssrc: UInt32
    public var ntpTime: NTPTime
    /// The RTP timestamp of the same moment.
    public var rtpTimestamp: UInt32
    /// Wraps.
    public var packetCount: UInt32
    /// Bytes of payload; wraps.
    public var octetCount: UInt32
    /// At most 31 from one packet; those beyond are written as receiver reports.
    public var blocks: [ReportBlock]

    public init(
        ssrc: UInt32, ntpTime: NTPTime, rtpTimestamp: UInt32, packetCount: UInt32, octetCount: UInt32,
        blocks: [ReportBlock] = []
    ) {
        self.ssrc = ssrc
        self.ntpTime = ntpTime
        self.rtpTimestamp = rtpTimestamp
        self.packetCount = packetCount
        self.octetCount = octetCount
        self.blocks = blocks
    }

    /// - Throws: ``ParseError`` when the packet holds fewer blocks than it counts.
    public init(parsing packet: RTCPPacketView) throws(ParseError) {
        var reader = ByteReader(packet.body)
        ssrc = try reader.readUInt32()
        ntpTime = NTPTime(bits: try reader.readUInt64())
        rtpTimestamp = try reader.readUInt32()
        packetCount = try reader.readUInt32()
        octetCount = try reader.readUInt32()
        blocks = try ReportBlock.parse(count: Int(packet.count), from: &reader)
    }

    public func write(into writer: inout ByteWriter) {
        let part = blocks.prefix(ReportBlock.maximumPerPacket)
        writer.writeRTCP(.senderReport, count: UInt8(truncatingIfNeeded: part.count)) { writer in
            writer.write(ssrc)
            writer.write(ntpTime.bits)
            writer.write(rtpTimestamp)
            writer.write(packetCount)
            writer.write(octetCount)
            for block in part { block.write(into: &writer) }
        }
        guard blocks.count > part.count else { return }
        ReceiverReport(senderSSRC: ssrc, blocks: Array(blocks[part.count...])).write(into: &writer)
    }
}
