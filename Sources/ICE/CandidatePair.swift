// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import STUN

/// A local and a remote candidate that may reach each other, and how far their check has come.
///
/// [RFC 8445 section 6.1.2](https://www.rfc-editor.org/rfc/rfc8445#section-6.1.2).
struct CandidatePair: Sendable {
    enum State: Sendable {
        case waiting
        case inProgress(STUNTransaction)
        case succeeded
        case failed
    }

    /// A base: a host candidate or a relayed one. RFC 8445 section 6.1.2.4 replaces a reflexive candidate by its base and
    /// prunes the pair, so that a pair of a reflexive candidate never is.
    let local: ICECandidate
    /// The TURN server of a relayed candidate.
    let relay: UInt8?
    var remote: ICECandidate
    var state = State.waiting
    /// The peer has sent an authenticated check on this pair.
    var isChecked = false
    /// When the controlling peer last nominated this pair.
    var nominatedAt: Instant?
    /// When our last check of it went out.
    var sentAt: Instant?
    /// How the peer saw our last check that it answered.
    var mapped: TransportAddress?
    private(set) var priority: UInt64 = 0

    init(local: ICECandidate, relay: UInt8? = nil, remote: ICECandidate) {
        self.local = local
        self.relay = relay
        self.remote = remote
    }

    var path: ICEPath { ICEPath(remote: remote.address, local: local.address.address, relay: relay) }

    /// Whether a server relays on the way.
    var isRelayed: Bool { relay != nil || remote.kind == .relay }

    var isSucceeded: Bool { if case .succeeded = state { true } else { false } }
    var isWaiting: Bool { if case .waiting = state { true } else { false } }
    var isFailed: Bool { if case .failed = state { true } else { false } }

    var check: STUNTransaction? { if case .inProgress(let check) = state { check } else { nil } }

    /// RFC 8445 section 6.1.2.3: 2^32 × MIN(G, D) + 2 × MAX(G, D) + (G > D ? 1 : 0), G being the controlling side's.
    mutating func rank(as role: ICERole) {
        // A candidate's priority ends at 2^31 - 1 (section 5.1.2), which keeps the sum within 64 bits.
        let (ours, theirs) = (UInt64(min(local.priority, 0x7fff_ffff)), UInt64(min(remote.priority, 0x7fff_ffff)))
        let (g, d) = role == .controlling ? (ours, theirs) : (theirs, ours)
        priority = min(g, d) << 32 + 2 * max(g, d) + (g > d ? 1 : 0)
    }

    /// Whether two candidates may form a pair: RFC 8445 section 6.1.2.2 wants the same component and IP version, and
    /// "IPv6 link-local addresses MUST NOT be paired with other than link-local addresses".
    static func canPair(_ local: ICECandidate, _ remote: ICECandidate) -> Bool {
        let (a, b) = (local.address.address, remote.address.address)
        guard local.component == remote.component, a.isIPv4 == b.isIPv4 else { return false }
        return a.isIPv4 || a.isLinkLocal == b.isLinkLocal
    }
}

/// The pairs of one session in the order of their priorities.
struct CheckList: Sendable {
    private(set) var pairs: [CandidatePair] = []
    private(set) var role: ICERole

    init(role: ICERole) { self.role = role }

    func index(of path: ICEPath) -> Int? { pairs.firstIndex { $0.path == path } }

    subscript(index: Int) -> CandidatePair {
        get { pairs[index] }
        set { pairs[index] = newValue }
    }

    var indices: Range<Int> { pairs.indices }

    /// Inserts a pair unless it is there. Beyond `limit` a waiting or failed pair of low priority goes, never `kept`: as far
    /// as possible none that the peer has checked, and not the last one of a remote candidate.
    ///
    /// RFC 8445 section 6.1.2.5 wants such a limit, and simply the pairs of lowest priority discarded. Then a peer, or
    /// whoever speaks for it, could push its one good address out with others of high priority that lead nowhere.
    mutating func insert(_ pair: CandidatePair, limit: Int, keeping kept: ICEPath?) {
        guard index(of: pair.path) == nil else { return }
        var pair = pair
        pair.rank(as: role)
        let place = pairs.firstIndex { $0.priority < pair.priority } ?? pairs.count
        pairs.insert(pair, at: place)
        guard pairs.count > limit else { return }
        func isIdle(_ pair: CandidatePair) -> Bool { (pair.isWaiting || pair.isFailed) && pair.path != kept }
        func isUnproven(_ pair: CandidatePair) -> Bool { isIdle(pair) && !pair.isChecked }
        func hasSibling(_ pair: CandidatePair) -> Bool {
            pairs.contains { $0.remote.address == pair.remote.address && $0.path != pair.path }
        }
        let victim =
            pairs.lastIndex { isUnproven($0) && hasSibling($0) } ?? pairs.lastIndex(where: isUnproven)
            ?? pairs.lastIndex(where: isIdle)
        pairs.remove(at: victim ?? place)
    }

    /// Gives a remote candidate that was peer-reflexive so far the type and priority that its sender now says.
    mutating func update(_ candidate: ICECandidate) {
        for index in pairs.indices where pairs[index].remote.address == candidate.address {
            pairs[index].remote = candidate
        }
        sort()
    }

    /// RFC 8445 section 7.3.1.1: a change of the role changes the priorities.
    mutating func setRole(_ role: ICERole) {
        self.role = role
        sort()
    }

    mutating func remove(_ isRemoved: (CandidatePair) -> Bool) { pairs.removeAll(where: isRemoved) }

    private mutating func sort() {
        for index in pairs.indices { pairs[index].rank(as: role) }
        pairs.sort { $0.priority > $1.priority }
    }
}
