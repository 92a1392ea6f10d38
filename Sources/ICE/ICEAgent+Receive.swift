// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
internal import STUN

extension ICEAgent {
    /// A datagram for which `STUNMessage.isSTUN` holds.
    /// - Parameters:
    ///   - remote: where it came from.
    ///   - local: the address of ours that it was sent to: that of a local candidate.
    public mutating func receive(
        _ bytes: RawSpan, from remote: TransportAddress, to local: IPAddress, now: Instant
    ) {
        receive(bytes, on: ICEPath(remote: remote, local: local), now: now)
    }

    /// A STUN message that has come on a path of our own or through a relay.
    mutating func receive(_ bytes: RawSpan, on path: ICEPath, now: Instant) {
        guard let message = try? STUNMessage(parsing: bytes) else {
            dropped.malformed &+= 1
            return
        }
        guard message.method == .binding, !isOver else {
            dropped.other &+= 1
            return
        }
        switch message.messageClass {
        case .request: receiveRequest(message, on: path, now: now)
        case .success, .failure:
            if !receiveQueryResponse(message, on: path, now: now), !receiveResponse(message, on: path, now: now) {
                dropped.unexpectedResponse &+= 1
            }
        case .indication: dropped.other &+= 1
        }
    }

    // MARK: - Requests

    private mutating func receiveRequest(_ message: borrowing STUNMessage, on path: ICEPath, now: Instant) {
        guard isOurs(path) else {
            dropped.other &+= 1
            return
        }
        guard let username = try? message.username else {
            dropped.unauthenticated &+= 1
            return
        }
        let isCurrent = BindingCheck.isAddressed(username, to: local, from: remote)
        let isPrevious = previous.map { BindingCheck.isAddressed(username, to: $0.local, from: $0.remote) } ?? false
        guard isCurrent || isPrevious else {
            dropped.unauthenticated &+= 1
            return
        }
        let credentials = isCurrent ? local : previous?.local ?? local
        let request: BindingCheck.Request
        do throws(BindingCheck.Refusal) {
            request = try BindingCheck.authenticate(message, local: credentials)
        } catch {
            if error == .malformed { dropped.malformed &+= 1 } else { dropped.unauthenticated &+= 1 }
            return
        }
        // RFC 8445 section 7.1.1: PRIORITY "MUST be included in a Binding request".
        guard let priority = request.priority else {
            dropped.malformed &+= 1
            return
        }
        guard request.unknown.isEmpty else {
            let error = BindingCheck.failure(
                id: request.id, .unknownAttribute, unknown: request.unknown, local: credentials)
            send(error, on: path, now: now)
            return
        }
        guard !isCurrent || resolveConflict(request) else {
            send(BindingCheck.failure(id: request.id, .roleConflict, local: credentials), on: path, now: now)
            return
        }
        let answer = BindingCheck.success(id: request.id, mapped: path.remote, local: credentials)
        send(answer, on: path, now: now)
        guard isCurrent else { return }
        trigger(path, priority: priority, nominates: request.nominates && role == .controlled, now: now)
    }

    /// Whether requests may come this way.
    private func isOurs(_ path: ICEPath) -> Bool {
        if path.relay != nil { return true }
        return !configuration.isRelayOnly && hosts.contains { $0.address.address == path.local }
    }

    /// RFC 8445 section 7.3.1.1: the larger tie-breaker keeps its role, or the other one takes it up.
    /// - Returns: whether the peer may play the role that it does.
    private mutating func resolveConflict(_ request: BindingCheck.Request) -> Bool {
        guard request.role == role else { return true }
        // "If the agent's tiebreaker value is larger than or equal": the controlling agent answers 487, the controlled one
        // becomes controlling.
        let isLarger = tieBreaker >= request.tieBreaker
        if isLarger == (role == .controlling) { return false }
        switchRole()
        return true
    }

    /// Plays the other role from now on. What was asked in the old one is asked again.
    private mutating func switchRole() {
        role = role.opposite
        checks.setRole(role)
        nomination = nil
        nominated = nil
        consent?.forgetChecks()
        for index in checks.indices where checks[index].check != nil {
            checks[index].state = .waiting
            if !triggered.contains(checks[index].path) { triggered.append(checks[index].path) }
        }
    }

