// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
internal import STUN
public import TURN

/// The full agent, controlling or controlled: the client's side, against a lite server or another full agent.
///
/// [RFC 8445](https://www.rfc-editor.org/rfc/rfc8445) with candidates that trickle in
/// ([RFC 8838](https://www.rfc-editor.org/rfc/rfc8838)), regular nomination, consent freshness
/// ([RFC 7675](https://www.rfc-editor.org/rfc/rfc7675)) and relays ([RFC 8656](https://www.rfc-editor.org/rfc/rfc8656)). A
/// machine without input or output, driven like ``ICELiteAgent``: after every call drain ``pollEvent()``,
/// ``pollTransmit()`` and, with TURN servers, ``pollReceived()``, and call ``handleTimeout(now:)`` at ``deadline``.
///
///     var agent = ICEAgent(local: .random(using: &random), using: &random, now: now)
///     agent.addLocal(.host(socketAddress), now: now)
///     agent.gather(now: now)                      // .candidate(…), .gatheringComplete
///     agent.setRemote(credentials, now: now)
///     agent.addRemote(candidate, now: now)
///
/// The driver has a UDP socket for each address that it adds, and a socket or connection of its own for each of
/// ``Configuration/turnServers``. What arrives there goes to ``receive(_:fromServer:now:)``. On a relayed
/// ``ICEPath`` everything that is not the agent's own is sent through ``encapsulate(_:for:)``.
///
/// Where it departs from the RFC, and who else does:
/// - One component of one data stream, and no pair is ever frozen (section 6.1.2.6; libwebrtc neither): freezing saves
///   checks where there are many streams.
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
/// - When controlled it follows a later nomination: of a better pair at once, of another one when the pair in use has not
///   been nominated for ``renominationPatience``. That suits peers that nominate every pair (RFC 5245 section 8.1.1.2) as
///   well as those that nominate anew.
/// - A check from a relayed address announces the priority of a relayed candidate, and not that of a peer-reflexive one
///   (section 7.1.1): a peer that learns the address by the check must not think it better than a direct one.
public struct ICEAgent: Sendable {
    public struct Configuration: Sendable {
        /// Where our reflexive addresses are asked for, beside the TURN servers over UDP. At most
        /// ``ICEAgent/maximumServers``.
        public var stunServers: [TransportAddress] = []
        /// Which relays are asked for an address. Their places in this list are their numbers.
        public var turnServers: [TURNServer] = []
        /// Whether nothing but relayed candidates is used, so that the peer learns no address of ours.
        public var isRelayOnly = false
        /// Time between two new checks: Ta of RFC 8445 section 14.2.
        public var checkPacing = Duration.milliseconds(50)
        /// First retransmission of a check; a longer check list stretches it (section 14.3).
        public var initialTimeout = Duration.milliseconds(250)
        public var maximumTimeout = Duration.seconds(1)
        /// Rc of RFC 8489 section 6.2.1.
        public var transmissions = 7
        /// How long better pairs may keep a valid one from being nominated.
        public var nominationDelay = Duration.milliseconds(300)
        /// The same when a server relays: better candidates may still be on their way through the signalling.
        public var relayNominationDelay = Duration.seconds(2)
        /// Between two consent checks, ±20 %.
        public var consentInterval = Duration.seconds(5)
        public var consentLifetime = Duration.seconds(30)
        /// A consent check without an answer for so long is followed by ordinary checks of the pair, with retransmission.
        public var probeDelay = Duration.seconds(1)
        /// Without an answer for so long all pairs are checked again.
        public var disconnectTimeout = Duration.seconds(10)
        /// From the start, a restart, the arrival of the peer's credentials or the loss of an address to a first path.
        public var establishmentTimeout = Duration.seconds(30)

        public init() {}
    }

    /// Addresses of this host; more are ignored.
    public static let maximumLocalCandidates = 16
    /// Addresses that servers have shown us; more are ignored.
    public static let maximumReflexiveCandidates = 32
    /// STUN servers, and TURN servers; more are not asked. A page of Galène's has one or two.
    public static let maximumServers = 8
    /// Candidates that a peer may trickle, and those that its checks reveal. A browser sends about 10. Of more than that the
    /// first stay (``firstRemoteCandidates``), and of the others the latest: whoever tells of addresses without end cannot
    /// crowd out those of the description, nor those that come at last.
    public static let maximumRemoteCandidates = 32
    /// The remote candidates that no later one takes the place of.
    public static let firstRemoteCandidates = 16
    /// Of those that come when all places are taken, the latest.
    static let maximumLatecomers = 16
    /// RFC 8445 section 6.1.2.5 recommends 100.
    public static let maximumPairs = 100
    /// Triggered checks after which an ordinary one is due.
    static let maximumTriggeredInARow = 3
    /// As ``ICELiteAgent/restartLinger``.
    public static let restartLinger = Duration.seconds(5)
    /// How long the controlling peer may be silent about the pair that it nominated before another nomination counts more:
    /// checks that all nominate are over after that, and consent checks come every 5 s.
    public static let renominationPatience = Duration.seconds(2)

