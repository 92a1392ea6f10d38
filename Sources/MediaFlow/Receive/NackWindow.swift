// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Which packets of a source are missing, and when each is to be asked for (again).
///
/// A gap is not yet a loss: packets may have overtaken each other. A missing packet is asked for when the source has gone
/// on by more than 20 ms' worth of packets, or after 20 ms; where packets turn out to come later than that by themselves,
/// after one and a half times as long as they took. It is asked for again a round trip later
/// ([RFC 4585 section 6.2.1](https://www.rfc-editor.org/rfc/rfc4585#section-6.2.1) leaves when to the receiver), because a
/// path that loses a tenth each way answers four of five requests; and is given up when nobody can use it any more.
///
/// Indices are 48-bit, so that nothing here wraps. Memory is taken once, when the window is made.
public struct NackWindow: ~Copyable {
    /// Packets that are waited for. 256 are half a second of 4 Mbit/s: what loses more at once is repaired by a key frame
    /// in less time than by as many retransmissions.
    public static let maximumMissing = 256
    /// No packet is given up before it has been asked for this often: 0.19^5, one lost packet of 4000 where a tenth is lost
    /// each way.
    public static let minimumTries = 5
    /// Nor before this much time has passed. A picture that stands still for longer is better off with a key frame.
    public static let usefulLife = Duration.milliseconds(600)

    /// How long a gap may last before it counts as a loss, to begin with and at most.
    static let initialTolerance = Duration.milliseconds(20)
    static let maximumTolerance = Duration.milliseconds(100)
    /// Reordering that has not been seen for this long is over.
    static let toleranceLife = Duration.seconds(10)
    /// The round trip before it has been observed, and its bounds. Below the lower one a request would be repeated before
    /// a publisher that is busy encoding has looked at it.
    static let initialRoundTrip: Int64 = 100_000_000
    static let roundTripBounds: ClosedRange<Int64> = 16_000_000...1_000_000_000

    private struct Missing: BitwiseCopyable {
        var index: UInt64
        var noticed: Instant
        var firstRequest: Instant
        /// When it is to be asked for (again), or given up.
        var due: Instant
        var tries: UInt8
        /// Left alone for as long as reordering can last, to learn whether it comes by itself.
        var isProbe: Bool
    }

    /// In the order of their indices.
    private let missing: UnsafeMutablePointer<Missing>
    public private(set) var missingCount = 0
    private var highest: UInt64?
    /// The lowest index that has not been asked for; what the packet rule looks at.
    private var oldestUnrequested = UInt64.max

    private var tolerance = Self.initialTolerance
    private var reorderingSeen = Instant.zero
    /// By how many packets packets are overtaken, at least.
    private var reorderedBy: UInt64 = 0
    private var packetRate = 0

    private var roundTripNanoseconds = Self.initialRoundTrip
    private var hasGivenUp = false

    /// Answers that came so soon that the packet may have come by itself, since the last probe.
    private var ambiguousAnswers = 0
    private var answersBeforeProbe = 1

    /// When ``takeRequests(now:)`` is to be called; `nil` when nothing is missing.
    public private(set) var deadline: Instant?

    public init() {
        missing = .allocate(capacity: Self.maximumMissing)
    }

    deinit { missing.deallocate() }

    /// What a packet was to the window.
    public enum Arrival: Sendable {
        /// Newer than all before.
        case next
        /// It had been overtaken, and came before it was asked for.
        case reordered
        /// It had been asked for.
        case repaired
        /// Nobody waited for it.
        case unexpected
    }

    /// The time from a request to its answer, as far as is known.
    public var roundTrip: Duration { .nanoseconds(roundTripNanoseconds) }

    /// Takes note of a packet.
    ///
    /// - Parameter packetRate: packets a second of the source.
    @discardableResult
    public mutating func receive(index: UInt64, packetRate: Int, now: Instant) -> Arrival {
        guard let highest else {
            self.highest = index
            return .next
        }
        guard index > highest else { return receiveLate(index, highest: highest, now: now) }
        self.highest = index
        if index != highest &+ 1 {
            self.packetRate = packetRate
            noteGap(from: highest &+ 1, to: index, now: now)
        }
        if isOvertaken(oldestUnrequested, highest: index) { deadline = Instant.earliest(deadline, now) }
        return .next
    }

    /// Packets before `index` are of no use any more, because a key frame begins there.
    public mutating func forget(before index: UInt64) {
        var useless = 0
        while useless < missingCount, missing[useless].index < index { useless += 1 }
        remove(at: 0, count: useless)
        if oldestUnrequested < index { oldestUnrequested = firstUnrequested() }
    }

    /// The indices to ask for now, rising. Counts them as asked for.
    public mutating func takeRequests(now: Instant) -> [UInt64] {
        guard let highest, let due = deadline, due <= now else { return [] }
        var requests: [UInt64] = []
        var kept = 0
        deadline = nil
        for position in 0..<missingCount {
            var packet = missing[position]
            let isOvertaken = packet.tries == 0 && !packet.isProbe && isOvertaken(packet.index, highest: highest)
            if packet.due <= now || isOvertaken {
                if packet.tries >= Self.minimumTries, now - packet.noticed >= Self.usefulLife {
                    hasGivenUp = true
                    continue
                }
                request(&packet, now: now)
                requests.append(packet.index)
            }
            deadline = Instant.earliest(deadline, packet.due)
            missing[kept] = packet
            kept += 1
        }
        missingCount = kept
        oldestUnrequested = firstUnrequested()
        return requests
    }