    /// RFC 8445 sections 7.3.1.3 and 7.3.1.4: the source of a check becomes a candidate if it is none, and its pair is
    /// checked next.
    private mutating func trigger(_ path: ICEPath, priority: UInt32, nominates: Bool, now: Instant) {
        if !remoteCandidates.contains(where: { $0.address == path.remote }) {
            let foundation = ICECandidate.foundation(kind: .prflx, transport: .udp, base: path.remote.address)
            addRemote(
                ICECandidate(foundation: foundation, priority: priority, address: path.remote, kind: .prflx), now: now)
        }
        insertChecked(path)
        // None when the limits are reached or the candidate is not reachable.
        guard let index = checks.index(of: path) else { return }
        checks[index].isChecked = true
        if nominates { checks[index].nominatedAt = now }
        switch checks[index].state {
        case .succeeded:
            // RFC 8445 section 7.3.1.5: nominated at once, or when our own check of the pair has been answered.
            if nominates { adopt(path, now: now) }
        case .inProgress(var check):
            // The RFC starts a new transaction at once; the one under way, sent again at once, does the same. But not more
            // often than we start checks, whatever the peer does.
            guard let sentAt = checks[index].sentAt, now - sentAt >= configuration.checkPacing else { break }
            check.hasten(now: now)
            checks[index].state = .inProgress(check)
        case .waiting, .failed:
            checks[index].state = .waiting
            if !triggered.contains(path) { triggered.append(path) }
        }
    }

    /// The pair of a path from which a check has come, if the list was too full for it: the peer is there, whatever it has
    /// said of other addresses.
    private mutating func insertChecked(_ path: ICEPath) {
        guard checks.index(of: path) == nil, let remote = remoteCandidates.first(where: { $0.address == path.remote })
        else { return }
        let locals = path.relay.map { relays[Int($0)].candidates } ?? hosts
        guard let local = locals.first(where: { $0.address.address == path.local }),
            CandidatePair.canPair(local, remote)
        else { return }
        var pair = CandidatePair(local: local, relay: path.relay, remote: remote)
        pair.isChecked = true
        checks.insert(pair, limit: Self.maximumPairs, keeping: consent?.path)
    }

    // MARK: - Responses

    /// Whether the response answers a check of ours. RFC 8445 section 7.2.5.2.1: only from where the check went, to where
    /// it came from; RFC 8489 section 9.1.4: only when its integrity is right.
    private mutating func receiveResponse(
        _ message: borrowing STUNMessage, on path: ICEPath, now: Instant
    ) -> Bool {
        let id = message.transactionID
        let succeeds = message.messageClass == .success && message.unknownRequiredAttributes().isEmpty
        if let consent = previous?.consent, consent.path == path, consent.isPending(id) {
            guard let remote = previous?.remote, BindingCheck.isAuthentic(message, remote: remote) else { return false }
            if succeeds { previous?.consent?.grant(now: now) }
            return true
        }
        guard let remote, let index = checks.index(of: path) else { return false }
        let isCheck = checks[index].check?.id == id
        let isNomination = nomination?.path == path && nomination?.check.id == id
        let isConsent = consent?.path == path && consent?.isPending(id) ?? false
        guard isCheck || isNomination || isConsent, BindingCheck.isAuthentic(message, remote: remote) else {
            return false
        }
        guard succeeds else {
            // RFC 7675 section 5.2: an authenticated 403 revokes consent at once. Any other refusal fails the check (RFC
            // 8445 section 7.2.5.2.4), and the path in use ends by itself when no answer follows.
            if consent?.path == path, let error = try? message.errorCode, error.code == STUNErrorCode.forbidden.code {
                fail()
                return true
            }
            if let error = try? message.errorCode, error.code == STUNErrorCode.roleConflict.code {
                // RFC 8445 section 7.2.5.1. Checks of the old role are forgotten, so that none switches back.
                if isCheck { checks[index].state = .waiting }
                switchRole()
                if isCheck, !triggered.contains(path) { triggered.append(path) }
                return true
            }
            if isCheck { checks[index].state = .failed }
            if isNomination { nomination = nil }
            return true
        }
        checks[index].state = .succeeded
        checks[index].mapped = (try? message.xorMappedAddress) ?? nil
        if isNomination {
            nominated = path
            nomination = nil
        }
        notePathValid(path, now: now)
        return true
    }
}
