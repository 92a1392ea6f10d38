// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import RTCBase
import WebRTC

/// One client's side of the protocol, as a machine that is told what happens and says what to do.
///
/// The driver hands in decoded messages (only while ``acceptsMessages``), the group's events, the results of operations
/// and the time at ``deadline``, and carries out what each call returns, in order. Nothing here waits, reads a clock or
/// touches a socket.
struct ClientSession {
    enum Phase {
        case awaitingHandshake
        case open
        /// A closure has been returned; only operations under way still end.
        case closed
    }

    /// Where the client is. Permissions exist nowhere but in a membership, so that nothing is left of them after a
    /// refused join or a departure.
    enum Place {
        case outside
        case joining(JoinRequest, since: Instant)
        case member(Membership)
        case leaving(Membership)
    }

    let limits: Limits
    var random: any RandomNumberGenerator & Sendable
    var phase = Phase.awaitingHandshake
    var place = Place.outside
    /// The client's own id; empty before the handshake, and for clients that send none.
    var clientID = ""

    /// Operations that have not been answered yet.
    var operations = 0
    /// A refusal that is held back, and until when.
    var refusal: (message: Joined, deadline: Instant)?
    let connectedAt: Instant
    var lastReceived: Instant
    var nextPing: Instant
    private var actions: [SessionAction] = []

    init(limits: Limits = Limits(), random: any RandomNumberGenerator & Sendable, now: Instant) {
        self.limits = limits
        self.random = random
        connectedAt = now
        lastReceived = now
        nextPing = now + limits.pingAfter
    }

    /// Whether the next message may be handed in: messages of one client are handled one at a time, each to its end.
    var acceptsMessages: Bool {
        guard operations == 0, refusal == nil, phase != .closed else { return false }
        switch place {
        case .outside, .member: return true
        case .joining, .leaving: return false
        }
    }

    /// Nothing will be asked for any more: the driver may forget the session.
    var isFinished: Bool { phase == .closed && operations == 0 }

    /// When ``handleTimeout(now:)`` wants to be called.
    var deadline: Instant? {
        guard phase != .closed else { return nil }
        guard phase == .open else { return connectedAt + limits.handshakeTimeout }
        let liveness = min(nextPing, lastReceived + limits.silence)
        return Instant.earliest(Instant.earliest(liveness, refusal?.deadline), membership?.nextPush)
    }

    // MARK: What happens

    mutating func receive(_ envelope: ClientEnvelope, now: Instant) -> [SessionAction] {
        guard phase != .closed else { return [] }
        heard(now)
        dispatch(envelope, now: now)
        return drain()
    }

    /// A message that could not be decoded.
    mutating func receiveUnreadable(now: Instant) -> [SessionAction] {
        close(.unexpected)
        return drain()
    }

    mutating func handle(_ event: GroupEvent, now: Instant) -> [SessionAction] {
        guard phase != .closed else { return [] }
        groupEvent(event, now: now)
        return drain()
    }

    mutating func finish(_ result: SessionResult, now: Instant) -> [SessionAction] {
        operations -= 1
        operationFinished(result, now: now)
        return drain()
    }

    mutating func handleTimeout(now: Instant) -> [SessionAction] {
        switch phase {
        case .closed:
            return []
        case .awaitingHandshake:
            if now >= connectedAt + limits.handshakeTimeout { close(.drop) }
        case .open:
            if now >= lastReceived + limits.silence {
                close(.unexpected)
            } else if now >= nextPing {
                send(.ping)
                nextPing = now + limits.pingEvery
            }
            if let refusal, now >= refusal.deadline {
                self.refusal = nil
                send(.joined(refusal.message))
            }
            pushDueStreams(now: now)
        }
        return drain()
    }

    /// The server stops: whoever is in a group is told by nobody's hand, and that it may come back by the code.
    mutating func shutDown() -> [SessionAction] {
        if membership != nil {
            send(
                .userMessage(
                    UserMessage(
                        kind: .kicked, dest: clientID, value: .string(GroupDirectory.stoppingText), privileged: true)))
        }
        close(.goingAway)
        return drain()
    }

    /// The connection is gone.
    mutating func disconnected() -> [SessionAction] {
        guard phase != .closed else { return [] }
        leaveSilently()
        phase = .closed
        return drain()
    }

    // MARK: Tools of the parts

    var membership: Membership? {
        if case .member(let membership) = place { membership } else { nil }
    }

    /// Changes the membership in place; does nothing outside a group.
    mutating func withMembership<Result>(_ body: (inout Membership) -> Result) -> Result? {
        guard case .member(var membership) = place else { return nil }
        place = .outside
        let result = body(&membership)
        place = .member(membership)
        return result
    }

    mutating func send(_ message: ServerMessage) { actions.append(.send(message)) }
    mutating func forward(_ message: SharedMessage) { actions.append(.forward(message)) }

    mutating func perform(_ operation: SessionOperation) {
        operations += 1
        actions.append(.perform(operation))
    }

    /// Tells the person that something failed; the connection survives.
    mutating func userError(_ text: String) {
        send(.userMessage(UserMessage(kind: .error, dest: clientID, value: .string(text), privileged: true)))
    }

    /// The client broke the protocol: it is told, then disconnected.
    mutating func protocolError(_ text: String) {
        userError(text)
        close(.protocolError(text))
    }

    mutating func close(_ closure: SessionClosure) {
        guard phase != .closed else { return }
        leaveSilently()
        actions.append(.close(closure))
        phase = .closed
    }

    private mutating func heard(_ now: Instant) {
        lastReceived = now
        nextPing = now + limits.pingAfter
    }

    private mutating func drain() -> [SessionAction] {
        // Not keeping the capacity: the greeting of a large group would be held for as long as its member stays.
        defer { actions = [] }
        return actions
    }
}
