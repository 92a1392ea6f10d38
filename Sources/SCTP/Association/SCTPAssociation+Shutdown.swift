// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// RFC 9260 section 9.2: an end at which nothing is lost.
extension SCTPAssociation {
    /// Goes on when everything has been acknowledged.
    mutating func continueShutdown() {
        guard phase == .shutdownPending || phase == .shutdownReceived, queue.isEmpty, outstanding.isEmpty else {
            return
        }
        phase = phase == .shutdownPending ? .shutdownSent : .shutdownAckSent
        errors = 0
        sendShutdown()
    }

    private mutating func sendShutdown() {
        if phase == .shutdownSent {
            var writer = ByteWriter()
            writer.write(TSN.low(buffer.first &- 1))
            answer(chunk(.shutdown, writer.bytes))
        } else {
            answer(chunk(.shutdownAck, []))
        }
        timers.heartbeat = nil
        timers.shutdown = now + timeout.current
    }

    /// T2 has expired.
    mutating func handleShutdownTimeout() {
        timers.shutdown = nil
        guard phase == .shutdownSent || phase == .shutdownAckSent else { return }
        errors += 1
        guard errors <= configuration.maximumRetransmissions else { return fail(.timedOut) }
        timeout.backOff()
        sendShutdown()
    }

    mutating func receiveShutdown(_ value: RawSpan) {
        switch phase {
        case .established, .shutdownPending:
            phase = .shutdownReceived
            if timers.shutdownGuard == nil { timers.shutdownGuard = now + configuration.maximumTimeout * 5 }
            acknowledge(byShutdown: value)
        case .shutdownReceived: acknowledge(byShutdown: value)
        case .shutdownSent:
            // Both at once.
            phase = .shutdownAckSent
            sendShutdown()
        case .shutdownAckSent: sendShutdown()
        case .idle, .cookieWait, .cookieEchoed, .closed, .failed: break
        }
    }

    private mutating func acknowledge(byShutdown value: RawSpan) {
        var reader = ByteReader(value)
        guard let last = try? reader.readUInt32() else { return }
        let end = TSN.unwrap(last, near: outstanding.first) &+ 1
        guard end > outstanding.first, end <= outstanding.next else { return }
        var news = OutstandingChunks.Acknowledgement()
        outstanding.acknowledge(before: end, shortest: timeout.shortestRoundTrip, now: now, &news)
        timers.retransmission = outstanding.isEmpty ? nil : now + timeout.current
    }

    mutating func receiveShutdownAck() {
        guard phase == .shutdownSent || phase == .shutdownAckSent, let peer else { return }
        enqueue([chunk(.shutdownComplete, [])], tag: peer.initiateTag)
        close()
    }

    mutating func close() {
        end(.closed)
        report(.closed)
    }
}
