// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What has been sent and is not covered by the cumulative acknowledgement yet, by transmission sequence number.
///
/// Each transmission has a number of its own, that of its packet. A chunk is lost when packets sent a little later than its
/// last transmission have arrived: the rule of RFC 9002 section 6.1.1, which is RFC 9260's three missing reports for what
/// was sent once, and holds for what was sent again as well, where RFC 9260 can only wait for the timer.
struct OutstandingChunks: Sendable {
    enum Status: Sendable { case inFlight, lost, acknowledged, abandoned }

    struct Chunk: Sendable {
        /// The whole message, shared with its other chunks.
        var message: SendQueue.Message?
        var offset = 0
        var length = 0
        var sequence: UInt16 = 0
        var flags: DataChunk.Flags = []
        var status = Status.acknowledged
        var sentAt = Instant.zero
        /// The number of the packet that last carried it.
        var packet: UInt64 = 0
        var transmissions: UInt16 = 0
    }

    /// What one SACK says that was not known.
    struct Acknowledgement {
        var bytes = 0
        var chunks = 0
        /// From the newest chunk, if it was sent once and nothing newer had arrived before: what is said late, because a
        /// SACK has room for so many gaps only, measures nothing (RFC 9002 section 5.1).
        var roundTrip: Duration?
        fileprivate var measuredPacket: UInt64 = 0
        /// The latest packet that something of has arrived.
        fileprivate(set) var packet: UInt64 = 0
    }

    /// Packets that have to have arrived after one for it to be lost: RFC 9260 section 7.2.4 and RFC 9002 say 3.
    private static let reordering: UInt64 = 3

    private var chunks: [Chunk] = []
    /// What needs no acknowledgement any more: acknowledged, or abandoned.
    private var settled = TSNSet(capacity: 64)
    private var lost = TSNSet(capacity: 64)
    /// The first that is not covered by the cumulative acknowledgement.
    private(set) var first: UInt64
    /// The number that the next new chunk gets.
    private(set) var next: UInt64
    private(set) var lostCount = 0
    /// Bytes of user data that are neither acknowledged nor lost.
    private(set) var bytesInFlight = 0
    private var chunksInFlight = 0
    /// The highest number that was ever acknowledged, and one more.
    private var acknowledgedEnd: UInt64
    private var lastPacket: UInt64 = 0
    /// The latest packet of which something is known to have arrived.
    private var deliveredPacket: UInt64 = 0
    /// RFC 3758: how far the peer can go on without what we have abandoned, as the first number behind it.
    private(set) var skipEnd: UInt64

    init(first: UInt64) {
        self.first = first
        next = first
        acknowledgedEnd = first
        skipEnd = first
    }

    var isEmpty: Bool { first == next }
    var isFull: Bool { next - first >= UInt64(SCTPLimits.window) }
    var hasInFlight: Bool { chunksInFlight > 0 }
    /// Whether the peer has to be told that something will not come.
    var needsForwardTSN: Bool { skipEnd > first }
    /// The packet that is being written.
    var currentPacket: UInt64 { lastPacket }

    private func place(_ number: UInt64) -> Int { Int(truncatingIfNeeded: number) & (chunks.count - 1) }

    subscript(_ number: UInt64) -> Chunk { chunks[place(number)] }

    // MARK: Sending

    /// What is sent from now on is in a new packet.
    mutating func beginPacket() { lastPacket += 1 }

    /// Takes a chunk that is sent for the first time.
    mutating func append(_ fragment: SendQueue.Fragment, now: Instant) {
        if Int(truncatingIfNeeded: next - first) == chunks.count { grow() }
        chunks[place(next)] = Chunk(
            message: fragment.message, offset: fragment.offset, length: fragment.length, sequence: fragment.sequence,
            flags: fragment.flags, status: .inFlight, sentAt: now, packet: lastPacket, transmissions: 1)
        settled.remove(next)
        lost.remove(next)
        next += 1
        bytesInFlight += fragment.length
        chunksInFlight += 1
    }

    /// Gives a number to what will never be sent, so that the peer can be told to go on behind it: all that it has got of
    /// the message may have been acknowledged already.
    mutating func appendAbandoned(_ rest: SendQueue.Fragment, now: Instant) {
        append(rest, now: now)
        chunksInFlight -= 1
        chunks[place(next - 1)].status = .abandoned
        settled.insert(next - 1)
    }

