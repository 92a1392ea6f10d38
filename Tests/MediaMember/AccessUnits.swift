// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTP

/// The pictures of a byte stream of H.264 (ITU-T H.264 annex B).
enum AccessUnits {
    /// Cut before each access unit delimiter, which the stream must have (ITU-T H.264 section 7.3.2.4).
    static func all(of stream: [UInt8]) -> [[UInt8]] {
        var starts: [Int] = []
        for position in stream.indices.dropLast(3)
        where stream[position] == 0 && stream[position + 1] == 0 && stream[position + 2] == 1
            && H264NALUnitType(header: stream[position + 3]) == .accessUnitDelimiter
        {
            starts.append(position)
        }
        return zip(starts, starts.dropFirst() + [stream.count]).map { Array(stream[$0..<$1]) }
    }
}
