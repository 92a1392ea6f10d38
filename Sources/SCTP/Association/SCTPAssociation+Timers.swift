// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension SCTPAssociation {
    /// Does what is due at ``deadline``; otherwise nothing.
    public mutating func handleTimeout(now: Instant) {
        self.now = now
        if isDue(timers.shutdownGuard) {
            fail(.timedOut, cause: .userInitiatedAbort)
            return
        }
        if isDue(timers.sack) {
            timers.sack = nil
            isSackDue = true
        }
        if isDue(timers.handshake) {
            timers.handshake = nil
            handleHandshakeTimeout()
        }
        if isDue(timers.retransmission) { handleRetransmissionTimeout() }
        if isDue(timers.shutdown) { handleShutdownTimeout() }
        if isDue(timers.reset) { handleResetTimeout() }
        if isDue(timers.heartbeat) { handleHeartbeatTimeout() }
        continueReset()
        continueShutdown()
    }

    private func isDue(_ timer: Instant?) -> Bool { timer.map { $0 <= now } ?? false }

    /// RFC 9260 section 8.3: a silent path is asked whether it is there.
    private mutating func handleHeartbeatTimeout() {
        guard isHeartbeatUnanswered || now - heardAt >= configuration.heartbeatInterval else {
            timers.heartbeat = heardAt + configuration.heartbeatInterval
            return
        }
        if isHeartbeatUnanswered {
            errors += 1
            guard errors <= configuration.maximumRetransmissions else { return fail(.timedOut) }
            timeout.backOff()
        }
        isHeartbeatUnanswered = true
        sendHeartbeat()
        timers.heartbeat = now + timeout.current
    }
}
