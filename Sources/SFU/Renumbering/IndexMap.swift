// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Gives the packets of a source the indices under which one receiver gets them.
///
/// An index is SRTP's packet index (roll-over counter and sequence number), and with AES-GCM a repeated one is a repeated
/// nonce. So the map is injective for ever: within a run the distance between source and receiver is constant, and a new
/// run starts above everything that was ever given out. The source's indices are unique because its replay window has
/// seen to it.
public struct IndexMap: Sendable, BitwiseCopyable {
    /// A source that jumps ahead by more than this has been restarted or plays tricks: the receiver sees no gap.
    /// RFC 3550 appendix A.1's MAX_DROPOUT.
    public static let maximumGap: UInt64 = 3000

    /// Receiver index minus source index, wrapping.
    private var offset: UInt64 = 0
    /// The lowest source index of the current run; what is older belongs to no run any more.
    private var floor: UInt64 = 0
    private var highestSource: UInt64 = 0
    /// The lowest index that has never been given out.
    private var next: UInt64
    private var isRunning = false

    /// - Parameter first: the sequence number of the first packet to be sent. Its highest bit is cleared: below 2^15 a
    ///   receiver that misses the first packets does not guess a wrong roll-over counter.
    public init(first: UInt16) {
        next = UInt64(first & 0x7fff)
    }

    /// Whether the next packet continues a run.
    public var isInterrupted: Bool { !isRunning }

    /// The index after the highest one given out.
    var end: UInt64 { next }

    /// The index that a receiver means by a sequence number: the highest one given out that ends in it.
    func index(of number: UInt16) -> UInt64? {
        let back = UInt64(UInt16(truncatingIfNeeded: next &- 1) &- number)
        return back < next ? next &- 1 &- back : nil
    }

    /// Whether a packet of the source would begin a new run.
    public func beginsRun(_ source: UInt64) -> Bool { !isRunning || source > highestSource &+ Self.maximumGap }

    /// The next source packet begins a new run, whatever its index.
    public mutating func interrupt() { isRunning = false }

    /// The index for a packet of the source; `nil` for one from before the current run.
    public mutating func map(_ source: UInt64) -> UInt64? {
        if beginsRun(source) {
            isRunning = true
            floor = source
            offset = next &- source
            highestSource = source
        } else if source < floor {
            return nil
        }
        highestSource = max(highestSource, source)
        let mapped = source &+ offset
        next = max(next, mapped &+ 1)
        return mapped
    }
}
