// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Which of the last 512 indices were seen: as a ring of bits, without allocation.
///
/// [RFC 3711 section 3.3.2](https://www.rfc-editor.org/rfc/rfc3711#section-3.3.2).
public struct ReplayWindow: Sendable, BitwiseCopyable {
    /// Indices that are told apart. The RFC asks for 64; a key frame of a 4 Mbit/s video is already longer than that,
    /// and a packet that comes by another way may be one round trip late.
    public static let size: UInt64 = 512

    /// What a window says of an index.
    public enum Verdict: Sendable { case new, seen, tooOld }

    private var bits = InlineArray<8, UInt64>(repeating: 0)
    /// The highest index seen plus one; 0 before the first.
    private var end: UInt64 = 0

    public init() {}

    /// Whether `index` may be a new one. Changes nothing, so that it can be asked before the packet is authenticated.
    public func verdict(on index: UInt64) -> Verdict {
        if index >= end { return .new }
        guard end &- index <= Self.size else { return .tooOld }
        let position = Int(truncatingIfNeeded: index % Self.size)
        return bits[position / 64] & 1 << UInt64(position % 64) == 0 ? .new : .seen
    }

    /// Notes an index that was authenticated. One that is too old is not noted.
    public mutating func insert(_ index: UInt64) {
        if index >= end {
            forget(index &- end)
            end = index &+ 1
        } else if end &- index > Self.size {
            return
        }
        let position = Int(truncatingIfNeeded: index % Self.size)
        bits[position / 64] |= 1 << UInt64(position % 64)
    }

    /// Clears the places of the `skipped` indices from ``end`` on, and of the one behind them.
    private mutating func forget(_ skipped: UInt64) {
        guard skipped < Self.size else {
            bits = InlineArray(repeating: 0)
            return
        }
        // Not a `for`: over a range of UInt64 it allocates iterators in debug builds, where tests count allocations.
        var step: UInt64 = 0
        while step <= skipped {
            let position = Int(truncatingIfNeeded: (end &+ step) % Self.size)
            bits[position / 64] &= ~(1 << UInt64(position % 64))
            step += 1
        }
    }
}
