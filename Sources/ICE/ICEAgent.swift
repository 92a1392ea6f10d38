// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
internal import STUN

/// The client's side of ICE: the full, controlling agent, with host candidates.
///
/// [RFC 8445](https://www.rfc-editor.org/rfc/rfc8445) with candidates that trickle in
/// ([RFC 8838](https://www.rfc-editor.org/rfc/rfc8838)), regular nomination and consent freshness
/// ([RFC 7675](https://www.rfc-editor.org/rfc/rfc7675)). A machine without input or output, driven like ``ICELiteAgent``:
/// after every call drain ``pollTransmit()`` and ``pollEvent()``, and call ``handleTimeout(now:)`` at ``deadline``.
///
///     var agent = ICEAgent(local: .random(using: &random), using: &random, now: now)
///     agent.addLocal(.host(socketAddress), now: now)
///     agent.setRemote(credentials, now: now)
///     agent.addRemote(candidate, now: now)
///
/// Where it departs from the RFC, and who else does:
/// - One component of one data stream: no pair is ever frozen, because a foundation has one pair (section 6.1.2.6).
/// - Retransmission starts at 250 ms (libwebrtc too) where section 14.3 says 500, and its doubling ends at 1 s.
/// - A pair whose check has failed is checked again while nothing better is left, until the time is over: most failures
///   are losses.
/// - Data may flow on the best valid pair before the nomination (section 12.1 permits it), so that a second address that
///   does not answer costs no time.
/// - A consent check that is not answered is followed by ordinary checks of its pair, because RFC 7675 section 5.1 allows
///   neither its retransmission nor another one within 4 s: six single datagrams in 30 s are too few on a bad network.
/// - When the path has gone silent all pairs are checked again, and another one may be nominated (libwebrtc too) where
///   section 8.1.1 wants a restart. Consent checks repeat USE-CANDIDATE, so that a server to which our NAT shows a new
///   address follows.
/// - A role conflict is answered with 487, and never makes us controlled.
public struct ICEAgent: Sendable {
    public struct Configuration: Sendable {
        /// Time between two new checks: Ta of RFC 8445 section 14.2.
        public var checkPacing = Duration.milliseconds(50)
        /// First retransmission of a check; a longer check list stretches it (section 14.3).
        public var initialTimeout = Duration.milliseconds(250)
        public var maximumTimeout = Duration.seconds(1)
        /// Rc of RFC 8489 section 6.2.1.
        public var transmissions = 7
        /// How long better pairs may keep a valid one from being nominated.
        public var nominationDelay = Duration.milliseconds(300)
        /// Between two consent checks, ±20 %.
        public var consentInterval = Duration.seconds(5)
        public var consentLifetime = Duration.seconds(30)
        /// A consent check without an answer for so long is followed by ordinary checks of the pair, with retransmission.
        public var probeDelay = Duration.seconds(1)
        /// Without an answer for so long all pairs are checked again.
        public var disconnectTimeout = Duration.seconds(10)
        /// From the start, a restart or the arrival of the peer's credentials to a first path.
        public var establishmentTimeout = Duration.seconds(30)

        public init() {}
    }

    /// Addresses of this host; more are ignored.
    public static let maximumLocalCandidates = 16
    /// Candidates that a peer may trickle, and those that its checks reveal; more are ignored. A browser sends about 10.
    public static let maximumRemoteCandidates = 32
    /// RFC 8445 section 6.1.2.5 recommends 100.
    public static let maximumPairs = 100
    /// As ``ICELiteAgent/restartLinger``.
    public static let restartLinger = Duration.seconds(5)

    public let configuration: Configuration
    public internal(set) var dropped = ICEDropCounts()

    let tieBreaker: UInt64
    var ids: TransactionIDGenerator
    var state = State.checking
    /// Our credentials, those of the last restart.
    public internal(set) var local: ICECredentials
    /// The peer's; `nil` while they are not known, after a restart as well.
    public internal(set) var remote: ICECredentials?
    var localCandidates: [ICECandidate] = []
    var remoteCandidates: [ICECandidate] = []
    var checks = CheckList()
    /// RFC 8445 section 6.1.4.1: pairs whose check a check of the peer has brought forward.
    var triggered: [ICEPath] = []
    var nextCheckAt: Instant
    var startedAt: Instant
    var firstValidAt: Instant?
    /// The check with USE-CANDIDATE that is under way.
    var nomination: Nomination?
    var nominated: ICEPath?
    /// The path in use, and the peer's consent to it.
    var consent: ConsentFreshness?
    var previous: Previous?
    var transmits: [ICETransmit] = []
    var events: [ICEEvent] = []

    enum State: Sendable { case checking, connected, disconnected, failed }

    struct Nomination: Sendable {
        let path: ICEPath
        var check: CheckTransaction
    }

    /// What a restart replaces, as long as it is in use.
    struct Previous: Sendable {
        let local: ICECredentials
        let remote: ICECredentials?
        /// From where checks were authenticated.
        let accepted: [TransportAddress]
        var consent: ConsentFreshness?
        var expiry: Instant?
    }

    /// - Parameters:
    ///   - local: our credentials; ``ICECredentials/random(using:)``.
    ///   - random: for the tie-breaker and the key of the transaction ids; cryptographic outside tests.
    public init(
        local: ICECredentials, configuration: Configuration = .init(), using random: inout some RandomNumberGenerator,
        now: Instant
    ) {
        self.local = local
        self.configuration = configuration
        ids = TransactionIDGenerator(using: &random)
        tieBreaker = ids.nextNumber()
        nextCheckAt = now
        startedAt = now
    }

