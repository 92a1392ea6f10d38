// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

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
    case dataTooLarge
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
        case .dataTooLarge: Group.dataTooLarge
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
