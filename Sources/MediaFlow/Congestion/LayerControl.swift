// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Chooses how much of a layered source one receiver gets: down when its path shows that it carries less, and up again by
/// trying.
///
/// What a path carries is seen only when more is sent. So nothing is believed about a path that has never been congested,
/// and a receiver begins with everything. Congestion is one of
///
/// - reports of losses that are neither few nor chance: what arrived is then what the path carries;
/// - packets that are repeated in vain, and so fill what the path carries;
/// - a round trip that has become much longer: packets wait in a queue that does not empty;
/// - an estimate of the receiver's own (REMB) that falls while it is well below what is sent, or stays there. One that
///   rises is catching up: browsers' estimates grow by 8 % a second at most, and not beyond half more than what arrives.
///
/// Then the highest rung that fits is taken at once. Upwards each step is a trial, the first of them of what was had
/// before: if congestion shows before ``trial`` is over, it is taken back, and the next trial waits twice as long. That is
/// the hysteresis.
public struct LayerControl: Sendable, BitwiseCopyable {
    /// How long a step up must hold to be kept: three to five reports, and longer than a browser's queue lasts.
    public static let trial = Duration.seconds(4)
    /// Between a congestion and a trial: what the path did not carry it seldom carries shortly after.
    public static let firstPause = Duration.seconds(8)
    /// A path that has got better is noticed after this long at the latest.
    public static let longestPause = Duration.seconds(32)
    /// Between steps up, so that each is measured before the next.
    static let stride = Duration.seconds(1)
    /// Losses of more than this share (of 256) are congestion: 18 %, averaged over two or three reports.
    static let congestion = 46
    /// Losses of more than this share (of 256) are congestion, too, when they last: 12.5 %, averaged over some eight
    /// reports. A tenth that is lost by chance is none.
    static let lastingCongestion = 32
    /// Losses that rise by more than this share (of 256) during a trial are its doing: 6 %.
    static let trialCongestion = 15
    /// An estimate that stays below what is sent for so long is meant: it does not lag.
    static let patience = Duration.seconds(2)
    /// An estimate below this share (of 256) of what is sent speaks against it: four fifths. A browser whose path carries
    /// everything, but not evenly, falls to 85 % of it.
    static let doubt: Int64 = 205
    /// A step up by less than this share (of 256) is left out if there is a next one: each costs the time of a trial.
    static let worthwhile: Int64 = 333
    /// More repeated packets than this share (of 256) of the others, half, while more than 4 % are still lost, may be chance,
    /// or a queue that has been full from the start. A step down tells: only a queue empties.
    static let futileRepairs = 128
    static let futileLoss = 10
    /// A round trip that is longer by this than it can be means a queue that does not empty.
    static let standingQueue = Duration.milliseconds(250)
    /// How long a queue may take to empty, and a smoothed round trip to show it.
    static let draining = Duration.seconds(6)
    /// What the least round trip grows by with each observation, so that longer paths are forgotten: some minutes for the
    /// length of a ``standingQueue``.
    static let roundTripDrift = Duration.milliseconds(1)
    /// No path carries more than this, 1 Tbit/s, whatever a receiver says.
    static let highestEstimate: Int64 = 1 << 40
    /// A congestion so soon after a step up was caused by it, although the trial did not show it: a long queue fills slowly.
    static let probation = Duration.seconds(20)
    /// A step down shows in so long whether it was enough.
    static let settling = Duration.seconds(5)
    /// Reports so soon after a step down speak of what was sent before it.
    static let echo = Duration.milliseconds(1400)

    /// What the path carries as far as losses have shown it, bits a second; `nil` until they do.
    public private(set) var lossLimit: Int64?
    /// What the receiver's own estimate says; `nil` while it says nothing against what is sent.
    private var estimateLimit: Int64?
    /// The receiver's last estimate.
    private var estimate: Int64?
    /// Since when the estimate has been below what is sent without rising.
    private var doubtedSince: Instant?
    /// Losses, of 65536, averaged over two or three reports, and over some eight; `nil` before the first.
    private var loss: Int?
    private var lastingLoss = 0
    /// Packets sent once more, as a share (of 65536) of those sent for the first time, averaged over a second or two.
    private var repairs = 0
    /// Since when packets have been repeated in vain.
    private var futileSince: Instant?
    private var leastRoundTrip: Duration?
    /// There has been a step down, and time to see what it does to the round trip.
    private var hasDrained = false
    /// A queue takes until then to empty, and reports to tell.
    private var drainsUntil: Instant?
    /// What the chosen rung takes, bits a second, and whether there is none below.
    private var rate: Int64 = 0
    private var isLowest = false
    /// Where a trial began, when, and what was known of the path then; `nil` while none is under way.
    private var trialStart: (rung: Int, at: Instant, limit: Int64?)?
    /// The rung before the last step down: the first trial is of that, because most congestions pass.
    private var former: Int?
    private var isCongested = false
    private var pause = Self.firstPause
    private var changedAt: Instant?
    /// The last step up, if no step down has followed: when it was, and the losses before it, of 65536.
    private var raised: (at: Instant, loss: Int)?
    /// The last step down, for a few seconds.
    private var loweredAt: Instant?

