// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
internal import STUN
internal import TURN

// Which addresses we have: those of the host, what NATs make of them, and those of relays.
extension ICEAgent {
    struct Gathering: Sendable {
        var isStarted = false
        /// The driver has been told that there are no more.
        var isComplete = false
        var reflexive: [Reflexive] = []
        var queries: [Query] = []
        var nextQueryAt: Instant?
    }

    struct Reflexive: Sendable {
        let candidate: ICECandidate
        let base: IPAddress
        let server: TransportAddress
    }

    /// A Binding request to a STUN server, waiting for its turn or under way.
    struct Query: Sendable {
        let base: ICECandidate
        let server: TransportAddress
        var transaction: STUNTransaction?
    }

    /// A server that does not answer keeps gathering open for 7.5 s.
    static let queryTiming = STUNTransaction.Timing(
        initial: .milliseconds(500), maximum: .seconds(2), transmissions: 5)

    /// All candidates of ours that the peer may be told.
    public var localCandidates: [ICECandidate] {
        let own = configuration.isRelayOnly ? [] : hosts + gathering.reflexive.map(\.candidate)
        return own + relays.flatMap(\.candidates)
    }

    /// Begins to tell candidates by ``ICEEvent/candidate(_:)``, those of addresses that were added before included, and to
    /// ask the servers of the configuration for more. Who has neither servers nor a peer to tell needs no call.
    public mutating func gather(now: Instant) {
        guard !gathering.isStarted, !isOver else { return }
        gathering.isStarted = true
        regather(now: now)
    }

    /// An address of ours, which is also its own base: `candidate.address` is where the driver has a socket. One that is
    /// not a UDP host candidate of component 1, whose IP is already there, or one too many is ignored.
    public mutating func addLocal(_ candidate: ICECandidate, now: Instant) {
        guard candidate.kind == .host, candidate.transport == .udp, candidate.component == 1, !isOver,
            hosts.count < Self.maximumLocalCandidates,
            !hosts.contains(where: { $0.address.address == candidate.address.address })
        else { return }
        hosts.append(candidate)
        for remote in remoteCandidates { pair(candidate, remote, now: now) }
        guard gathering.isStarted, !configuration.isRelayOnly else { return }
        events.append(.candidate(candidate))
        query(candidate, now: now)
        completeIfDone()
    }

    /// An address that is gone: the host has left a network. When the path in use was there, all other pairs are checked
    /// again, and whoever can signal should also restart; otherwise nothing happens but that it is used no more.
    public mutating func removeLocal(_ address: IPAddress, now: Instant) {
        guard let index = hosts.firstIndex(where: { $0.address.address == address }), !isOver else { return }
        hosts.remove(at: index)
        gathering.reflexive.removeAll { $0.base == address }
        gathering.queries.removeAll { $0.base.address.address == address }
        removePairs(now: now) { $0.relay == nil && $0.local == address }
        completeIfDone()
    }

    /// Forgets paths that no longer exist.
    mutating func removePairs(now: Instant, _ isGone: (ICEPath) -> Bool) {
        checks.remove { isGone($0.path) }
        triggered.removeAll(where: isGone)
        if let path = nomination?.path, isGone(path) { nomination = nil }
        if let path = nominated, isGone(path) { nominated = nil }
        if let path = previous?.consent?.path, isGone(path) { previous?.consent = nil }
        if let path = consent?.path, isGone(path) {
            consent = nil
            nominated = nil
            nomination = nil
        }
        guard selectedPath == nil, state == .connected else { return }
        startedAt = now
        search(now: now)
    }

    // MARK: - Server-reflexive candidates

    /// Tells all there is, and asks the servers.
    mutating func regather(now: Instant) {
        guard gathering.isStarted else { return }
        gathering.reflexive = []
        gathering.queries = []
        gathering.nextQueryAt = nil
        gathering.isComplete = false
        if !configuration.isRelayOnly {
            for host in hosts {
                events.append(.candidate(host))
                query(host, now: now)
            }
        }
        for index in relays.indices {
            for candidate in relays[index].candidates { events.append(.candidate(candidate)) }
            if !relays[index].client.isAllocated { allocate(server: UInt8(index), now: now) }
        }
        completeIfDone()
    }

    /// RFC 8445 section 5.1.1.2: each base asks each server of its family.
    private mutating func query(_ base: ICECandidate, now: Instant) {
        gathering.isComplete = false
        let ip = base.address.address
        // What is said on the host itself or on one link, no server sees.
        guard !ip.isLinkLocal else { return }
        for server in stunServers {
            guard server.address.isIPv4 == ip.isIPv4, server.address.isLoopback == ip.isLoopback else { continue }
            gathering.queries.append(Query(base: base, server: server))
            if gathering.nextQueryAt == nil { gathering.nextQueryAt = now }
        }
    }