    public let configuration: Configuration
    public internal(set) var dropped = ICEDropCounts()
    /// Ours at the moment: a conflict may change it.
    public internal(set) var role: ICERole

    let tieBreaker: UInt64
    var ids: TransactionIDGenerator
    var state = State.checking
    /// Our credentials, those of the last restart.
    public internal(set) var local: ICECredentials
    /// The peer's; `nil` while they are not known, after a restart as well.
    public internal(set) var remote: ICECredentials?
    var hosts: [ICECandidate] = []
    var gathering = Gathering()
    var relays: [Relay]
    var remoteCandidates: [ICECandidate] = []
    /// Those that came when all places were taken, and when they are next looked at.
    var latecomers: [ICECandidate] = []
    var latecomersDue: Instant?
    /// The peer has said that it has no more candidates.
    var hasAllRemote = false
    var checks: CheckList
    /// RFC 8445 section 6.1.4.1: pairs whose check a check of the peer has brought forward.
    var triggered: [ICEPath] = []
    var triggeredInARow = 0
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
    var received: [ICEReceived] = []

    enum State: Sendable { case checking, connected, disconnected, failed, closed }

    struct Nomination: Sendable {
        let path: ICEPath
        var check: STUNTransaction
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
    ///   - role: whether the peer is lite or we sent the offer: then we control.
    ///   - random: for the tie-breaker and the keys of the transaction ids; cryptographic outside tests.
    public init(
        local: ICECredentials, role: ICERole = .controlling, configuration: Configuration = .init(),
        using random: inout some RandomNumberGenerator, now: Instant
    ) {
        self.local = local
        self.role = role
        self.configuration = configuration
        ids = TransactionIDGenerator(using: &random)
        tieBreaker = ids.nextNumber()
        checks = CheckList(role: role)
        relays = configuration.turnServers.prefix(Self.maximumServers).map {
            Relay(client: TURNClient($0, using: &random))
        }
        nextCheckAt = now
        startedAt = now
    }

    /// Where everything is to be sent; `nil` when nothing may be. After a restart the old path, until a new one is there.
    public var selectedPath: ICEPath? { consent?.path ?? previous?.consent?.path }

    /// What the path in use joins; `nil` without one, and while a restart has not found a new one.
    public var selectedPair: ICESelectedPair? {
        guard let path = consent?.path, let index = checks.index(of: path) else { return nil }
        let pair = checks[index]
        return ICESelectedPair(local: seenLocal(of: pair), remote: pair.remote)
    }

    public var hasFailed: Bool { state == .failed }

    /// Whether nothing is to come any more but the goodbyes to TURN servers.
    var isOver: Bool { state == .failed || state == .closed }

    /// The peer's credentials, from its offer or answer. No check is sent before.
    public mutating func setRemote(_ credentials: ICECredentials, now: Instant) {
        guard remote != credentials, !isOver else { return }
        remote = credentials
        startedAt = now
    }

    /// A candidate of the peer. One that cannot be reached over UDP or is there already is ignored. One too many waits for
    /// the next check, and takes the place of an older one then, if there is one that may go.
    public mutating func addRemote(_ candidate: ICECandidate, now: Instant) {
        guard candidate.transport == .udp, candidate.component == 1, candidate.isReachable, !isOver else { return }
        if remoteCandidates.count >= Self.maximumRemoteCandidates, candidate.kind != .prflx,
            !remoteCandidates.contains(where: { $0.address == candidate.address })
        {
            // Not at once: ten thousand in a row cost no more than the few of them that are left.
            latecomers.removeAll { $0.address == candidate.address }
            if latecomers.count >= Self.maximumLatecomers { latecomers.removeFirst() }
            latecomers.append(candidate)
            if latecomersDue == nil { latecomersDue = max(now, nextCheckAt) }
            return
        }
        _ = place(candidate, now: now)
    }

    /// Lets those in that have come when all places were taken, as far as there are places now.
    mutating func placeLatecomers(now: Instant) {
        if let due = latecomersDue, due <= now { latecomersDue = nil }
        while let candidate = latecomers.first, place(candidate, now: now) { latecomers.removeFirst() }
    }

    /// - Returns: whether it is known now.
    private mutating func place(_ candidate: ICECandidate, now: Instant) -> Bool {
        if let index = remoteCandidates.firstIndex(where: { $0.address == candidate.address }) {
            // A check was faster than the signalling.
            guard remoteCandidates[index].kind == .prflx, candidate.kind != .prflx else { return true }
            remoteCandidates[index] = candidate
            checks.update(candidate)
            return true
        }
        guard makeRoom(for: candidate) else { return false }
        remoteCandidates.append(candidate)
        for local in hosts { pair(local, candidate, now: now) }
        for index in relays.indices {
            for local in relays[index].candidates { pair(local, relay: UInt8(index), candidate, now: now) }
        }
        return true
    }