    /// Where everything is to be sent; `nil` when nothing may be. After a restart the old path, until a new one is there.
    public var selectedPath: ICEPath? { consent?.path ?? previous?.consent?.path }

    public var hasFailed: Bool { state == .failed }

    /// An address of ours, which is also its own base: `candidate.address` is where the driver has a socket. One that is
    /// not a UDP host candidate of component 1, whose IP is already there, or one too many is ignored.
    public mutating func addLocal(_ candidate: ICECandidate, now: Instant) {
        guard candidate.kind == .host, candidate.transport == .udp, candidate.component == 1,
            localCandidates.count < Self.maximumLocalCandidates,
            !localCandidates.contains(where: { $0.address.address == candidate.address.address })
        else { return }
        localCandidates.append(candidate)
        for remote in remoteCandidates { pair(candidate, remote) }
    }

    /// The peer's credentials, from its offer or answer. No check is sent before.
    public mutating func setRemote(_ credentials: ICECredentials, now: Instant) {
        guard remote != credentials, state != .failed else { return }
        remote = credentials
        startedAt = now
    }

    /// A candidate of the peer. One that cannot be reached over UDP, is there already or is one too many is ignored.
    public mutating func addRemote(_ candidate: ICECandidate, now: Instant) {
        guard candidate.transport == .udp, candidate.component == 1, candidate.isReachable else { return }
        if let index = remoteCandidates.firstIndex(where: { $0.address == candidate.address }) {
            // A check was faster than the signalling.
            guard remoteCandidates[index].kind == .prflx, candidate.kind != .prflx else { return }
            remoteCandidates[index] = candidate
            checks.update(candidate)
            return
        }
        guard remoteCandidates.count < Self.maximumRemoteCandidates else { return }
        remoteCandidates.append(candidate)
        for local in localCandidates { pair(local, candidate) }
    }

    /// New credentials of ours: an ICE restart ([RFC 8445 section 9](https://www.rfc-editor.org/rfc/rfc8445#section-9)).
    /// The peer's new credentials and candidates follow; our candidates stay. The path in use stays, and its consent is
    /// kept fresh, until one is valid with the new credentials.
    public mutating func restart(local: ICECredentials, now: Instant) {
        // A restart that overtakes another one must not lose the path that both were to replace.
        if consent != nil {
            previous = Previous(
                local: self.local, remote: remote, accepted: acceptedAddresses, consent: consent, expiry: nil)
        }
        self.local = local
        remote = nil
        remoteCandidates = []
        checks = CheckList()
        triggered = []
        nomination = nil
        nominated = nil
        firstValidAt = nil
        consent = nil
        startedAt = now
        nextCheckAt = now
        if state == .failed { state = .checking }
    }

    /// Whether DTLS, SCTP and media from `remote` may be looked at: an authenticated check, or the authenticated answer
    /// to one, has come from there.
    public func accepts(from remote: TransportAddress) -> Bool {
        if selectedPath?.remote == remote { return true }
        return checks.pairs.contains { $0.remote.address == remote && ($0.isChecked || $0.isSucceeded) }
            || previous?.accepted.contains(remote) ?? false
    }

    /// When ``handleTimeout(now:)`` is due; `nil` when nothing is awaited.
    public var deadline: Instant? {
        guard state != .failed else { return nil }
        var earliest = checkDeadline
        if let nomination { earliest = Instant.earliest(earliest, nomination.check.deadline) }
        if let nominationDue { earliest = Instant.earliest(earliest, nominationDue) }
        for consent in [consent, previous?.consent] {
            guard let consent else { continue }
            earliest = Instant.earliest(earliest, consent.nextCheck)
            earliest = Instant.earliest(earliest, consent.granted + configuration.consentLifetime)
        }
        if state == .connected, let consent {
            earliest = Instant.earliest(earliest, consent.granted + configuration.disconnectTimeout)
        }
        earliest = Instant.earliest(earliest, probeDue)
        earliest = Instant.earliest(earliest, previous?.expiry)
        if selectedPath == nil {
            earliest = Instant.earliest(earliest, startedAt + configuration.establishmentTimeout)
        }
        return earliest
    }

    /// Does what is due. Calling it too early or too often changes nothing.
    public mutating func handleTimeout(now: Instant) {
        guard state != .failed else { return }
        if let expiry = previous?.expiry, expiry <= now { previous = nil }
        handleConsent(now: now)
        guard state != .failed else { return }
        retransmitChecks(now: now)
        probeIfDue(now: now)
        retransmitNomination(now: now)
        nominateIfDue(now: now)
        startChecks(now: now)
    }

    /// The next datagram to send.
    public mutating func pollTransmit() -> ICETransmit? { transmits.isEmpty ? nil : transmits.removeFirst() }

    /// The next event.
    public mutating func pollEvent() -> ICEEvent? { events.isEmpty ? nil : events.removeFirst() }

    private mutating func pair(_ local: ICECandidate, _ remote: ICECandidate) {
        guard CandidatePair.canPair(local, remote) else { return }
        checks.insert(CandidatePair(local: local, remote: remote), limit: Self.maximumPairs, keeping: consent?.path)
    }

    private var acceptedAddresses: [TransportAddress] {
        checks.pairs.filter { $0.isChecked || $0.isSucceeded }.map(\.remote.address)
    }
}