    /// A TURN server over UDP answers Binding requests as well (RFC 8656 section 7 builds on RFC 8489), and most services
    /// name no other server.
    private var stunServers: [TransportAddress] {
        var servers: [TransportAddress] = []
        let relaying = configuration.turnServers.filter { $0.transport == .udp }.map(\.address)
        for server in configuration.stunServers + relaying {
            guard servers.count < Self.maximumServers, !servers.contains(server) else { continue }
            servers.append(server)
        }
        return servers
    }

    var gatheringDeadline: Instant? {
        var earliest: Instant?
        for query in gathering.queries {
            earliest = Instant.earliest(earliest, query.transaction?.deadline ?? gathering.nextQueryAt)
        }
        return earliest
    }

    /// Asks the next server, one in Ta (RFC 8445 section 14.2), and again those that have not answered.
    mutating func gatherMore(now: Instant) {
        var index = 0
        while index < gathering.queries.count {
            guard var transaction = gathering.queries[index].transaction else {
                index += 1
                continue
            }
            switch transaction.handleTimeout(now: now) {
            case .none: index += 1
            case .transmit:
                gathering.queries[index].transaction = transaction
                transmit(gathering.queries[index], transaction.id)
                index += 1
            case .fail:
                gathering.queries.remove(at: index)
                completeIfDone()
            }
        }
        guard let due = gathering.nextQueryAt, due <= now,
            let next = gathering.queries.firstIndex(where: { $0.transaction == nil })
        else { return }
        let transaction = STUNTransaction(id: ids.next(), timing: Self.queryTiming, now: now)
        gathering.queries[next].transaction = transaction
        transmit(gathering.queries[next], transaction.id)
        gathering.nextQueryAt = now + configuration.checkPacing
    }

    private mutating func transmit(_ query: Query, _ id: TransactionID) {
        let bytes = STUNMessageBuilder(.request, .binding, id: id).finish()
        let path = ICEPath(remote: query.server, local: query.base.address.address)
        transmits.append(ICETransmit(bytes: bytes, path: path))
    }

    /// Whether a response is that of a STUN server to a query of ours. It is not authenticated: that it comes from where
    /// the query went and knows its 96 bits is all there is.
    mutating func receiveQueryResponse(_ message: borrowing STUNMessage, on path: ICEPath, now: Instant) -> Bool {
        guard path.relay == nil,
            let index = gathering.queries.firstIndex(where: { $0.transaction?.id == message.transactionID }),
            gathering.queries[index].server == path.remote,
            gathering.queries[index].base.address.address == path.local
        else { return false }
        if message.hasFingerprint, !message.hasValidFingerprint { return false }
        let query = gathering.queries.remove(at: index)
        if message.messageClass == .success, message.unknownRequiredAttributes().isEmpty,
            let mapped = ((try? message.xorMappedAddress) ?? nil) ?? ((try? message.mappedAddress) ?? nil)
        {
            note(mapped, of: query)
        }
        completeIfDone()
        return true
    }

    private mutating func note(_ mapped: TransportAddress, of query: Query) {
        let base = query.base.address
        let candidate = ICECandidate(
            foundation: ICECandidate.foundation(
                kind: .srflx, transport: .udp, base: base.address, server: query.server.address),
            priority: ICECandidate.priority(
                kind: .srflx, preference: UInt16(truncatingIfNeeded: query.base.priority >> 8)),
            address: mapped, kind: .srflx, relatedAddress: base)
        // RFC 8445 section 5.1.3: an address that is one of ours already is redundant, as without a NAT.
        guard candidate.isReachable, mapped.address.isIPv4 == base.address.isIPv4,
            gathering.reflexive.count < Self.maximumReflexiveCandidates,
            !hosts.contains(where: { $0.address == mapped }),
            !gathering.reflexive.contains(where: { $0.candidate.address == mapped })
        else { return }
        gathering.reflexive.append(Reflexive(candidate: candidate, base: base.address, server: query.server))
        events.append(.candidate(candidate))
    }

    mutating func completeIfDone() {
        guard gathering.isStarted, !gathering.isComplete, gathering.queries.isEmpty,
            !relays.contains(where: { $0.client.state == .allocating })
        else { return }
        gathering.isComplete = true
        events.append(.gatheringComplete)
    }

    /// How the peer sees our end of a pair.
    func seenLocal(of pair: CandidatePair) -> ICECandidate {
        guard pair.relay == nil, let mapped = pair.mapped, mapped != pair.local.address else { return pair.local }
        let base = pair.local.address
        if let known = gathering.reflexive.first(where: { $0.candidate.address == mapped && $0.base == base.address }) {
            return known.candidate
        }
        return ICECandidate(
            foundation: ICECandidate.foundation(kind: .prflx, transport: .udp, base: base.address),
            priority: announcedPriority(of: pair), address: mapped, kind: .prflx, relatedAddress: base)
    }
}