    /// Whether a packet is missing or has been given up: whether the two `take` methods have anything to say, now or later.
    public var needsAttention: Bool { deadline != nil || hasGivenUp }

    /// Whether packets have been given up since the last call: a decoder then needs a key frame.
    public mutating func takeGivenUp() -> Bool {
        defer { hasGivenUp = false }
        return hasGivenUp
    }

    // MARK: Gaps

    private mutating func noteGap(from first: UInt64, to end: UInt64, now: Instant) {
        guard end &- first <= UInt64(Self.maximumMissing) else {
            missingCount = 0
            oldestUnrequested = .max
            deadline = nil
            hasGivenUp = true
            return
        }
        let gap = Int(end &- first)
        if missingCount + gap > Self.maximumMissing {
            hasGivenUp = true
            remove(at: 0, count: missingCount + gap - Self.maximumMissing)
            oldestUnrequested = firstUnrequested()
        }
        if now - reorderingSeen > Self.toleranceLife {
            tolerance = Self.initialTolerance
            reorderedBy = 0
        }
        var isProbe = ambiguousAnswers >= answersBeforeProbe
        if isProbe { ambiguousAnswers = 0 }
        var index = first
        while index < end {
            let due = now + (isProbe ? Self.maximumTolerance : tolerance)
            missing[missingCount] = Missing(
                index: index, noticed: now, firstRequest: now, due: due, tries: 0, isProbe: isProbe)
            missingCount += 1
            deadline = Instant.earliest(deadline, due)
            isProbe = false
            index &+= 1
        }
        oldestUnrequested = min(oldestUnrequested, first)
    }

    private func firstUnrequested() -> UInt64 {
        for position in 0..<missingCount where missing[position].tries == 0 && !missing[position].isProbe {
            return missing[position].index
        }
        return .max
    }

    /// Whether so many packets have come after `index` that it will hardly come by itself. While packets are known to be
    /// overtaken for longer than at first assumed, only time tells.
    private func isOvertaken(_ index: UInt64, highest: UInt64) -> Bool {
        guard index < highest, tolerance == Self.initialTolerance else { return false }
        return highest &- index > max(UInt64(min(max(packetRate / 50, 2), 24)), reorderedBy)
    }

    private mutating func remove(at position: Int, count: Int) {
        (missing + position).update(from: missing + position + count, count: missingCount - position - count)
        missingCount -= count
        if missingCount == 0 {
            deadline = nil
            oldestUnrequested = .max
        }
    }

    // MARK: Requests and what becomes of them

    private mutating func request(_ packet: inout Missing, now: Instant) {
        if packet.tries == 0 {
            packet.firstRequest = now
            // It did not come by itself: the next probe is worth its delay only after many more such answers.
            if packet.isProbe { answersBeforeProbe = min(max(16, answersBeforeProbe * 2), 256) }
        }
        if packet.tries < .max { packet.tries += 1 }
        // A quarter more than the round trip, for its variation. Who has not answered five times is not pressed.
        let spacing = roundTripNanoseconds + roundTripNanoseconds / 4
        packet.due = now + .nanoseconds(packet.tries < Self.minimumTries ? spacing : spacing * 2)
    }

    private mutating func receiveLate(_ index: UInt64, highest: UInt64, now: Instant) -> Arrival {
        var low = 0
        var high = missingCount
        while low < high {
            let middle = (low + high) / 2
            if missing[middle].index < index { low = middle + 1 } else { high = middle }
        }
        guard low < missingCount, missing[low].index == index else { return .unexpected }
        let packet = missing[low]
        remove(at: low, count: 1)
        if index == oldestUnrequested { oldestUnrequested = firstUnrequested() }
        guard packet.tries > 0 else {
            tolerance = min(max(tolerance, (now - packet.noticed) * 3 / 2), Self.maximumTolerance)
            reorderedBy = max(reorderedBy, min(2 * (highest &- index), UInt64(Self.maximumMissing)))
            reorderingSeen = now
            return .reordered
        }
        // The answer to a repeated request may be the answer to the first one: it says less, and is given less weight.
        let elapsed = (now - packet.firstRequest).wholeNanoseconds
        let weight: Int64 = packet.tries == 1 ? 4 : 8
        let smoothed = (roundTripNanoseconds * (weight - 1) + min(elapsed, Self.roundTripBounds.upperBound)) / weight
        roundTripNanoseconds = min(max(smoothed, Self.roundTripBounds.lowerBound), Self.roundTripBounds.upperBound)
        // Either a short round trip, or a packet that was overtaken by more than is tolerated. Nothing tells one from the
        // other but waiting longer next time.
        if now - packet.noticed <= Self.maximumTolerance { ambiguousAnswers += 1 }
        return .repaired
    }
}
