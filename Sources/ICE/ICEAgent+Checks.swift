// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import STUN

// The checks that the agent sends: pacing, retransmission, nomination.
extension ICEAgent {
    /// Whether pairs other than the path in use are worth checking: until the nomination, and again when the path has
    /// gone silent. RFC 8445 section 8.1.2 removes the others from the list; ours wait.
    private var isSearching: Bool { remote != nil && (nominated == nil || state == .disconnected) }

    /// A controlling peer may check and nominate other pairs at any time.
    private var hasUrgentCheck: Bool { role == .controlled && remote != nil && !triggered.isEmpty }

    /// When the next thing is due that concerns the check list.
    var checkDeadline: Instant? {
        var earliest: Instant?
        for pair in checks.pairs where isActive(pair) {
            if let check = pair.check { earliest = Instant.earliest(earliest, check.deadline) }
        }
        if isSearching && hasCheckToStart || hasUrgentCheck { earliest = Instant.earliest(earliest, nextCheckAt) }
        return earliest
    }

    /// Whether a check of this pair that is under way goes on.
    private func isActive(_ pair: CandidatePair) -> Bool {
        isSearching || pair.path == consent?.path || role == .controlled && pair.isChecked
    }

    private var hasCheckToStart: Bool {
        !triggered.isEmpty || checks.pairs.contains { $0.isWaiting } || canRetry
    }

    /// Nothing is under way, nothing is valid, and some pair has failed: it is tried again.
    private var canRetry: Bool {
        checks.pairs.contains { $0.isFailed } && !checks.pairs.contains { $0.check != nil || $0.isSucceeded }
    }

    /// RFC 8445 section 6.1.4.2: at most one new check in Ta, triggered ones first, then by priority.
    mutating func startChecks(now: Instant) {
        guard isSearching || hasUrgentCheck, nextCheckAt <= now else { return }
        if isSearching, triggered.isEmpty, canRetry, !checks.pairs.contains(where: { $0.isWaiting }) {
            for index in checks.indices where checks[index].isFailed { checks[index].state = .waiting }
        }
        // RFC 8445 section 6.1.4.2 takes all triggered checks first. Two NATs that show each other a new address for every
        // check would then keep the pairs waiting that lead through a relay.
        let isTurnOfOthers = isSearching && triggeredInARow >= Self.maximumTriggeredInARow && hasWaiting
        while !triggered.isEmpty, !isTurnOfOthers {
            let path = triggered.removeFirst()
            guard let index = checks.index(of: path), checks[index].check == nil, !checks[index].isSucceeded else {
                continue
            }
            triggeredInARow += 1
            start(index, now: now)
            return
        }
        triggeredInARow = 0
        guard isSearching else { return }
        if let index = checks.indices.first(where: { isWaitingUntriggered($0) }) { start(index, now: now) }
    }

    private func isWaitingUntriggered(_ index: Int) -> Bool {
        checks[index].isWaiting && !triggered.contains(checks[index].path)
    }

    private var hasWaiting: Bool { checks.indices.contains { isWaitingUntriggered($0) } }

    private mutating func start(_ index: Int, now: Instant) {
        let check = STUNTransaction(id: ids.next(), timing: timing, now: now)
        checks[index].state = .inProgress(check)
        checks[index].sentAt = now
        transmit(check.id, on: checks[index], now: now)
        nextCheckAt = now + configuration.checkPacing
    }

    /// RFC 8445 section 14.3: RTO = MAX(initial, Ta × (waiting + in progress)).
    private var timing: STUNTransaction.Timing {
        let active = checks.pairs.count { $0.isWaiting || $0.check != nil }
        let initial = max(configuration.initialTimeout, configuration.checkPacing * active)
        return STUNTransaction.Timing(
            initial: initial, maximum: max(initial, configuration.maximumTimeout),
            transmissions: configuration.transmissions)
    }

    mutating func retransmitChecks(now: Instant) {
        for index in checks.indices where isActive(checks[index]) {
            guard var check = checks[index].check else { continue }
            switch check.handleTimeout(now: now) {
            case .none: continue
            case .transmit:
                checks[index].state = .inProgress(check)
                checks[index].sentAt = now
                transmit(check.id, on: checks[index], now: now)
            case .fail: checks[index].state = .failed
            }
        }
    }

    private mutating func transmit(
        _ id: TransactionID, on pair: CandidatePair, nominates: Bool = false, now: Instant
    ) {
        guard let remote else { return }
        let bytes = BindingCheck.request(
            id: id, local: local, remote: remote, role: role, tieBreaker: tieBreaker,
            priority: announcedPriority(of: pair), nominates: nominates && role == .controlling)
        send(bytes, on: pair.path, now: now)
    }

    /// RFC 8445 section 7.1.1: the priority that our candidate would have as a peer-reflexive one. A relayed one keeps its
    /// own, as ``ICEAgent`` says.
    func announcedPriority(of pair: CandidatePair) -> UInt32 {
        ICECandidate.priority(
            kind: pair.relay == nil ? .prflx : .relay, preference: UInt16(truncatingIfNeeded: pair.local.priority >> 8),
            component: pair.local.component)
    }
}

// MARK: - Validity and nomination

extension ICEAgent {
    /// A check of `path` has been answered.
    mutating func notePathValid(_ path: ICEPath, now: Instant) {
        if firstValidAt == nil { firstValidAt = now }
        if consent?.path == path {
            consent?.grant(now: now)
            setConnected()
        } else if role == .controlled, let index = checks.index(of: path), checks[index].nominatedAt != nil,
            nominated != path
        {
            adopt(path, now: now)
        } else if consent == nil || state == .disconnected {
            use(path, now: now)
        } else if nominated == nil, let current = consent?.path, rank(path) < rank(current) {
            use(path, now: now)
        }
        nominateIfDue(now: now)
    }

