// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Gives the packets of a source the indices under which one receiver gets them, without gaps where packets are left out
/// on purpose.
///
/// An index is SRTP's packet index (roll-over counter and sequence number), and with AES-GCM a repeated one is a repeated
/// nonce. So the map is injective for ever. A *run* is a stretch of the source with one distance between its indices and
/// the receiver's. Leaving a packet out (``drop(_:pictures:)``) begins a run with a distance smaller by one, so that what
/// follows takes the place of what was left out; what was sent before lies in earlier runs, below. A source that jumps,
/// or another source (``interrupt()``), begins above everything that was ever given out. The source's own indices are
/// unique because its replay window has seen to it.
///
/// Only a packet newer than all others can be left out without a trace. One that comes late has its place already, since
/// its receivers have been told to expect it there.
public struct IndexMap: ~Copyable {
    /// A source that jumps ahead by more than this has been restarted or plays tricks: the receiver sees no gap.
    /// RFC 3550 appendix A.1's MAX_DROPOUT.
    public static let maximumGap: UInt64 = 3000
    /// Runs that are remembered for late packets: a frame left out is one run, so that at 30 frames a second of which
    /// every other one is left out these are 4 seconds, longer than anybody repairs. 1.5 KiB.
    static let history = 64

    private struct Run: BitwiseCopyable {
        /// The lowest source index in it.
        var first: UInt64
        /// Receiver index minus source index, wrapping.
        var offset: UInt64
        /// Pictures left out since the source was taken up.
        var pictures: UInt16
    }

    /// The current run, in which nearly all packets are.
    private var run = Run(first: 0, offset: 0, pictures: 0)
    /// The runs before, as a ring, the newest at `pastCount - 1`. Allocated when the first packet is left out.
    private var past: UnsafeMutablePointer<Run>?
    private var pastCount = 0
    private var highestSource: UInt64 = 0
    /// The lowest index that has never been given out.
    private var next: UInt64
    private var isRunning = false

    /// - Parameter first: the sequence number of the first packet to be sent. Its highest bit is cleared: below 2^15 a
    ///   receiver that misses the first packets does not guess a wrong roll-over counter.
    public init(first: UInt16) {
        next = UInt64(first & 0x7fff)
    }

    deinit { past?.deallocate() }

    /// Whether the next packet begins anew.
    public var isInterrupted: Bool { !isRunning }

    /// The index after the highest one given out.
    var end: UInt64 { next }

    /// The index that a receiver means by a sequence number: the highest one given out that ends in it.
    func index(of number: UInt16) -> UInt64? {
        let back = UInt64(UInt16(truncatingIfNeeded: next &- 1) &- number)
        return back < next ? next &- 1 &- back : nil
    }

    /// Whether a packet of the source would begin anew, above everything given out.
    @inline(__always)
    public func beginsRun(_ source: UInt64) -> Bool { !isRunning || source > highestSource &+ Self.maximumGap }

    /// Whether a packet's place is given already, by a newer one that went before it.
    @inline(__always)
    public func isLate(_ source: UInt64) -> Bool { isRunning && source < highestSource }

    /// The next source packet begins anew, whatever its index.
    public mutating func interrupt() { isRunning = false }

    /// The index for a packet of the source, and how many pictures have been left out before it; `nil` for one from
    /// before everything that is remembered.
    @inline(__always)
    public mutating func map(_ source: UInt64) -> (index: UInt64, pictures: UInt16)? {
        if beginsRun(source) {
            isRunning = true
            run = Run(first: source, offset: next &- source, pictures: 0)
            pastCount = 0
            highestSource = source
        } else if source < run.first {
            return mapLate(source)
        }
        highestSource = max(highestSource, source)
        let mapped = source &+ run.offset
        next = max(next, mapped &+ 1)
        return (mapped, run.pictures)
    }

    @inline(never)
    private func mapLate(_ source: UInt64) -> (index: UInt64, pictures: UInt16)? {
        guard let past else { return nil }
        var age = 1
        while age <= min(pastCount, Self.history) {
            let run = past[(pastCount &- age) % Self.history]
            if source >= run.first { return (source &+ run.offset, run.pictures) }
            age += 1
        }
        return nil
    }

    /// Leaves a packet out: what follows it takes its place.
    ///
    /// - Parameter pictures: how many pictures of the receiver's end with it: 1 for the first packet of a picture that is
    ///   left out whole, else 0.
    /// - Precondition: the packet neither begins anew (``beginsRun(_:)``) nor is late (``isLate(_:)``).
    public mutating func drop(_ source: UInt64, pictures: UInt16) {
        precondition(isRunning && source > highestSource, "only the newest packet can be left out")
        if run.first <= highestSource || source > run.first {
            // Somebody may still ask for, or repair, what lies between: it stays mapped as it is.
            let past = past ?? .allocate(capacity: Self.history)
            self.past = past
            past[pastCount % Self.history] = run
            pastCount &+= 1
        }
        highestSource = source
        run.first = source &+ 1
        run.offset &-= 1
        run.pictures &+= pictures
        next = max(next, run.first &+ run.offset)
    }
}