    public init() {}

    /// A step up is being tried: what it does to the path is no reason to send others less.
    public var isTrying: Bool { trialStart != nil }

    /// What is known of the path, bits a second; `nil` when nothing speaks against what is sent.
    public var limit: Int64? {
        guard let lossLimit, let estimateLimit else { return lossLimit ?? estimateLimit }
        return min(lossLimit, estimateLimit)
    }

    /// The share (of 256) of what is sent that may be sent again: three quarters, which makes good for a third lost each way.
    /// On a path that is known to be narrow what fits beside the rung, but three fifths at least: what is lost by chance looks
    /// narrow, too.
    public var repairShare: Int64 {
        guard let limit, rate > 0 else { return 192 }
        return min(max((limit - rate) * 256 / rate, 154), 192)
    }

    /// - Parameters:
    ///   - fractionLost: as in a report block, units of 1/256.
    ///   - actual: bits a second that were sent lately, repeated packets included.
    public mutating func receiveReport(fractionLost: UInt8, actual: Int64, now: Instant) {
        if let loweredAt {
            if now - loweredAt < Self.echo { return }
            if now - loweredAt > Self.settling { self.loweredAt = nil }
        }
        let share = Int(fractionLost) * 256
        let loss = loss.map { ($0 + share) / 2 } ?? share
        self.loss = loss
        lastingLoss += (share - lastingLoss) / 8
        // What was sent twice does not count: no rung takes it.
        let sent = rate > 0 ? min(rate, actual) : actual
        if loss > bound(now: now) * 256 || lastingLoss > Self.lastingCongestion * 256 {
            let arrived = sent * (256 - Int64(fractionLost)) / 256
            lossLimit = min(lossLimit ?? arrived, arrived)
            isCongested = true
        } else if fractionLost < 5, trialStart == nil, let limit = lossLimit, sent >= limit / 4 * 3 {
            lossLimit = limit * 269 / 256
        }
    }

    /// The share (of 256) above which losses of the last reports are congestion.
    private func bound(now: Instant) -> Int {
        if let raised, now - raised.at < Self.probation {
            return min(raised.loss / 256 + Self.trialCongestion, Self.congestion)
        }
        // Shortly after a step down: it was not far enough.
        return loweredAt == nil ? Self.congestion : Self.lastingCongestion
    }

    /// - Parameter roundTrip: as reports have told it lately.
    public mutating func receiveRoundTrip(_ roundTrip: Duration, now: Instant) {
        let least = min(leastRoundTrip.map { $0 + Self.roundTripDrift } ?? roundTrip, roundTrip)
        leastRoundTrip = least
        if let drainsUntil {
            guard now >= drainsUntil else { return }
            hasDrained = true
        }
        guard roundTrip > least + Self.standingQueue, rate > 0 else { return }
        guard !isLowest else {
            // There is nothing left that could be taken away: it is somebody else's queue, or the path has grown longer.
            leastRoundTrip = roundTrip
            return
        }
        carryLess()
    }

    /// - Parameters:
    ///   - resent: packets that were sent once more since the last call.
    ///   - sent: packets that were sent for the first time since then.
    public mutating func receiveRepairs(resent: Int, of sent: Int, now: Instant) {
        guard sent > 0 else { return }
        repairs += (min(resent, 4 * sent) * 65536 / sent - repairs) / 2
        // Once a queue has been seen to empty, the round trip tells better.
        guard !hasDrained, repairs > Self.futileRepairs * 256, let loss, loss > Self.futileLoss * 256, rate > 0,
            !isLowest
        else {
            futileSince = nil
            return
        }
        let since = futileSince ?? now
        futileSince = since
        if now - since >= Self.draining { carryLess() }
    }

    /// The path carries less than is sent, and nothing says how much.
    private mutating func carryLess() {
        let carried = rate / 8 * 7
        lossLimit = min(lossLimit ?? carried, carried)
        isCongested = true
    }

