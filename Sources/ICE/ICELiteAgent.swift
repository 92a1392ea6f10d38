// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
internal import STUN

/// The server's side of ICE: it answers checks, is always controlled, and believes no address that has not answered it.
///
/// [RFC 8445 section 2.5](https://www.rfc-editor.org/rfc/rfc8445#section-2.5). A machine without input or output: after
/// every call, send what ``pollTransmit()`` gives until it gives `nil`, act on ``pollEvent()`` likewise, and call
/// ``handleTimeout(now:)`` at ``deadline``.
///
/// Beyond the RFC's lite implementation, it sends a check of its own to every address from which an authenticated check
/// came, and sends nothing else there before that is answered: whoever has joined could otherwise aim a stream at a
/// victim by one check with a forged source. Any full peer answers checks of a controlled agent (RFC 8445 section 7.3).
///
/// The path is the pair that the peer nominated last, or before a nomination the one that was validated first. A path that
/// the peer checks no longer gives way to one that it does check (``pathPatience``), which is how a client whose NAT has
/// moved it stays. Consent to receive is the peer's checks (RFC 7675): without one on the path for ``consentLifetime``
/// nothing is sent any more, and the agent fails.
public struct ICELiteAgent: Sendable {
    /// Pairs of addresses that are remembered for each set of credentials. A browser has a handful; whoever forges
    /// addresses fills no more than this, and the oldest that never answered go first.
    public static let maximumPaths = 16
    /// [RFC 7675 section 5.1](https://www.rfc-editor.org/rfc/rfc7675#section-5.1): "Consent expires after 30 seconds".
    public static let consentLifetime = Duration.seconds(30)
    /// How long a first path may take after the start, a restart, or the arrival of the peer's credentials.
    public static let establishmentTimeout = Duration.seconds(30)
    /// How long the selected path may be without checks before another validated one takes over without nomination: two
    /// consent intervals of RFC 7675, so that one loss moves nothing.
    public static let pathPatience = Duration.seconds(10)
    /// How long checks and media of the credentials before a restart are still accepted after the new path is there:
    /// the peer learns a moment later than we that it is.
    public static let restartLinger = Duration.seconds(5)
    /// RFC 8489 section 6.2.1 starts at 500 ms; we know that the peer is there, because it has just sent a check. Seven
    /// transmissions end after about 6 s; the peer's next check starts seven new ones.
    static let checkTiming = STUNTransaction.Timing(
        initial: .milliseconds(100), maximum: .milliseconds(1600), transmissions: 7)

    /// What was dropped without an answer.
    public private(set) var dropped = ICEDropCounts()
    public private(set) var hasFailed = false

    private let tieBreaker: UInt64
    private var ids: TransactionIDGenerator
    private var current: Generation
    /// The credentials before a restart, while their path is still in use or may still be.
    private var previous: Generation?
    private var previousExpiry: Instant?
    private var startedAt: Instant
    private var transmits: [ICETransmit] = []
    private var events: [ICEEvent] = []

    /// - Parameters:
    ///   - local: our credentials; ``ICECredentials/random(using:)``.
    ///   - random: for the tie-breaker and the key of the transaction ids; cryptographic outside tests.
    public init(local: ICECredentials, using random: inout some RandomNumberGenerator, now: Instant) {
        ids = TransactionIDGenerator(using: &random)
        tieBreaker = ids.nextNumber()
        current = Generation(local: local)
        startedAt = now
    }

    /// Our credentials, those of the last restart.
    public var local: ICECredentials { current.local }
    /// The peer's credentials; `nil` while they are not known, after a restart as well.
    public var remote: ICECredentials? { current.remote }
    /// The fragments of ours under which checks are answered: the current one and, after a restart, the one before as
    /// long as it counts. A server that finds its sessions by fragment reads this after a restart and after each timeout.
    public var answeredUfrags: [String] { [current.local.ufrag] + (previous.map { [$0.local.ufrag] } ?? []) }
    /// Where everything is to be sent; `nil` when nothing may be. After a restart the old path, until a new one is there.
    public var selectedPath: ICEPath? { current.selected ?? previous?.selected }

    /// The peer's credentials, from its offer or answer. Checks that came before are answered without them, and the
    /// addresses are checked in turn from now on.
    public mutating func setRemote(_ credentials: ICECredentials, now: Instant) {
        guard current.remote != credentials, !hasFailed else { return }
        current.remote = credentials
        startedAt = now
        for index in current.paths.indices {
            // A check under way was meant for other credentials.
            if !current.paths[index].isValidated { current.paths[index].state = .unchecked }
            startCheck(index, now: now)
        }
    }

