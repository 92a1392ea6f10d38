// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension ParseError {
    public static let firTooLong = ParseError("a full intra request names too many sources")
}

/// A command for key frames of one or several sources.
///
/// [RFC 5104 section 4.3.1](https://www.rfc-editor.org/rfc/rfc5104#section-4.3.1).
public struct FullIntraRequest: Hashable, Sendable {
    /// One source, and the number of the command: the same number again is a repetition, not another command.
    public struct Entry: Hashable, Sendable, BitwiseCopyable {
        public var ssrc: UInt32
        public var sequenceNumber: UInt8

        public init(ssrc: UInt32, sequenceNumber: UInt8) {
            self.ssrc = ssrc
            self.sequenceNumber = sequenceNumber
        }
    }

    /// More video streams than one participant receives in one session.
    public static let maximumEntries = 128

    public var senderSSRC: UInt32
    /// Those beyond ``maximumEntries`` are not written.
    public var entries: [Entry]

    public init(senderSSRC: UInt32, entries: [Entry]) {
        self.senderSSRC = senderSSRC
        self.entries = entries
    }

    public init(parsing packet: RTCPPacketView) throws(ParseError) {
        var reader = ByteReader(packet.body)
        senderSSRC = try reader.readUInt32()
        // RFC 5104 section 4.3.1.2: the SSRC of media source "is not used and SHALL be set to 0".
        try reader.skip(4)
        guard reader.count % 8 == 0 else { throw .feedbackLengthInvalid }
        guard reader.count / 8 <= Self.maximumEntries else { throw .firTooLong }
        entries = []
        while !reader.isEmpty {
            entries.append(Entry(ssrc: try reader.readUInt32(), sequenceNumber: try reader.readUInt8()))
            try reader.skip(3)
        }
    }

    public func write(into writer: inout ByteWriter) {
        writer.writeRTCP(.payloadFeedback, count: RTCPPayloadFeedbackFormat.fullIntraRequest) { writer in
            writer.write(senderSSRC)
            writer.write(UInt32(0))
            for entry in entries.prefix(Self.maximumEntries) {
                writer.write(entry.ssrc)
                writer.write(entry.sequenceNumber)
                writer.writeZeros(3)
            }
        }
    }
}
