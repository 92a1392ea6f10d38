// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import STUN

// The checks that the agent sends: pacing, retransmission, nomination.
extension ICEAgent {
    /// Whether pairs other than the path in use are worth checking: until the nomination, and again when the path has
    /// gone silent. RFC 8445 section 8.1.2 removes the others from the list; ours wait.
    private var isSearching: Bool { remote != nil && (nominated == nil || state == .disconnected) }

    /// When the next thing is due that concerns the check list.
    var checkDeadline: Instant? {
        var earliest: Instant?
        for pair in checks.pairs where isActive(pair) {
            if let check = pair.check { earliest = Instant.earliest(earliest, check.deadline) }
        }
        if isSearching, hasCheckToStart { earliest = Instant.earliest(earliest, nextCheckAt) }
        return earliest
    }

    /// Whether a check of this pair that is under way goes on.
    private func isActive(_ pair: CandidatePair) -> Bool { isSearching || pair.path == consent?.path }

    private var hasCheckToStart: Bool {
        !triggered.isEmpty || checks.pairs.contains { $0.isWaiting } || canRetry
    }

    /// Nothing is under way, nothing is valid, and some pair has failed: it is tried again.
    private var canRetry: Bool {
        checks.pairs.contains { $0.isFailed } && !checks.pairs.contains { $0.check != nil || $0.isSucceeded }
    }

    /// RFC 8445 section 6.1.4.2: at most one new check in Ta, triggered ones first, then by priority.
    mutating func startChecks(now: Instant) {
        guard isSearching, nextCheckAt <= now else { return }
        if triggered.isEmpty, canRetry, !checks.pairs.contains(where: { $0.isWaiting }) {
            for index in checks.indices where checks[index].isFailed { checks[index].state = .waiting }
        }
        while !triggered.isEmpty {
            let path = triggered.removeFirst()
            guard let index = checks.index(of: path), checks[index].check == nil, !checks[index].isSucceeded else {
                continue
            }
            start(index, now: now)
            return
        }
        if let index = checks.indices.first(where: { checks[$0].isWaiting }) { start(index, now: now) }
    }

    private mutating func start(_ index: Int, now: Instant) {
        let check = CheckTransaction(id: ids.next(), timing: timing, now: now)
        checks[index].state = .inProgress(check)
        transmit(check, on: checks[index])
        nextCheckAt = now + configuration.checkPacing
    }

    /// RFC 8445 section 14.3: RTO = MAX(initial, Ta × (waiting + in progress)).
    private var timing: CheckTransaction.Timing {
        let active = checks.pairs.count { $0.isWaiting || $0.check != nil }
        let initial = max(configuration.initialTimeout, configuration.checkPacing * active)
        return CheckTransaction.Timing(
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
                transmit(check, on: checks[index])
            case .fail: checks[index].state = .failed
            }
        }
    }

    private mutating func transmit(_ check: CheckTransaction, on pair: CandidatePair) {
        guard let remote else { return }
        let bytes = BindingCheck.request(
            id: check.id, local: local, remote: remote, role: .controlling, tieBreaker: tieBreaker,
            priority: reflexivePriority(pair.local), nominates: check.nominates)
        transmits.append(ICETransmit(bytes: bytes, path: pair.path))
    }

    /// RFC 8445 section 7.1.1: the priority that our candidate would have as a peer-reflexive one.
    private func reflexivePriority(_ candidate: ICECandidate) -> UInt32 {
        ICECandidate.priority(
            kind: .prflx, preference: UInt16(truncatingIfNeeded: candidate.priority >> 8),
            component: candidate.component)
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
        } else if consent == nil || state == .disconnected {
            use(path, now: now)
        } else if nominated == nil, let current = consent?.path, rank(path) < rank(current) {
            use(path, now: now)
        }
        nominateIfDue(now: now)
    }

    /// The place of a pair in the order of priorities.
    private func rank(_ path: ICEPath) -> Int { checks.index(of: path) ?? .max }

    private mutating func use(_ path: ICEPath, now: Instant) {
        consent = ConsentFreshness(
            path: path, interval: configuration.consentInterval, jitter: ids.nextNumber(), now: now)
        // A path that replaces a silent one is nominated anew.
        if nominated != path { nominated = nil }
        if nomination?.path != path { nomination = nil }
        previous?.consent = nil
        previous?.expiry = now + Self.restartLinger
        events.append(.pathSelected(path))
        setConnected()
    }

    private mutating func setConnected() {
        guard state != .connected else { return }
        state = .connected
        events.append(.connected)
    }

    /// When the path in use is to be nominated although better pairs are undecided.
    var nominationDue: Instant? {
        guard nominated == nil, nomination == nil, consent != nil, let firstValidAt else { return nil }
        return firstValidAt + configuration.nominationDelay
    }

    /// RFC 8445 section 8.1.1: the controlling agent decides when to nominate. We do when no better pair is left that
    /// could still become valid, or after a short while.
    mutating func nominateIfDue(now: Instant) {
        guard let due = nominationDue, let path = consent?.path, let index = checks.index(of: path) else { return }
        let isBest = checks.indices.prefix(upTo: index).allSatisfy { checks[$0].isFailed }
        guard isBest || due <= now else { return }
        let check = CheckTransaction(id: ids.next(), nominates: true, timing: timing, now: now)
        nomination = Nomination(path: path, check: check)
        transmit(check, on: checks[index])
    }

    mutating func retransmitNomination(now: Instant) {
        guard var current = nomination else { return }
        switch current.check.handleTimeout(now: now) {
        case .none: break
        case .transmit:
            nomination = current
            if let index = checks.index(of: current.path) { transmit(current.check, on: checks[index]) }
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
            state = .disconnected
            events.append(.disconnected)
            for index in checks.indices where checks[index].check == nil { checks[index].state = .waiting }
            nextCheckAt = now
        }
        sendConsentCheck(now: now)
        sendPreviousConsentCheck(now: now)
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
        let check = CheckTransaction(id: ids.next(), nominates: nominated == path, timing: timing, now: now)
        consent?.noteCheck(check.id, jitter: ids.nextNumber(), now: now)
        transmit(check, on: checks[index])
    }

    private mutating func sendPreviousConsentCheck(now: Instant) {
        guard let previous, let remote = previous.remote, let consent = previous.consent, consent.nextCheck <= now
        else { return }
        let id = ids.next()
        let bytes = BindingCheck.request(
            id: id, local: previous.local, remote: remote, role: .controlling, tieBreaker: tieBreaker,
            priority: ICECandidate.priority(kind: .prflx, preference: .max), nominates: true)
        self.previous?.consent?.noteCheck(id, jitter: ids.nextNumber(), now: now)
        transmits.append(ICETransmit(bytes: bytes, path: consent.path))
    }

    mutating func fail() {
        state = .failed
        consent = nil
        previous = nil
        nomination = nil
        nominated = nil
        checks = CheckList()
        triggered = []
        transmits = []
        events.append(.failed)
    }
}