    /// The first chunk that has to be sent again.
    var firstLost: UInt64? {
        guard lostCount > 0 else { return nil }
        let number = lost.first(true, from: first, to: next)
        return number < next ? number : nil
    }

    mutating func resent(_ number: UInt64, now: Instant) {
        let index = place(number)
        guard chunks[index].status == .lost else { return }
        lost.remove(number)
        lostCount -= 1
        chunks[index].status = .inFlight
        chunks[index].sentAt = now
        chunks[index].packet = lastPacket
        chunks[index].transmissions &+= 1
        bytesInFlight += chunks[index].length
        chunksInFlight += 1
    }

    private mutating func grow() {
        let capacity = max(64, 2 * chunks.count)
        var larger = [Chunk](repeating: Chunk(), count: capacity)
        var settledToo = TSNSet(capacity: capacity)
        var lostToo = TSNSet(capacity: capacity)
        var number = first
        while number < next {
            larger[Int(truncatingIfNeeded: number) & (capacity - 1)] = chunks[place(number)]
            if settled.contains(number) { settledToo.insert(number) }
            if lost.contains(number) { lostToo.insert(number) }
            number += 1
        }
        chunks = larger
        settled = settledToo
        lost = lostToo
    }

    // MARK: Acknowledgements

    /// Everything below `end` has arrived.
    mutating func acknowledge(before end: UInt64, shortest: Duration?, now: Instant, _ result: inout Acknowledgement) {
        let end = min(end, next)
        while first < end {
            settle(first, shortest: shortest, now: now, &result)
            chunks[place(first)] = Chunk()
            settled.remove(first)
            first += 1
        }
        acknowledgedEnd = max(acknowledgedEnd, first)
        skipEnd = max(skipEnd, first)
    }

    /// A gap block: `start..<end` has arrived. Costs what is new in it, and a step for 64 that are not.
    mutating func acknowledge(
        from start: UInt64, to end: UInt64, shortest: Duration?, now: Instant, _ result: inout Acknowledgement
    ) {
        let end = min(end, next)
        var number = settled.first(false, from: max(start, first), to: end)
        while number < end {
            settle(number, shortest: shortest, now: now, &result)
            number = settled.first(false, from: number + 1, to: end)
        }
        acknowledgedEnd = max(acknowledgedEnd, end)
    }

    private mutating func settle(
        _ number: UInt64, shortest: Duration?, now: Instant, _ result: inout Acknowledgement
    ) {
        let index = place(number)
        switch chunks[index].status {
        case .acknowledged, .abandoned: return
        case .lost:
            lost.remove(number)
            lostCount -= 1
        case .inFlight:
            bytesInFlight -= chunks[index].length
            chunksInFlight -= 1
        }
        chunks[index].status = .acknowledged
        settled.insert(number)
        result.bytes += chunks[index].length
        result.chunks += 1
        let packet = chunks[index].packet
        let elapsed = now - chunks[index].sentAt
        if chunks[index].transmissions == 1 {
            if packet > max(result.measuredPacket, deliveredPacket) {
                result.measuredPacket = packet
                result.roundTrip = elapsed
            }
        } else {
            // Sooner it is the answer to an earlier transmission, and says nothing of the order of packets (RFC 8985).
            guard let shortest, elapsed >= shortest else { return }
        }
        result.packet = max(result.packet, packet)
        deliveredPacket = max(deliveredPacket, packet)
    }

    /// Whether the peer has taken back what it had acknowledged, which RFC 9260 section 6.2.1 lets it do: everything is
    /// then taken as lost.
    mutating func noticeRenege() {
        guard !isEmpty, chunks[place(first)].status == .acknowledged else { return }
        var number = first
        while number < next {
            if chunks[place(number)].status == .acknowledged {
                settled.remove(number)
                chunks[place(number)].status = .lost
                lost.insert(number)
                lostCount += 1
            }
            number += 1
        }
    }

    // MARK: Losses

