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
        case inProgress(CheckTransaction)
        case succeeded
        case failed
    }

    let local: ICECandidate
    var remote: ICECandidate
    var state = State.waiting
    /// The peer has sent an authenticated check on this pair.
    var isChecked = false

    init(local: ICECandidate, remote: ICECandidate) {
        self.local = local
        self.remote = remote
    }

    /// Local candidates are their own base here: every one is a host candidate.
    var path: ICEPath { ICEPath(remote: remote.address, local: local.address.address) }

    var isSucceeded: Bool { if case .succeeded = state { true } else { false } }
    var isWaiting: Bool { if case .waiting = state { true } else { false } }
    var isFailed: Bool { if case .failed = state { true } else { false } }

    var check: CheckTransaction? { if case .inProgress(let check) = state { check } else { nil } }

    /// RFC 8445 section 6.1.2.3 for the controlling side: 2^32 × MIN(G, D) + 2 × MAX(G, D) + (G > D ? 1 : 0).
    var priority: UInt64 {
        // A candidate's priority ends at 2^31 - 1 (section 5.1.2), which keeps the sum within 64 bits.
        let g = UInt64(min(local.priority, 0x7fff_ffff))
        let d = UInt64(min(remote.priority, 0x7fff_ffff))
        return min(g, d) << 32 + 2 * max(g, d) + (g > d ? 1 : 0)
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

    func index(of path: ICEPath) -> Int? { pairs.firstIndex { $0.path == path } }

    subscript(index: Int) -> CandidatePair {
        get { pairs[index] }
        set { pairs[index] = newValue }
    }

    var indices: Range<Int> { pairs.indices }

    /// Inserts a pair unless it is there; beyond `limit` the waiting or failed pair of lowest priority goes, never `kept`.
    ///
    /// RFC 8445 section 6.1.2.5 wants such a limit, and the pairs of lowest priority discarded.
    mutating func insert(_ pair: CandidatePair, limit: Int, keeping kept: ICEPath?) {
        guard index(of: pair.path) == nil else { return }
        let place = pairs.firstIndex { $0.priority < pair.priority } ?? pairs.count
        pairs.insert(pair, at: place)
        guard pairs.count > limit else { return }
        let victim = pairs.lastIndex { ($0.isWaiting || $0.isFailed) && $0.path != kept }
        pairs.remove(at: victim ?? place)
    }

    /// Gives a remote candidate that was peer-reflexive so far the type and priority that its sender now says.
    mutating func update(_ candidate: ICECandidate) {
        for index in pairs.indices where pairs[index].remote.address == candidate.address {
            pairs[index].remote = candidate
        }
        pairs.sort { $0.priority > $1.priority }
    }
}
