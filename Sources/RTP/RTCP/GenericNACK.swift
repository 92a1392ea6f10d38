// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension ParseError {
    public static let nackTooLong = ParseError("a NACK names too many packets")
    public static let feedbackLengthInvalid = ParseError("a feedback message is not made of whole entries")
}

/// A receiver asks for packets that it misses.
///
/// [RFC 4585 section 6.2.1](https://www.rfc-editor.org/rfc/rfc4585#section-6.2.1).
public struct GenericNACK: Hashable, Sendable {
    /// A sequence number, and the 16 after it as bits.
    public struct Pair: Hashable, Sendable, BitwiseCopyable {
        public var packetID: SequenceNumber
        /// Bit 0: the packet after ``packetID``.
        public var bitmap: UInt16

        public init(packetID: SequenceNumber, bitmap: UInt16 = 0) {
            self.packetID = packetID
            self.bitmap = bitmap
        }
    }

    /// What fits a datagram of 1500 bytes is 371. More is a storm (security: NACK storms), not a loss.
    public static let maximumPairs = 372

    /// Who asks.
    public var senderSSRC: UInt32
    /// The stream whose packets are missing.
    public var mediaSSRC: UInt32
    /// Those beyond ``maximumPairs`` are not written.
    public var pairs: [Pair]

    public init(senderSSRC: UInt32, mediaSSRC: UInt32, pairs: [Pair]) {
        self.senderSSRC = senderSSRC
        self.mediaSSRC = mediaSSRC
        self.pairs = pairs
    }

    /// Packs sequence numbers that rise (with wrap-around) into as few pairs as they fit.
    public init(senderSSRC: UInt32, mediaSSRC: UInt32, missing: some Sequence<SequenceNumber>) {
        self.init(senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, pairs: [])
        for number in missing {
            if let last = pairs.last {
                let distance = last.packetID.distance(to: number)
                if distance == 0 { continue }
                if (1...16).contains(distance) {
                    pairs[pairs.count - 1].bitmap |= 1 << UInt16(truncatingIfNeeded: distance - 1)
                    continue
                }
            }
            pairs.append(Pair(packetID: number))
        }
    }

    public init(parsing packet: RTCPPacketView) throws(ParseError) {
        var reader = ByteReader(packet.body)
        senderSSRC = try reader.readUInt32()
        mediaSSRC = try reader.readUInt32()
        guard reader.count % 4 == 0 else { throw .feedbackLengthInvalid }
        guard reader.count / 4 <= Self.maximumPairs else { throw .nackTooLong }
        pairs = []
        pairs.reserveCapacity(reader.count / 4)
        while !reader.isEmpty {
            pairs.append(
                Pair(packetID: SequenceNumber(try reader.readUInt16()), bitmap: try reader.readUInt16()))
        }
    }

    /// Calls `body` with each missing sequence number, in the order of the pairs.
    @inlinable
    public func forEachMissing(_ body: (SequenceNumber) -> Void) {
        for pair in pairs {
            body(pair.packetID)
            var bits = pair.bitmap
            while bits != 0 {
                let bit = UInt16(truncatingIfNeeded: bits.trailingZeroBitCount)
                body(SequenceNumber(pair.packetID.rawValue &+ bit &+ 1))
                bits &= bits &- 1
            }
        }
    }

    /// The missing sequence numbers, in the order of the pairs.
    public var missing: [SequenceNumber] {
        var numbers: [SequenceNumber] = []
        forEachMissing { numbers.append($0) }
        return numbers
    }

    public func write(into writer: inout ByteWriter) {
        writer.writeRTCP(.transportFeedback, count: RTCPTransportFeedbackFormat.genericNACK) { writer in
            writer.write(senderSSRC)
            writer.write(mediaSSRC)
            for pair in pairs.prefix(Self.maximumPairs) {
                writer.write(pair.packetID.rawValue)
                writer.write(pair.bitmap)
            }
        }
    }
}
