// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase
import RTP

/// What the session knows of one stream: its place in the protocol, nothing of its media.
struct StreamRecord {
    let id: String
    let localID: String
    let isUp: Bool
    var label: String
    /// Who publishes it; `nil` for one's own.
    var source: String?
    var username: String?
    /// The up stream that this one takes the place of, until that has been said to the server.
    var replace: String?
    /// Our description has gone out: candidates may follow.
    var isLocalDescribed = false
    /// The server's description has been applied: its candidates may be.
    var isRemoteDescribed = false
    /// When the server must have answered our last offer; `nil` when none is unanswered.
    var answerExpiry: Instant?
    /// Media can flow.
    var isConnected = false
    /// What the stream carries, by what is known of its tracks.
    var kinds: Set<MediaKind> = []
    /// Held back: a request for a stream that is just coming could hit one that has just been replaced, which some
    /// servers answer by ending the connection (spec 6.8).
    var pendingRequest: [RequestedTrack]??
    private(set) var localCandidates: [CandidateDescription] = []
    private(set) var remoteCandidates: [CandidateDescription] = []

    /// More candidates than a server has addresses. Of more than that the first half and the latest stay, as with
    /// ``EarlyCandidates``.
    static let maximumCandidates = 64

    init(id: String, localID: String, isUp: Bool, label: String = "") {
        self.id = id
        self.localID = localID
        self.isUp = isUp
        self.label = label
    }

    mutating func keepLocal(_ candidate: CandidateDescription) {
        if localCandidates.count < Self.maximumCandidates { localCandidates.append(candidate) }
    }

    mutating func keepRemote(_ candidate: CandidateDescription) {
        if remoteCandidates.count >= Self.maximumCandidates { remoteCandidates.remove(at: Self.maximumCandidates / 2) }
        remoteCandidates.append(candidate)
    }

    mutating func takeLocalCandidates() -> [CandidateDescription] {
        defer { localCandidates = [] }
        return localCandidates
    }

    mutating func takeRemoteCandidates() -> [CandidateDescription] {
        defer { remoteCandidates = [] }
        return remoteCandidates
    }
}
