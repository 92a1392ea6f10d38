// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What has been read of a file and not been sent yet.
struct OutgoingPieces {
    /// Bytes that are read at a time.
    static let block = 256 * 1024

    private var bytes: [UInt8] = []
    private var first = 0
    /// Where in the file the next block begins.
    private(set) var readOffset: Int64 = 0
    var isReading = false

    var count: Int { bytes.count - first }

    /// How much to read next; zero when nothing is to be read now.
    func wanted(of size: Int64) -> Int {
        guard !isReading, count < Self.block / 2, readOffset < size else { return 0 }
        return Int(min(Int64(Self.block), size - readOffset))
    }

    mutating func append(_ block: [UInt8]) {
        bytes.removeFirst(first)
        first = 0
        bytes += block
        readOffset += Int64(block.count)
    }

    mutating func next(_ size: Int) -> [UInt8]? {
        guard count > 0 else { return nil }
        let end = min(bytes.count, first + size)
        defer { first = end }
        return Array(bytes[first..<end])
    }
}
