// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Cuts AV1 temporal units into RTP payloads.
///
/// [RTP payload format for AV1, section 5](https://aomediacodec.github.io/av1-rtp-spec/#5-packetization-rules).
public struct AV1Packetizer: Sendable {
    public let maximumPayloadSize: Int
    /// What the length of an element takes at most: 21 bits are more than a payload can have.
    private static let lengthRoom = 3

    /// - Parameter maximumPayloadSize: bytes of an RTP payload; at least 16 are taken.
    public init(maximumPayloadSize: Int = VP8Packetizer.defaultMaximumPayloadSize) {
        self.maximumPayloadSize = min(max(16, maximumPayloadSize), 65_535)
    }

    /// The payloads of one temporal unit in order; the packet of the last one carries the marker.
    ///
    /// - Parameter frame: units with their sizes, as encoders give them. Temporal delimiters are left out.
    /// - Throws: ``ParseError/av1PayloadTruncated`` when a unit is longer than the frame or says no size although
    ///   another follows.
    public func packetize(_ frame: [UInt8]) throws(ParseError) -> [[UInt8]] {
        let units = try Self.units(frame)
        guard let first = units.first?.first else { return [] }
        let startsSequence = AV1OBUType(rawValue: first >> 3 & 0x0f) == .sequenceHeader
        var payloads: [[UInt8]] = []
        var elements: [ArraySlice<UInt8>] = []
        var room = maximumPayloadSize - 1
        var continues = false
        func flush(isContinued: Bool) {
            guard !elements.isEmpty else { return }
            let header = AV1AggregationHeader(
                continuesUnit: continues, isContinued: isContinued,
                elementCount: elements.count <= 3 ? UInt8(elements.count) : 0,
                startsSequence: startsSequence && payloads.isEmpty)
            payloads.append(Self.payload(header, elements))
            elements.removeAll()
            room = maximumPayloadSize - 1
            continues = isContinued
        }
        for unit in units {
            var rest = unit[...]
            while !rest.isEmpty {
                // A unit is begun only where more than its header fits.
                if room < Self.lengthRoom + 4 { flush(isContinued: rest.startIndex > 0) }
                let piece = rest.prefix(room - Self.lengthRoom)
                elements.append(piece)
                room -= Self.lengthRoom + piece.count
                rest = rest[piece.endIndex...]
                if !rest.isEmpty { flush(isContinued: true) }
            }
        }
        flush(isContinued: false)
        return payloads
    }

    private static func payload(_ header: AV1AggregationHeader, _ elements: [ArraySlice<UInt8>]) -> [UInt8] {
        var writer = ByteWriter(reservingCapacity: elements.reduce(1) { $0 + lengthRoom + $1.count })
        writer.write(header.byte)
        for (position, element) in elements.enumerated() {
            if header.elementCount == 0 || position + 1 < elements.count {
                LEB128.write(UInt32(truncatingIfNeeded: element.count), into: &writer)
            }
            writer.write(element)
        }
        return writer.bytes
    }

    /// The units of a frame without their sizes, which the elements' lengths make needless, and without temporal
    /// delimiters and tile lists, which the format keeps out of RTP.
    private static func units(_ frame: [UInt8]) throws(ParseError) -> [[UInt8]] {
        try frame.span.bytes.withUnsafeBytes { bytes throws(ParseError) -> [[UInt8]] in
            var units: [[UInt8]] = []
            var offset = 0
            while offset < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                guard let header = AV1OBUHeader(parsing: rest) else { throw .av1PayloadTruncated }
                var start = header.length
                var size = rest.count - start
                if header.hasSize {
                    size = Int(try LEB128.read(rest, at: &start))
                    guard rest.count - start >= size else { throw .av1PayloadTruncated }
                }
                offset += start + size
                guard header.type != .temporalDelimiter, header.type != .tileList else { continue }
                let head = [rest[0] & ~0x02] + (header.extensionByte.map { [$0] } ?? [])
                units.append(head + rest[start..<start + size])
            }
            return units
        }
    }
}
