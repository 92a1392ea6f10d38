// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Chooses how much of a layered source one receiver gets: down when its path shows that it carries less, and up again by
/// trying.
///
/// What a path carries is seen only when more is sent. So nothing is believed about a path that has never been congested,
/// and a receiver begins with everything. Congestion is one of
///
/// - a report that more than a tenth was lost: what arrived is then what the path carries;
/// - an estimate of the receiver's own (REMB) that falls while it is below what is sent, or stays there. One that rises is
///   catching up: receivers' estimates grow by 8 % a second at most, and not beyond half more than what arrives.
///
/// Then the highest rung that fits is taken at once. Upwards it goes one rung at a time, and each is a trial: if congestion
/// shows before ``trial`` is over, it is taken back, and the next trial waits twice as long. That is the hysteresis.
public struct LayerControl: Sendable, BitwiseCopyable {
    /// How long a step up must hold to be kept: three to five reports, and longer than a browser's queue lasts.
    public static let trial = Duration.seconds(4)
    /// Between a change and a trial: what the path carried shortly before a congestion it seldom carries shortly after.
    public static let firstPause = Duration.seconds(4)
    /// A path that has got better is noticed after this long at the latest.
    public static let longestPause = Duration.seconds(32)
    /// Between steps up that fit what is known of the path, so that each is measured before the next.
    static let stride = Duration.seconds(1)
    /// Losses of more than this share (of 256) are congestion: 10 %, as for the estimate behind REMB.
    static let congestion: UInt8 = 25
    /// An estimate that stays below what is sent for so long is meant: it does not lag.
    static let patience = Duration.seconds(3)
    /// What is sent may exceed what is known of the path by this share (of 256): 15 %, which repair can cover.
    static let tolerance: Int64 = 38

    /// What the path carries as far as losses have shown it, bits a second; `nil` until they do.
    private var lossLimit: Int64?
    /// What the receiver's own estimate says; `nil` while it says nothing against what is sent.
    private var estimateLimit: Int64?
    private var lastEstimate: (bitrate: Int64, since: Instant)?
    /// Where a trial began, and when; `nil` while none is under way.
    private var trialStart: (rung: Int, at: Instant)?
    private var isCongested = false
    private var pause = Self.firstPause
    private var changedAt: Instant?
    /// The report that covers the moment of a step down speaks of what was sent before, too.
    private var ignoresReport = false

    public init() {}

    /// A step up is being tried: what it does to the path is no reason to send others less.
    public var isTrying: Bool { trialStart != nil }

    /// What is known of the path, bits a second; `nil` when nothing speaks against what is sent.
    public var limit: Int64? {
        guard let lossLimit, let estimateLimit else { return lossLimit ?? estimateLimit }
        return min(lossLimit, estimateLimit)
    }

    /// - Parameters:
    ///   - fractionLost: as in a report block, units of 1/256.
    ///   - actual: bits a second that were sent lately.
    public mutating func receiveReport(fractionLost: UInt8, actual: Int64, now: Instant) {
        if ignoresReport {
            ignoresReport = false
            return
        }
        if fractionLost > Self.congestion {
            let arrived = actual * (256 - Int64(fractionLost)) / 256
            lossLimit = min(lossLimit ?? arrived, arrived)
            isCongested = true
        } else if fractionLost < 5, let limit = lossLimit, actual >= limit / 4 * 3 {
            lossLimit = limit * 269 / 256
        }
    }

    /// - Parameters:
    ///   - bitrate: the receiver's own estimate (REMB), bits a second.
    ///   - actual: bits a second that were sent lately.
    public mutating func receiveEstimate(_ bitrate: Int64, actual: Int64, now: Instant) {
        let last = lastEstimate
        if last?.bitrate != bitrate { lastEstimate = (bitrate, now) }
        guard let last, bitrate > 0 else { return }
        guard bitrate <= last.bitrate, bitrate * (256 + Self.tolerance) < actual * 256 else {
            if let limit = estimateLimit { estimateLimit = max(limit, bitrate) }
            return
        }
        guard bitrate < last.bitrate || now - last.since >= Self.patience else { return }
        estimateLimit = bitrate
        isCongested = true
    }

    /// Chooses anew. To be called twice a second or so.
    ///
    /// - Parameters:
    ///   - current: the rung on which the receiver is, or is about to be.
    ///   - rates: bits a second of each rung, the cheapest first; 0 for one that is not known.
    /// - Returns: the rung to be on.
    public mutating func choose(current: Int, rates: [Int64], now: Instant) -> Int {
        guard !rates.isEmpty else { return current }
        let current = min(current, rates.count - 1)
        defer { isCongested = false }
        if let trial = trialStart {
            if isCongested {
                trialStart = nil
                pause = min(pause * 2, Self.longestPause)
                changed(now)
                ignoresReport = true
                return min(trial.rung, current)
            }
            guard now - trial.at >= Self.trial else { return current }
            trialStart = nil
            pause = Self.firstPause
            forget(below: rates[current])
        }
        if let limit, rates[current] * 256 > limit * (256 + Self.tolerance), current > 0 {
            changed(now)
            ignoresReport = true
            return rates[..<current].lastIndex { $0 <= limit } ?? 0
        }
        guard current + 1 < rates.count else {
            if current == rates.count - 1, changedAt.map({ now - $0 >= Self.longestPause }) ?? false { forgetAll() }
            return current
        }
        let since = changedAt.map { now - $0 } ?? Self.longestPause
        let fits = limit.map { rates[current + 1] <= $0 } ?? true
        guard since >= (fits ? Self.stride : pause) else { return current }
        changed(now)
        trialStart = (current, now)
        return current + 1
    }

    private mutating func changed(_ now: Instant) { changedAt = now }

    /// A path that has carried this for the length of a trial carries it.
    private mutating func forget(below rate: Int64) {
        if let limit = lossLimit, limit < rate { lossLimit = rate }
        estimateLimit = nil
    }

    /// Everything has been sent for long without congestion.
    private mutating func forgetAll() {
        lossLimit = nil
        estimateLimit = nil
        pause = Self.firstPause
    }
}
