// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Cuts H.264 access units into RTP payloads: small units together (STAP-A), large ones in pieces (FU-A).
///
/// That is packetization mode 1, which browsers use.
///
/// [RFC 6184 section 6.3](https://www.rfc-editor.org/rfc/rfc6184#section-6.3).
public struct H264Packetizer: Sendable {
    public let maximumPayloadSize: Int

    /// - Parameter maximumPayloadSize: bytes of an RTP payload; at least 16 are taken.
    public init(maximumPayloadSize: Int = VP8Packetizer.defaultMaximumPayloadSize) {
        // The size of a unit in an aggregation packet has 16 bits.
        self.maximumPayloadSize = min(max(16, maximumPayloadSize), 65_535)
    }

    /// The payloads of one access unit in order; the packet of the last one carries the marker.
    ///
    /// - Parameter frame: NAL units, each behind a start code of three or four bytes (ITU-T H.264 annex B).
    public func packetize(_ frame: [UInt8]) -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        var small: [ArraySlice<UInt8>] = []
        var smallSize = 1
        func flush() {
            if small.count == 1 { payloads.append(Array(small[0])) }
            if small.count > 1 { payloads.append(aggregate(small)) }
            small.removeAll()
            smallSize = 1
        }
        for unit in Self.units(frame) {
            guard unit.count <= maximumPayloadSize else {
                flush()
                payloads += fragments(unit)
                continue
            }
            if smallSize + 2 + unit.count > maximumPayloadSize { flush() }
            small.append(unit)
            smallSize += 2 + unit.count
        }
        flush()
        return payloads
    }

    private func aggregate(_ units: [ArraySlice<UInt8>]) -> [UInt8] {
        var writer = ByteWriter(reservingCapacity: maximumPayloadSize)
        // RFC 6184 section 5.7: F is set if it is in any unit, NRI is the largest of all.
        let headers = units.compactMap(\.first)
        let forbidden = headers.reduce(0) { $0 | $1 & 0x80 }
        let importance = headers.reduce(0) { max($0, $1 & 0x60) }
        writer.write(forbidden | importance | H264NALUnitType.stapA.rawValue)
        for unit in units {
            writer.write(UInt16(truncatingIfNeeded: unit.count))
            writer.write(unit)
        }
        return writer.bytes
    }

    private func fragments(_ unit: ArraySlice<UInt8>) -> [[UInt8]] {
        guard let header = unit.first else { return [] }
        let body = unit.dropFirst()
        let room = maximumPayloadSize - 2
        let count = (body.count + room - 1) / room
        let size = (body.count + count - 1) / count
        return stride(from: body.startIndex, to: body.endIndex, by: size).map { start in
            let end = min(start + size, body.endIndex)
            let isFirst: UInt8 = start == body.startIndex ? 0x80 : 0
            let isLast: UInt8 = end == body.endIndex ? 0x40 : 0
            let headers: [UInt8] = [
                header & 0xe0 | H264NALUnitType.fuA.rawValue, isFirst | isLast | header & 0x1f,
            ]
            return headers + body[start..<end]
        }
    }

    /// The NAL units between start codes, without those that are empty.
    static func units(_ frame: [UInt8]) -> [ArraySlice<UInt8>] {
        var units: [ArraySlice<UInt8>] = []
        var start: Int?
        func close(at end: Int) {
            guard let start else { return }
            // A unit never ends in a zero byte; what is there belongs to the next start code or is stuffing.
            var end = end
            while end > start, frame[end - 1] == 0 { end -= 1 }
            if end > start { units.append(frame[start..<end]) }
        }
        var position = 0
        while position + 2 < frame.count {
            if frame[position] == 0, frame[position + 1] == 0, frame[position + 2] == 1 {
                close(at: position)
                start = position + 3
                position += 3
            } else {
                position += 1
            }
        }
        close(at: frame.count)
        return units
    }
}