    /// - Parameters:
    ///   - bitrate: the receiver's own estimate (REMB), bits a second.
    ///   - actual: bits a second that were sent lately, repeated packets included.
    public mutating func receiveEstimate(_ bitrate: Int64, actual: Int64, now: Instant) {
        let bitrate = min(max(bitrate, 0), Self.highestEstimate)
        // The first one is what has arrived, or less.
        let last = estimate ?? Self.highestEstimate
        estimate = bitrate
        guard bitrate > 0 else { return }
        let sent = rate > 0 ? rate : actual
        guard bitrate <= last, bitrate * 256 < sent * Self.doubt else {
            doubtedSince = nil
            // Browsers' estimates rise to half more than what arrives, proven or not.
            if let limit = estimateLimit, trialStart == nil { estimateLimit = max(limit, min(bitrate, sent)) }
            return
        }
        let since = doubtedSince ?? now
        doubtedSince = since
        guard bitrate * 100 < last * 97 || now - since >= Self.patience else { return }
        estimateLimit = bitrate
        isCongested = true
    }

    /// Chooses anew. To be called twice a second or so.
    ///
    /// - Parameters:
    ///   - current: the rung on which the receiver is, or is about to be.
    ///   - rates: bits a second of each rung, the cheapest first; 0 for one that is not known.
    ///   - isPending: what was chosen last has not begun: it waits for a key frame.
    /// - Returns: the rung to be on.
    public mutating func choose(current: Int, rates: [Int64], isPending: Bool = false, now: Instant) -> Int {
        guard !rates.isEmpty else { return current }
        let current = min(current, rates.count - 1)
        if isPending, trialStart != nil {
            // What has not begun proves nothing.
            trialStart?.at = now
            raised?.at = now
            doubtedSince = nil
        }
        let chosen = chosen(current: current, rates: rates, now: now)
        isCongested = false
        rate = rates[min(isPending ? trialStart?.rung ?? chosen : chosen, rates.count - 1)]
        isLowest = chosen == 0
        return chosen
    }

    private mutating func chosen(current: Int, rates: [Int64], now: Instant) -> Int {
        if let trial = trialStart {
            if isCongested {
                trialStart = nil
                former = nil
                let rung = min(trial.rung, current)
                // What was carried before the trial is carried after it, whatever was measured in the middle of it.
                lossLimit = lossLimit.map { max($0, rates[rung]) }
                estimateLimit = estimateLimit.map { max($0, rates[rung]) }
                return lower(to: rung, now: now)
            }
            guard now - trial.at >= Self.trial else { return current }
            trialStart = nil
            former = nil
            learn(rates[current], knowing: trial.limit)
        }
        if let limit, current > 0, isCongested || rates[current] * Self.doubt > limit * 256 {
            former = max(former ?? 0, current)
            // Less than fits, so that the queue empties and what was lost can be repeated, and no more than the receiver says.
            let carried = min(limit, estimate.flatMap { $0 > 0 ? $0 : nil } ?? .max)
            return lower(to: rates[..<current].lastIndex { $0 <= carried / 4 * 3 } ?? 0, now: now)
        }
        guard current + 1 < rates.count else {
            if changedAt.map({ now - $0 >= Self.longestPause }) ?? false { forgetAll() }
            return current
        }
        let since = changedAt.map { now - $0 } ?? Self.longestPause
        var next = rates.lastIndex { rate in limit.map { rate > 0 && rate <= $0 } ?? false } ?? current
        if next <= current {
            guard since >= (limit == nil ? .zero : pause) else { return current }
            let worthwhile = rates[(current + 1)...].firstIndex { $0 * 256 >= rates[current] * Self.worthwhile }
            next = min(max(former ?? 0, worthwhile ?? rates.count - 1), rates.count - 1)
        }
        guard since >= (isDraining(now) ? Self.draining : Self.stride) else { return current }
        changedAt = now
        trialStart = (current, now, limit)
        raised = (now, loss ?? 0)
        return next
    }

    private func isDraining(_ now: Instant) -> Bool { drainsUntil.map { now < $0 } ?? false }

    private mutating func lower(to rung: Int, now: Instant) -> Int {
        if let raised {
            pause = now - raised.at < Self.probation ? min(pause * 2, Self.longestPause) : Self.firstPause
        }
        raised = nil
        changedAt = now
        loweredAt = now
        drainsUntil = now + Self.draining
        futileSince = nil
        loss = nil
        lastingLoss = 0
        doubtedSince = nil
        return rung
    }

    /// A path that has carried this for so long carries it. If it is much more than was known of it, it may carry more yet.
    private mutating func learn(_ rate: Int64, knowing limit: Int64?) {
        let isSurprise = limit.map { rate * 256 >= $0 * Self.worthwhile } ?? true
        lossLimit = isSurprise ? nil : lossLimit.map { max($0, rate) }
        estimateLimit = isSurprise ? nil : estimateLimit.map { max($0, rate) }
    }

    /// Everything has been sent for long without congestion.
    private mutating func forgetAll() {
        lossLimit = nil
        estimateLimit = nil
        pause = Self.firstPause
    }
}
