// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import ICE
public import RTCBase

// What only a client's end has: candidates of its own, and relays. Nothing here does anything for a lite agent's.
extension TransportSession {
    /// See ``ICEAgent/gather(now:)``; what comes of it is polled by ``pollGathered()``.
    public mutating func gather(now: Instant) {
        full?.gather(now: now)
        drainICE(now: now)
    }

    /// See ``ICEAgent/addLocal(_:now:)``.
    public mutating func addLocal(_ candidate: ICECandidate, now: Instant) {
        full?.addLocal(candidate, now: now)
        drainICE(now: now)
    }

    /// See ``ICEAgent/removeLocal(_:now:)``.
    public mutating func removeLocal(_ address: IPAddress, now: Instant) {
        full?.removeLocal(address, now: now)
        drainICE(now: now)
    }

    /// See ``ICEAgent/endOfRemoteCandidates(now:)``.
    public mutating func endOfRemoteCandidates(now: Instant) {
        full?.endOfRemoteCandidates(now: now)
        drainICE(now: now)
    }

    /// The next of ``ICEEvent/candidate(_:)``, ``ICEEvent/gatheringComplete``, ``ICEEvent/relayMoved(server:to:)`` and
    /// ``ICEEvent/relayFailed(server:_:)``. To be drained after each call of an agent that gathers.
    public mutating func pollGathered() -> ICEEvent? { gathered.isEmpty ? nil : gathered.removeFirst() }

    /// Bytes from a TURN server. DTLS and media that were in them are polled by ``pollReceived()``.
    public mutating func receive(_ bytes: RawSpan, fromServer index: UInt8, now: Instant) {
        full?.receive(bytes, fromServer: index, now: now)
        drainICE(now: now)
        startDTLSIfPossible(now: now)
    }

    /// A datagram of the peer's that came through a relay: to be looked at as one that came from its path's remote address.
    public mutating func pollReceived() -> ICEReceived? { full?.pollReceived() }

    /// Media that goes out on ``path``: as it is, or wrapped for a relay; `nil` when that takes nothing.
    public mutating func encapsulate(_ datagram: [UInt8]) -> ICETransmit? {
        guard let path else { return nil }
        guard path.relay != nil else { return ICETransmit(bytes: datagram, path: path) }
        return full?.encapsulate(datagram, for: path)
    }

    /// See ``ICEAgent/disconnect(server:now:)``.
    public mutating func disconnect(server index: UInt8, now: Instant) {
        full?.disconnect(server: index, now: now)
        drainICE(now: now)
    }

    /// See ``ICEAgent/allocate(server:now:)``.
    public mutating func allocate(server index: UInt8, now: Instant) {
        full?.allocate(server: index, now: now)
        drainICE(now: now)
    }

    /// Gives relayed addresses back, after ``close(now:)`` has said goodbye to the peer and that was polled. See
    /// ``ICEAgent/close(now:)``.
    public mutating func closeICE(now: Instant) {
        full?.close(now: now)
        drainICE(now: now)
    }
}
