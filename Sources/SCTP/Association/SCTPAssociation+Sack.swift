// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What the peer has got, and what follows from that: RFC 9260 sections 6.2.1, 6.3 and 7.2.
extension SCTPAssociation {
    mutating func receiveSack(_ value: RawSpan) {
        var reader = ByteReader(value)
        guard let sack = try? SackChunk(parsing: &reader) else {
            dropped += 1
            return
        }
        // The first number that the peer lacks.
        let end = TSN.unwrap(sack.cumulativeTSN, near: outstanding.first) &+ 1
        // An older SACK was overtaken; one that acknowledges what was never sent is nonsense.
        guard end >= outstanding.first, end <= outstanding.next else {
            if end > outstanding.next { dropped += 1 }
            return
        }
        let wasFull = isWindowFull
        let advances = end > outstanding.first
        var news = OutstandingChunks.Acknowledgement()
        let shortest = timeout.shortestRoundTrip
        outstanding.acknowledge(before: end, shortest: shortest, now: now, &news)
        // Blocks ascend; what does not is nonsense, and would cost time.
        var behind = end
        for _ in 0..<sack.blockCount {
            guard let from = try? reader.readUInt16(), let to = try? reader.readUInt16(), from <= to else { break }
            let start = end &+ UInt64(from) &- 1
            let stop = end &+ UInt64(to)
            guard start >= behind, stop <= outstanding.next else { break }
            outstanding.acknowledge(from: start, to: stop, shortest: shortest, now: now, &news)
            behind = stop
        }
        peerWindow = Int(sack.window)
        if let roundTrip = news.roundTrip { timeout.measured(roundTrip) }
        losses.acknowledged(
            news.chunks, packet: news.packet, current: outstanding.currentPacket, roundTrip: news.roundTrip,
            shortest: timeout.shortestRoundTrip)
        // Section 6.1, A: a peer that answers and has no room is alive.
        if news.bytes > 0 || advances || peerWindow == 0 { errors = 0 }
        if news.bytes > 0, news.packet > recoveryPacket {
            congestion.acknowledged(
                news.bytes, wasFull: wasFull, seesQueue: losses.seesQueue(shortest: timeout.shortestRoundTrip),
                roundTrip: timeout.smoothedRoundTrip ?? 0, now: now)
            if losses.queuedRounds > CongestionWindow.conservativeRounds { congestion.endSlowStart() }
        }
        outstanding.noticeRenege()
        if let lost = outstanding.detectLosses() { answerLoss(of: lost.chunks, lost.packet) }
        conservePackets(news.bytes)
        abandonExhausted()
        if outstanding.needsForwardTSN, now - forwardTSNSentAt >= roundTrip ?? timeout.current {
            isForwardTSNDue = true
        }
        // Section 6.3.2, R2 and R3.
        if outstanding.isEmpty {
            timers.retransmission = nil
        } else if advances || timers.retransmission == nil {
            timers.retransmission = now + timeout.current
        }
    }

    /// Whether the congestion window is what holds new data back, or is about to.
    private var isWindowFull: Bool {
        let inFlight = outstanding.bytesInFlight
        // In slow start half is full: what is sent in this round trip is acknowledged while the window doubles.
        return congestion.isSlowStart
            ? 2 * inFlight >= congestion.bytes
            : inFlight + configuration.maximumPacketLength >= congestion.bytes
    }

    /// RFC 6937: while more is believed to be on its way than the window lets, what has arrived lets the window's share of as
    /// much be sent again. Without that nothing moves when half of a large window is lost, because a SACK has no room for
    /// so many gaps, and what it does not say counts as on its way.
    private mutating func conservePackets(_ acknowledged: Int) {
        guard outstanding.lostCount > 0, outstanding.bytesInFlight >= congestion.bytes else {
            conserved = 0
            return
        }
        conserved += Int(Double(acknowledged) * CongestionWindow.reduction)
    }

    private mutating func answerLoss(of chunks: Int, _ packet: UInt64) {
        losses.lost(chunks)
        guard packet > recoveryPacket, losses.isCongestion(shortest: timeout.shortestRoundTrip) else { return }
        losses.forget()
        congestion.lost()
        recoveryPacket = outstanding.currentPacket
        mayRetransmitNow = true
    }

    /// RFC 3758 section 3.5, A: what may not be sent again is given up.
    mutating func abandonExhausted() {
        guard peer?.supportsForwardTSN == true else { return }
        if outstanding.abandonExhausted(now: now) { dropRest() }
        if outstanding.advanceSkipEnd() { isForwardTSNDue = true }
    }

    /// T3 has expired: section 6.3.3.
    mutating func handleRetransmissionTimeout() {
        timers.retransmission = nil
        guard !outstanding.isEmpty else { return }
        errors += 1
        guard errors <= configuration.maximumRetransmissions else { return fail(.timedOut) }
        timeout.backOff()
        // The same loss is not answered twice, and a peer without room says nothing of the path.
        if errors == 1, peerWindow > 0 {
            losses.forget()
            congestion.timedOut()
        }
        recoveryPacket = outstanding.currentPacket
        outstanding.noticeRenege()
        outstanding.loseAll()
        abandonExhausted()
        if outstanding.needsForwardTSN { isForwardTSNDue = true }
        timers.retransmission = now + timeout.current
    }
}
