// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A set of transmission sequence numbers that lie within a window, one bit each: runs are found 64 at a time.
///
/// Who uses it keeps the window: two numbers that are `capacity` apart share a bit.
struct TSNSet: Sendable {
    private var words: [UInt64]
    private var mask: UInt64

    /// - Parameter capacity: numbers; a power of two, at least 64.
    init(capacity: Int) {
        precondition(capacity >= 64 && capacity & (capacity - 1) == 0, "a set's capacity is a power of two")
        words = Array(repeating: 0, count: capacity / 64)
        mask = UInt64(capacity - 1)
    }

    private func place(_ number: UInt64) -> (word: Int, bit: UInt64) {
        let position = number & mask
        return (Int(truncatingIfNeeded: position >> 6), 1 << (position & 63))
    }

    func contains(_ number: UInt64) -> Bool {
        let (word, bit) = place(number)
        return words[word] & bit != 0
    }

    mutating func insert(_ number: UInt64) {
        let (word, bit) = place(number)
        words[word] |= bit
    }

    mutating func remove(_ number: UInt64) {
        let (word, bit) = place(number)
        words[word] &= ~bit
    }

    /// The first number in `start..<end` that is in the set (or is not); `end` if there is none.
    func first(_ isMember: Bool, from start: UInt64, to end: UInt64) -> UInt64 {
        var number = start
        while number < end {
            let (word, _) = place(number)
            let bits = (isMember ? words[word] : ~words[word]) >> (number & 63)
            if bits != 0 { return min(number &+ UInt64(bits.trailingZeroBitCount), end) }
            number = (number | 63) &+ 1
        }
        return end
    }
}