    /// New credentials of ours: an ICE restart, offered or answered
    /// ([RFC 8445 section 9](https://www.rfc-editor.org/rfc/rfc8445#section-9)). The peer's new ones follow by
    /// ``setRemote(_:now:)``. The path in use stays until one is validated with the new credentials.
    public mutating func restart(local: ICECredentials, now: Instant) {
        // A restart that overtakes another one must not lose the path that both were to replace.
        if current.selected != nil {
            previous = current
            previousExpiry = nil
        }
        current = Generation(local: local)
        startedAt = now
        hasFailed = false
    }

    /// Whether DTLS, SCTP and media from `remote` may be looked at: an authenticated check has come from there.
    public func accepts(from remote: TransportAddress) -> Bool {
        if selectedPath?.remote == remote { return true }
        return current.paths.contains { $0.path.remote == remote }
            || previous?.paths.contains { $0.path.remote == remote } ?? false
    }

    /// A datagram for which `STUNMessage.isSTUN` holds.
    /// - Parameters:
    ///   - remote: where it came from.
    ///   - local: the address of ours that it was sent to.
    public mutating func receive(
        _ bytes: RawSpan, from remote: TransportAddress, to local: IPAddress, now: Instant
    ) {
        guard let message = try? STUNMessage(parsing: bytes) else {
            dropped.malformed &+= 1
            return
        }
        guard message.method == .binding, !hasFailed else {
            dropped.other &+= 1
            return
        }
        let path = ICEPath(remote: remote, local: local)
        switch message.messageClass {
        case .request: receiveRequest(message, on: path, now: now)
        case .success, .failure: receiveResponse(message, on: path, now: now)
        case .indication: dropped.other &+= 1
        }
    }

    /// When ``handleTimeout(now:)`` is due; `nil` when nothing is awaited.
    public var deadline: Instant? {
        guard !hasFailed else { return nil }
        var earliest = Instant.earliest(consentExpiry, previousExpiry)
        if selectedPath == nil { earliest = Instant.earliest(earliest, startedAt + Self.establishmentTimeout) }
        for path in current.paths { earliest = Instant.earliest(earliest, path.deadline) }
        return earliest
    }

    /// Does what is due. Calling it too early or too often changes nothing.
    public mutating func handleTimeout(now: Instant) {
        guard !hasFailed else { return }
        if let expiry = previousExpiry, expiry <= now {
            previous = nil
            previousExpiry = nil
        }
        for index in current.paths.indices { retransmit(index, now: now) }
        if let expiry = consentExpiry, expiry <= now { expireSelected(now: now) }
        if selectedPath == nil, startedAt + Self.establishmentTimeout <= now {
            hasFailed = true
            previous = nil
            current.paths = []
            transmits = []
            events.append(.failed)
        }
    }

    /// The next datagram to send.
    public mutating func pollTransmit() -> ICETransmit? { transmits.isEmpty ? nil : transmits.removeFirst() }

    /// The next event: ``ICEEvent/pathSelected(_:)`` or ``ICEEvent/failed``.
    public mutating func pollEvent() -> ICEEvent? { events.isEmpty ? nil : events.removeFirst() }
}

// MARK: - Requests of the peer

extension ICELiteAgent {
    private mutating func receiveRequest(_ message: borrowing STUNMessage, on path: ICEPath, now: Instant) {
        guard let username = try? message.username else {
            dropped.unauthenticated &+= 1
            return
        }
        let isCurrent = BindingCheck.isAddressed(username, to: current.local, from: current.remote)
        let isPrevious = previous.map { BindingCheck.isAddressed(username, to: $0.local, from: $0.remote) } ?? false
        guard isCurrent || isPrevious else {
            dropped.unauthenticated &+= 1
            return
        }
        let credentials = isCurrent ? current.local : previous?.local ?? current.local
        let request: BindingCheck.Request
        do throws(BindingCheck.Refusal) {
            request = try BindingCheck.authenticate(message, local: credentials)
        } catch {
            if error == .malformed { dropped.malformed &+= 1 } else { dropped.unauthenticated &+= 1 }
            return
        }

        guard request.unknown.isEmpty else {
            let error = BindingCheck.failure(
                id: request.id, .unknownAttribute, unknown: request.unknown, local: credentials)
            transmits.append(ICETransmit(bytes: error, path: path))
            return
        }
        // RFC 8445 section 6.1.1: with one full agent and one lite, "The full agent MUST take the controlling role".
        // Tie-breakers are not compared: we could not play the other role if we lost.
        guard request.role != .controlled else {
            let error = BindingCheck.failure(id: request.id, .roleConflict, local: credentials)
            transmits.append(ICETransmit(bytes: error, path: path))
            return
        }
        let answer = BindingCheck.success(id: request.id, mapped: path.remote, local: credentials)
        transmits.append(ICETransmit(bytes: answer, path: path))

        if isCurrent {
            noteCurrent(request, on: path, now: now)
        } else {
            // The old credentials keep the old path alive, and open no new one.
            previous?.note(path, now: now)
        }
    }

