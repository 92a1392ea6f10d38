// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Reports of somebody who does not send.
///
/// [RFC 3550 section 6.4.2](https://www.rfc-editor.org/rfc/rfc3550#section-6.4.2).
public struct ReceiverReport: Hashable, Sendable {
    /// Who reports.
    public var senderSSRC: UInt32
    /// At most 31 from one packet; see ``write(into:)`` for more.
    public var blocks: [ReportBlock]

    public init(senderSSRC: UInt32, blocks: [ReportBlock] = []) {
        self.senderSSRC = senderSSRC
        self.blocks = blocks
    }

    /// - Throws: ``ParseError`` when the packet holds fewer blocks than it counts. A profile's extension after the blocks
    ///   is ignored.
    public init(parsing packet: RTCPPacketView) throws(ParseError) {
        var reader = ByteReader(packet.body)
        senderSSRC = try reader.readUInt32()
        blocks = try ReportBlock.parse(count: Int(packet.count), from: &reader)
    }

    /// Appends the report; blocks beyond 31 go into further receiver reports, as section 6.1 of the RFC asks.
    public func write(into writer: inout ByteWriter) {
        var rest = blocks[...]
        repeat {
            let part = rest.prefix(ReportBlock.maximumPerPacket)
            rest = rest.dropFirst(ReportBlock.maximumPerPacket)
            writer.writeRTCP(.receiverReport, count: UInt8(truncatingIfNeeded: part.count)) { writer in
                writer.write(senderSSRC)
                for block in part { block.write(into: &writer) }
            }
        } while !rest.isEmpty
    }
}
