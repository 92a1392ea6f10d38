// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Where the clusters of a Matroska file lie, and how many frames each has: a reader of its own of
/// [RFC 8794](https://www.rfc-editor.org/rfc/rfc8794) and [RFC 9559](https://www.rfc-editor.org/rfc/rfc9559).
public struct Clusters {
    public struct Cluster {
        public var range: Range<Int>
        public var frames = 0
        /// In milliseconds, if the file has units of a millisecond.
        public var time = 0
    }

    public private(set) var all: [Cluster] = []

    /// - Returns: `nil` for bytes that are no elements one after the other, up to the end.
    public init?(_ bytes: [UInt8]) {
        guard let header = Element(bytes, at: 0), header.id == 0x1a45_dfa3,
            let segment = Element(bytes, at: header.end), segment.id == 0x1853_8067
        else { return nil }
        var position = segment.start
        while position < bytes.count {
            guard let element = Element(bytes, at: position), element.end <= bytes.count else { return nil }
            if element.id == 0x1f43_b675 {
                var cluster = Cluster(range: position..<element.end)
                var inner = element.start
                while inner < element.end {
                    guard let child = Element(bytes, at: inner), child.end <= element.end else { return nil }
                    // SimpleBlock and BlockGroup, and Timestamp.
                    if child.id == 0xa3 || child.id == 0xa0 { cluster.frames += 1 }
                    if child.id == 0xe7 {
                        cluster.time = bytes[child.start..<child.end].reduce(0) { $0 << 8 | Int($1) }
                    }
                    inner = child.end
                }
                all.append(cluster)
            }
            position = element.end
        }
    }

    private struct Element {
        var id = 0
        /// Of its content.
        var start: Int
        var end: Int

        init?(_ bytes: [UInt8], at position: Int) {
            guard position < bytes.count, case let idLength = bytes[position].leadingZeroBitCount + 1, idLength <= 4,
                position + idLength < bytes.count
            else { return nil }
            for byte in bytes[position..<position + idLength] { id = id << 8 | Int(byte) }
            let place = position + idLength
            let length = bytes[place].leadingZeroBitCount + 1
            guard length <= 8, place + length <= bytes.count else { return nil }
            var size = Int(bytes[place]) & (0xff >> length)
            for byte in bytes[place + 1..<place + length] { size = size << 8 | Int(byte) }
            start = place + length
            // All ones: not known, as far as there is something.
            end = size == (1 << (7 * length)) - 1 ? bytes.count : start + size
        }
    }
}