    /// Looks for what has been overtaken.
    ///
    /// - Returns: how many chunks are lost, and the latest packet that is lost with them; `nil` if none is.
    mutating func detectLosses() -> (chunks: Int, packet: UInt64)? {
        var latest: UInt64 = 0
        var count = 0
        var number = settled.first(false, from: first, to: acknowledgedEnd)
        while number < acknowledgedEnd {
            let index = place(number)
            let packet = chunks[index].packet
            if chunks[index].status == .inFlight, packet + Self.reordering <= deliveredPacket {
                lose(number)
                latest = max(latest, packet)
                count += 1
            }
            number = settled.first(false, from: number + 1, to: acknowledgedEnd)
        }
        return count == 0 ? nil : (count, latest)
    }

    /// The timer has expired: nothing is believed to be on its way.
    mutating func loseAll() {
        var number = settled.first(false, from: first, to: next)
        while number < next {
            if chunks[place(number)].status == .inFlight { lose(number) }
            number = settled.first(false, from: number + 1, to: next)
        }
    }

    private mutating func lose(_ number: UInt64) {
        let index = place(number)
        chunks[index].status = .lost
        bytesInFlight -= chunks[index].length
        chunksInFlight -= 1
        lost.insert(number)
        lostCount += 1
    }

    // MARK: Giving up

    /// Gives up every message of which a lost chunk may not be sent again.
    ///
    /// - Returns: whether the rest of the message that is being sent must not follow.
    mutating func abandonExhausted(now: Instant) -> Bool {
        guard lostCount > 0 else { return false }
        var isEndMissing = false
        var number = lost.first(true, from: first, to: next)
        while number < next {
            if isExhausted(number, now: now) { isEndMissing = !abandonMessage(of: number) || isEndMissing }
            number = lost.first(true, from: number + 1, to: next)
        }
        return isEndMissing
    }

    private func isExhausted(_ number: UInt64, now: Instant) -> Bool {
        let index = place(number)
        guard let message = chunks[index].message else { return false }
        if let expiry = message.expiry, now >= expiry { return true }
        guard let maximum = message.maximumRetransmissions else { return false }
        return chunks[index].transmissions > maximum
    }

    /// Gives up every fragment of the message that `number` belongs to.
    ///
    /// - Returns: whether its end has been sent.
    mutating func abandonMessage(of number: UInt64) -> Bool {
        var start = number
        while start > first, !chunks[place(start)].flags.contains(.beginning) { start -= 1 }
        while start < next {
            let index = place(start)
            switch chunks[index].status {
            case .lost:
                lost.remove(start)
                lostCount -= 1
            case .inFlight:
                bytesInFlight -= chunks[index].length
                chunksInFlight -= 1
            case .acknowledged, .abandoned: break
            }
            chunks[index].status = .abandoned
            settled.insert(start)
            if chunks[index].flags.contains(.end) { return true }
            start += 1
        }
        return false
    }

    /// RFC 3758 section 3.5, C2: moves ``skipEnd`` to behind the last abandoned chunk before which everything is settled.
    /// What is acknowledged behind that one is left out: it may belong to a message that is still to be completed.
    ///
    /// - Returns: whether it has moved.
    mutating func advanceSkipEnd() -> Bool {
        let before = skipEnd
        var number = skipEnd
        let end = settled.first(false, from: skipEnd, to: next)
        while number < end {
            if chunks[place(number)].status == .abandoned { skipEnd = number + 1 }
            number += 1
        }
        return skipEnd > before
    }

    /// What a FORWARD TSN says: where to go on, and the last sequence number that is skipped in each ordered stream.
    ///
    /// - Parameter limit: streams that may be named.
    func skipped(limit: Int) -> (end: UInt64, streams: [(stream: UInt16, sequence: UInt16)]) {
        var streams: [(stream: UInt16, sequence: UInt16)] = []
        var number = first
        while number < skipEnd {
            let index = place(number)
            if chunks[index].status == .abandoned, !chunks[index].flags.contains(.unordered),
                let stream = chunks[index].message?.payload.stream
            {
                if let known = streams.lastIndex(where: { $0.stream == stream }) {
                    streams[known].sequence = chunks[index].sequence
                } else if streams.count < limit {
                    streams.append((stream, chunks[index].sequence))
                } else {
                    // The peer would wait for ever for what is not named: the rest is for another chunk.
                    return (number, streams)
                }
            }
            number += 1
        }
        return (skipEnd, streams)
    }
}