    private mutating func noteCurrent(_ request: BindingCheck.Request, on path: ICEPath, now: Instant) {
        let index = current.remember(path, now: now, limit: Self.maximumPaths)
        switch current.paths[index].state {
        case .validated:
            let selectedIsSilent = current.selectedEntry.map { now - $0.lastRequest >= Self.pathPatience } ?? true
            if request.nominates || selectedIsSilent { select(path, now: now) }
        case .unchecked:
            current.paths[index].isNominated = current.paths[index].isNominated || request.nominates
            startCheck(index, now: now)
        case .checking:
            current.paths[index].isNominated = current.paths[index].isNominated || request.nominates
        }
    }
}

// MARK: - Checks of ours

extension ICELiteAgent {
    private mutating func startCheck(_ index: Int, now: Instant) {
        guard current.remote != nil, case .unchecked = current.paths[index].state else { return }
        let check = STUNTransaction(id: ids.next(), timing: Self.checkTiming, now: now)
        current.paths[index].state = .checking(check)
        transmit(check.id, on: current.paths[index].path)
    }

    private mutating func retransmit(_ index: Int, now: Instant) {
        guard case .checking(var check) = current.paths[index].state else { return }
        switch check.handleTimeout(now: now) {
        case .none:
            break
        case .transmit:
            current.paths[index].state = .checking(check)
            transmit(check.id, on: current.paths[index].path)
        case .fail:
            // Silent until the peer's next check from there.
            current.paths[index].state = .unchecked
        }
    }

    private mutating func transmit(_ id: TransactionID, on path: ICEPath) {
        guard let remote = current.remote else { return }
        let bytes = BindingCheck.request(
            id: id, local: current.local, remote: remote, role: .controlled, tieBreaker: tieBreaker,
            priority: ICECandidate.priority(kind: .prflx, preference: .max))
        transmits.append(ICETransmit(bytes: bytes, path: path))
    }

    private mutating func receiveResponse(_ message: borrowing STUNMessage, on path: ICEPath, now: Instant) {
        // RFC 8445 section 7.2.5.2.1: an answer counts only when it comes from where the check went, to where it came
        // from; and RFC 8489 section 9.1.4: only when its integrity is right.
        guard let remote = current.remote,
            let index = current.paths.firstIndex(where: { $0.path == path }),
            case .checking(let check) = current.paths[index].state, check.id == message.transactionID,
            BindingCheck.isAuthentic(message, remote: remote)
        else {
            dropped.unexpectedResponse &+= 1
            return
        }
        guard message.messageClass == .success, message.unknownRequiredAttributes().isEmpty else {
            current.paths[index].state = .unchecked
            return
        }
        current.paths[index].state = .validated
        let selectedIsSilent = current.selectedEntry.map { now - $0.lastRequest >= Self.pathPatience } ?? true
        if current.paths[index].isNominated || selectedIsSilent { select(path, now: now) }
    }

    private mutating func select(_ path: ICEPath, now: Instant) {
        guard current.selected != path else { return }
        current.selected = path
        if previous != nil { previousExpiry = now + Self.restartLinger }
        events.append(.pathSelected(path))
    }

    /// When nothing may be sent on the selected path any more.
    private var consentExpiry: Instant? {
        (current.selectedEntry ?? previous?.selectedEntry).map { $0.lastRequest + Self.consentLifetime }
    }

    private mutating func expireSelected(now: Instant) {
        previous = nil
        previousExpiry = nil
        guard current.selected != nil else { return }
        current.selected = nil
        current.paths.removeAll { $0.lastRequest + Self.consentLifetime <= now }
        let validated = current.paths.filter(\.isValidated)
        if let path = validated.max(by: { $0.lastRequest < $1.lastRequest })?.path { select(path, now: now) }
    }
}
