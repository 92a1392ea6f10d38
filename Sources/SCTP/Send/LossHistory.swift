// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Whether losses mean that the path is full. On radio most do not: docs/decisions/0026.
///
/// They do when packets take longer than they could, because then a queue has grown somewhere; and without that when more
/// are lost than any path that is not full should lose, because there are queues too short to be noticed.
struct LossHistory: Sendable {
    /// What may be lost of all: as in BBR's third version (draft-ietf-ccwg-bbr, `BBR.LossThresh`). What carries pictures
    /// beside us bears as much without being slowed down: 2 % is where the estimate from losses stops to grow.
    static let tolerated = 0.02
    /// How much longer than the shortest a round trip has to be for a loss to be a full queue's, as a part of it: as much as
    /// BBR sends beyond what the path holds to look for more.
    static let queueDivisor = 4
    /// Losses that prove nothing, because they are so few.
    static let slack = 3.0
    /// Chunks over which the share of losses is taken at least: it is forgotten by a quarter a round trip, from there on.
    static let horizon = 512.0
    /// RFC 9406 section 4.2: how much longer a round trip has to be for a queue to be seen, an eighth within these.
    static let leastDelay = Duration.milliseconds(4)
    static let mostDelay = Duration.milliseconds(16)
    /// RFC 9406's N_RTT_SAMPLE: with fewer the present round trip says less than the one before it.
    static let fewSamples = 8

    private var lost = 0.0
    private var delivered = 0.0
    /// The round trip ends when something sent after this packet is acknowledged.
    private var roundEnd: UInt64 = 0
    private var shortestOfRound: Duration?
    private var shortestOfLastRound: Duration?
    private var samples = 0
    /// Round trips, one after the other, that a queue was seen in.
    private(set) var queuedRounds = 0

    /// - Parameters:
    ///   - chunks: how many have arrived, for the first time.
    ///   - packet: the latest of which something has.
    ///   - current: the last that was sent.
    mutating func acknowledged(
        _ chunks: Int, packet: UInt64, current: UInt64, roundTrip: Duration?, shortest: Duration?
    ) {
        if packet > roundEnd {
            roundEnd = current
            shortestOfLastRound = shortestOfRound
            shortestOfRound = nil
            samples = 0
            queuedRounds = seesQueue(shortest: shortest) ? queuedRounds + 1 : 0
            if lost + delivered > Self.horizon {
                lost *= 0.75
                delivered *= 0.75
            }
        }
        delivered += Double(chunks)
        if let roundTrip {
            shortestOfRound = min(shortestOfRound ?? roundTrip, roundTrip)
            samples += 1
        }
    }

    mutating func lost(_ chunks: Int) { lost += Double(chunks) }

    /// Whether what was lost last is to be answered by a smaller window.
    ///
    /// - Parameter shortest: the shortest round trip that was ever measured.
    func isCongestion(shortest: Duration?) -> Bool {
        guard lost <= Self.tolerated * (lost + delivered) + Self.slack else { return true }
        guard let shortest, let present = presentRoundTrip else { return false }
        return present - shortest > max(shortest / Self.queueDivisor, Self.leastDelay)
    }

    /// Whether packets begin to take longer than they could: what slow start looks at.
    func seesQueue(shortest: Duration?) -> Bool {
        guard let shortest, let present = presentRoundTrip else { return false }
        return present - shortest > min(max(shortest / 8, Self.leastDelay), Self.mostDelay)
    }

    /// The shortest of the round trip, so that bursts and jitter are no queue.
    private var presentRoundTrip: Duration? {
        guard let shortestOfRound else { return shortestOfLastRound }
        guard samples < Self.fewSamples, let shortestOfLastRound else { return shortestOfRound }
        return min(shortestOfRound, shortestOfLastRound)
    }

    /// The window has been made smaller: what was lost before says nothing of the new one.
    mutating func forget() {
        lost = 0
        delivered = 0
    }
}
