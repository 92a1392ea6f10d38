// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ICE
import MediaLoop
import WebRTC

/// What the driver of a session has to do, in this order.
enum SessionAction: Sendable {
    case send(ServerMessage)
    /// As `send`, for a message that others get as well.
    case forward(SharedMessage)
    /// To be executed after all operations before it, and answered by ``ClientSession/finish(_:now:)``.
    case perform(SessionOperation)
    case close(SessionClosure)
}

/// How a connection ends.
enum SessionClosure: Sendable, Equatable {
    /// With a closing handshake.
    case code(UInt16, reason: String)
    /// Without one: the peer has never spoken the protocol.
    case drop

    /// The purpose is fulfilled (RFC 6455 section 7.4.1, as all of these).
    static func normal(_ reason: String) -> SessionClosure { .code(1000, reason: reason) }
    /// The server goes away.
    static let goingAway = SessionClosure.code(1001, reason: GroupDirectory.stoppingText)
    static func protocolError(_ reason: String) -> SessionClosure { .code(1002, reason: reason) }
    /// What the protocol answers to messages that cannot be decoded, and to silence.
    static let unexpected = SessionClosure.code(1011, reason: "")
}

/// What a session needs of others. Each is answered by exactly one ``SessionResult``.
enum SessionOperation: Sendable {
    case join(JoinRequest)
    /// Leaves the group, after the streams on the worker have been closed.
    case leave(streams: [StreamID])
    case chat(Chat)
    case userMessage(UserMessage)
    case setUserData([String: JSONValue])
    case moderate(Moderation)
    /// Which sub-groups somebody is in.
    case listSubgroups

    case openUpStream(UpStreamOpening)
    case updateUpStream(id: String, StreamID, local: ICECredentials, remote: RemoteTransport, [NegotiatedTrack])
    /// The receivers are told.
    case closeUpStream(id: String, StreamID)
    /// Offers a stream of this member's to all others.
    case push(id: String)
    /// Asks for the others' streams, or one of them, as they are now.
    case refresh(id: String?)

    case openDownStream(id: String, local: ICECredentials, [DownTrackParameters])
    case connectDownStream(id: String, DownStreamAnswer)
    /// Changes what a stream carries without the receiver's knowledge.
    case updateDownStream(id: String, StreamID, DownStreamUpdate)
    /// Ends a stream on the worker without telling anybody.
    case closeMedia(StreamID)
}

struct JoinRequest: Sendable, Equatable {
    var group: String
    var clientID: String
    var username: String?
    var password: String
    var token: String?
    var data: [String: JSONValue]
}

struct UpStreamOpening: Sendable {
    var id: String
    var label: String
    /// The stream that this one takes the place of, if it is one of this member's.
    var replaces: String?
    var local: ICECredentials
    var remote: RemoteTransport
    var tracks: [NegotiatedTrack]
}

/// A client's answer to one of our offers, as the worker needs it.
struct DownStreamAnswer: Sendable {
    var media: StreamID
    /// What the offer contained; `nil` for the first one, which the worker knows.
    var update: DownStreamUpdate?
    var remote: RemoteTransport
    var rejected: Set<String>
}

/// What a down stream carries from now on.
struct DownStreamUpdate: Sendable, Equatable {
    /// Ours; others than before restart ICE.
    var local: ICECredentials
    var tracks: [DownTrackParameters]
}

/// How an operation ended.
enum SessionResult: Sendable {
    case done
    /// To be told to the person.
    case failed(String)
    case joinRefused(JoinRefusal)
    case upStreamOpened(id: String, StreamID)
    case upStreamUpdated(id: String)
    case upStreamFailed(id: String, String)
    case downStreamOpened(id: String, StreamID)
    /// The worker has not opened it.
    case downStreamRefused(id: String)
    /// The worker could not do with it what was asked.
    case downStreamFailed(id: String, StreamID)
}

/// Why a client may not join. A successful join is answered by ``GroupEvent/joined(_:)``.
enum JoinRefusal: Error, Sendable, Equatable {
    case illegalName
    case noSuchGroup
    /// The group that was found has been forgotten meanwhile: there may be another of its name.
    case retired
    /// Wrong password, unknown user, invalid name. Told after a delay, and without saying which.
    case notAuthorised
    /// More passwords are being checked than the server can. Told after a delay as well.
    case busy
    case needUsername
    case duplicateUsername
    case duplicateClient
    case missingClientID
    /// With what the operator had to say.
    case locked(String)
    case notOpenYet
    case closed
    case noOperators
    case full
    /// The group's description is broken.
    case internalError
    /// The group lives elsewhere.
    case redirect(String)

    var text: String {
        switch self {
        case .illegalName: "illegal group name"
        case .noSuchGroup, .retired: "group does not exist"
        case .notAuthorised: Group.notAuthorised
        case .busy: "the server is busy: try again in a moment"
        case .needUsername: "username required"
        case .duplicateUsername: "username is taken"
        case .duplicateClient: "a client with this id is in the group already"
        case .missingClientID: "a client needs an id to join"
        case .locked(let message): message
        case .notOpenYet: "this group is not open yet"
        case .closed: "this group is closed"
        case .noOperators: "there are no operators in this group"
        case .full: "too many users"
        case .internalError: "internal server error"
        case .redirect(let url): url
        }
    }

    /// Whether whoever tries has to wait, so that nobody can try often.
    var isDelayed: Bool { self == .notAuthorised || self == .busy }

    var failure: Joined.Failure? {
        switch self {
        case .needUsername: .needUsername
        case .duplicateUsername: .duplicateUsername
        default: nil
        }
    }
}
