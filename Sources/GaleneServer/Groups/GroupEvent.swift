// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ICE
import MediaLoop
import RTCCrypto
import RTP

/// What a group tells a member. Every member gets the group's events in the order in which they happened.
enum GroupEvent: Sendable {
    /// The first event: the member is in.
    case joined(JoinedGroup)
    /// The last event: the member is out, because it asked.
    case left(GroupState)
    /// The description, the lock or the group's data changed.
    case changed(GroupState)
    /// The member's own permissions changed. Streams that it may no longer send have been taken from the others.
    case permissionsChanged([Permission], GroupState)
    /// To be passed on to the client as it is.
    case message(SharedMessage)
    /// A stream of another member exists, or its tracks changed.
    case stream(StreamSnapshot)
    /// Streams of another member ended.
    case streamsClosed([String])
    /// What a worker says about a stream of this member's own.
    case media(MediaEvent)
    /// A track of an up stream of this member's own has started.
    case trackStarted(String)
    /// The last event: the member is out, because somebody has sent it away.
    case kicked(UserMessage)
}

/// What a newcomer learns.
struct JoinedGroup: Sendable {
    var group: String
    var username: String
    var permissions: [Permission]
    var state: GroupState
    var history: [Chat]
    /// The newcomer first, then the others.
    var users: [UserChange]
    var media: GroupMedia
}

/// What a session needs to negotiate streams of a group.
struct GroupMedia: Sendable {
    var codecs: [Codec]
    var candidates: [ICECandidate]
    var fingerprint: CertificateFingerprint
}

/// An up stream as its receivers see it at one moment.
struct StreamSnapshot: Sendable, Hashable {
    var id: String
    /// The publisher's client id and name.
    var source: String
    var username: String
    var label: String
    /// Streams that this one takes the place of, the latest first.
    var replaces: [String]
    /// The tracks that carry packets, in the order of the SDP, the best simulcast encoding first.
    var tracks: [UpTrackInfo]
    /// The sections, by mid, that were negotiated with several encodings, whether or not they have started.
    var simulcastSections: Set<String> = []
}

/// Where a group puts a member's events.
protocol GroupMember: AnyObject, Sendable {
    func post(_ event: GroupEvent)
}