    /// Forgets the oldest remote candidate that may go for another one, if one has to.
    ///
    /// None goes from which a check has come, or that has answered one. One that is being checked goes only for one whose
    /// check has just been authenticated: so candidates without end do not make the agent send to ever more addresses
    /// faster than checks fail.
    private mutating func makeRoom(for candidate: ICECandidate) -> Bool {
        guard remoteCandidates.count >= Self.maximumRemoteCandidates else { return true }
        let kept = [consent?.path.remote, nominated?.remote, nomination?.path.remote]
        let victim = remoteCandidates.indices.dropFirst(Self.firstRemoteCandidates).first { index in
            let address = remoteCandidates[index].address
            guard !kept.contains(address) else { return false }
            return checks.pairs.allSatisfy { pair in
                pair.remote.address != address
                    || !pair.isChecked && !pair.isSucceeded
                        && (pair.check == nil || candidate.kind == .prflx)
            }
        }
        guard let victim else { return false }
        let address = remoteCandidates.remove(at: victim).address
        checks.remove { $0.remote.address == address }
        triggered.removeAll { $0.remote == address }
        return true
    }

    /// The peer has no more candidates ([RFC 8838 section 14](https://www.rfc-editor.org/rfc/rfc8838#section-14)): a relayed
    /// path, when it is the best, is then nominated without waiting. Checks of the peer may still reveal more.
    public mutating func endOfRemoteCandidates(now: Instant) {
        hasAllRemote = true
        nominateIfDue(now: now)
    }

    /// New credentials of ours: an ICE restart ([RFC 8445 section 9](https://www.rfc-editor.org/rfc/rfc8445#section-9)).
    /// The peer's new credentials and candidates follow; our candidates stay, are told anew, and reflexive ones are asked
    /// for anew. The path in use stays, and its consent is kept fresh, until one is valid with the new credentials.
    public mutating func restart(local: ICECredentials, now: Instant) {
        guard state != .closed else { return }
        // A restart that overtakes another one must not lose the path that both were to replace.
        if consent != nil {
            previous = Previous(
                local: self.local, remote: remote, accepted: acceptedAddresses, consent: consent, expiry: nil)
        }
        self.local = local
        remote = nil
        remoteCandidates = []
        latecomers = []
        latecomersDue = nil
        hasAllRemote = false
        checks = CheckList(role: role)
        triggered = []
        nomination = nil
        nominated = nil
        firstValidAt = nil
        consent = nil
        startedAt = now
        nextCheckAt = now
        if state == .failed { state = .checking }
        let kept = previous?.consent?.path
        for index in relays.indices {
            relays[index].client.keepPermissions { $0 == kept?.remote.address && kept?.relay == UInt8(index) }
        }
        regather(now: now)
    }

    /// Leaves: nothing is sent any more but what gives relayed addresses back. Poll that, and as long as ``deadline`` is
    /// not `nil` it may be repeated.
    public mutating func close(now: Instant) {
        stop()
        state = .closed
        for index in relays.indices {
            relays[index].client.close(now: now)
            drainRelay(index, now: now)
        }
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
        let relayDeadline = relayDeadline
        guard !isOver else { return relayDeadline }
        var earliest = Instant.earliest(relayDeadline, gatheringDeadline)
        earliest = Instant.earliest(earliest, checkDeadline)
        earliest = Instant.earliest(earliest, latecomersDue)
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
        handleRelayTimeout(now: now)
        guard !isOver else { return }
        gatherMore(now: now)
        if let expiry = previous?.expiry, expiry <= now { previous = nil }
        handleConsent(now: now)
        guard !isOver else { return }
        retransmitChecks(now: now)
        placeLatecomers(now: now)
        probeIfDue(now: now)
        retransmitNomination(now: now)
        nominateIfDue(now: now)
        startChecks(now: now)
    }

    /// What is to be sent next.
    public mutating func pollTransmit() -> ICETransmit? { transmits.isEmpty ? nil : transmits.removeFirst() }

    /// The next event.
    public mutating func pollEvent() -> ICEEvent? { events.isEmpty ? nil : events.removeFirst() }

    /// What a peer sent to a relayed address and is not ICE's. Only from where ``accepts(from:)`` holds.
    public mutating func pollReceived() -> ICEReceived? { received.isEmpty ? nil : received.removeFirst() }

    mutating func pair(_ local: ICECandidate, relay: UInt8? = nil, _ remote: ICECandidate, now: Instant) {
        guard CandidatePair.canPair(local, remote), relay != nil || !configuration.isRelayOnly else { return }
        let pair = CandidatePair(local: local, relay: relay, remote: remote)
        checks.insert(pair, limit: Self.maximumPairs, keeping: consent?.path)
        // RFC 8445 section 7.2.2: the permission is there before the check.
        if let relay, checks.index(of: pair.path) != nil { permit(remote.address.address, through: relay, now: now) }
    }

    private var acceptedAddresses: [TransportAddress] {
        checks.pairs.filter { $0.isChecked || $0.isSucceeded }.map(\.remote.address)
    }
}