    /// The place of a pair in the order of priorities.
    private func rank(_ path: ICEPath) -> Int { checks.index(of: path) ?? .max }

    /// The peer, which controls, has nominated a pair that is valid.
    mutating func adopt(_ path: ICEPath, now: Instant) {
        guard nominated != path else { return }
        if let current = nominated, consent?.path == current, state == .connected, rank(path) > rank(current),
            let index = checks.index(of: current), let last = checks[index].nominatedAt,
            now - last < Self.renominationPatience
        {
            return
        }
        nominated = path
        if consent?.path != path { use(path, now: now) }
    }

    private mutating func use(_ path: ICEPath, now: Instant) {
        consent = ConsentFreshness(
            path: path, interval: configuration.consentInterval, jitter: ids.nextNumber(), now: now)
        // A path that replaces a silent one is nominated anew.
        if nominated != path { nominated = nil }
        if nomination?.path != path { nomination = nil }
        previous?.consent = nil
        previous?.expiry = now + Self.restartLinger
        events.append(.pathSelected(path))
        bindChannel(for: path, now: now)
        setConnected()
    }

    private mutating func setConnected() {
        guard state != .connected else { return }
        state = .connected
        events.append(.connected)
    }

    /// When the path in use is to be nominated although better pairs are undecided.
    var nominationDue: Instant? {
        guard role == .controlling, nominated == nil, nomination == nil, let consent, let firstValidAt else {
            return nil
        }
        let isRelayed = checks.index(of: consent.path).map { checks[$0].isRelayed } ?? false
        return firstValidAt + (isRelayed ? configuration.relayNominationDelay : configuration.nominationDelay)
    }

    /// RFC 8445 section 8.1.1: the controlling agent decides when to nominate. We do when no better pair is left that
    /// could still become valid, or after a short while.
    mutating func nominateIfDue(now: Instant) {
        guard let due = nominationDue, let path = consent?.path, let index = checks.index(of: path) else { return }
        let isBest =
            checks.indices.prefix(upTo: index).allSatisfy { checks[$0].isFailed }
            && (!checks[index].isRelayed || hasAllRemote && gathering.isComplete)
        guard isBest || due <= now else { return }
        let check = STUNTransaction(id: ids.next(), timing: timing, now: now)
        nomination = Nomination(path: path, check: check)
        transmit(check.id, on: checks[index], nominates: true, now: now)
    }

    mutating func retransmitNomination(now: Instant) {
        guard var current = nomination else { return }
        switch current.check.handleTimeout(now: now) {
        case .none: break
        case .transmit:
            nomination = current
            if let index = checks.index(of: current.path) {
                transmit(current.check.id, on: checks[index], nominates: true, now: now)
            }
        case .fail:
            // Tried again at once while the path is the one in use: whether it is alive is for consent to say.
            nomination = nil
        }
    }
}

// MARK: - Consent

extension ICEAgent {
    mutating func handleConsent(now: Instant) {
        if let granted = previous?.consent?.granted, granted + configuration.consentLifetime <= now { previous = nil }
        if let granted = consent?.granted, granted + configuration.consentLifetime <= now {
            // RFC 7675 section 5.1: nothing more may be sent on the path.
            consent = nil
            nominated = nil
            nomination = nil
        }
        if selectedPath == nil, startedAt + configuration.establishmentTimeout <= now {
            fail()
            return
        }
        let isSilent = consent.map { $0.granted + configuration.disconnectTimeout <= now } ?? (selectedPath == nil)
        if state == .connected, isSilent {
            search(now: now)
        }
        sendConsentCheck(now: now)
        sendPreviousConsentCheck(now: now)
    }

    /// All pairs are checked again.
    mutating func search(now: Instant) {
        state = .disconnected
        events.append(.disconnected)
        for index in checks.indices where checks[index].check == nil { checks[index].state = .waiting }
        nextCheckAt = now
    }

    mutating func probeIfDue(now: Instant) {
        guard let due = probeDue, due <= now, let path = consent?.path, let index = checks.index(of: path) else {
            return
        }
        start(index, now: now)
    }

    /// When the path in use is to be checked because a consent check had no answer.
    var probeDue: Instant? {
        guard state == .connected, let consent, let since = consent.unansweredSince,
            let index = checks.index(of: consent.path), checks[index].check == nil
        else { return nil }
        return since + configuration.probeDelay
    }

    private mutating func sendConsentCheck(now: Instant) {
        guard let due = consent?.nextCheck, due <= now, let path = consent?.path, let index = checks.index(of: path)
        else { return }
        let id = ids.next()
        consent?.noteCheck(id, jitter: ids.nextNumber(), now: now)
        transmit(id, on: checks[index], nominates: nominated == path, now: now)
    }

    private mutating func sendPreviousConsentCheck(now: Instant) {
        guard let previous, let remote = previous.remote, let consent = previous.consent, consent.nextCheck <= now
        else { return }
        let id = ids.next()
        let bytes = BindingCheck.request(
            id: id, local: previous.local, remote: remote, role: role, tieBreaker: tieBreaker,
            priority: ICECandidate.priority(kind: .prflx, preference: .max), nominates: role == .controlling)
        self.previous?.consent?.noteCheck(id, jitter: ids.nextNumber(), now: now)
        send(bytes, on: consent.path, now: now)
    }

    mutating func fail() {
        stop()
        state = .failed
        events.append(.failed)
    }

    /// Nothing is sent any more; what relays are owed excepted.
    mutating func stop() {
        consent = nil
        previous = nil
        nomination = nil
        nominated = nil
        checks = CheckList(role: role)
        triggered = []
        transmits.removeAll { $0.relay == nil }
        gathering.queries = []
    }
}
