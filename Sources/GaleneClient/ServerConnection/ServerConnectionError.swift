// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol

/// Why something that was asked of a server did not happen. The description is a sentence for people.
public struct ServerConnectionError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// An argument makes no sense: a URL that is none, a name too long.
        case invalidArgument
        /// The server cannot be reached, or is not one.
        case unreachable
        /// The server has refused; `identifier` is its word for the reason where it has one that programs can use.
        case refused
        /// The group is elsewhere: `location` says where.
        case redirected
        /// The server has broken the protocol, or speaks another version of it.
        case protocolViolation
        /// Nothing was heard for too long.
        case timedOut
        /// The connection is not open, or one is not in the group that this needs.
        case notConnected
        /// The connection ended while this was under way.
        case closed
        /// This consumer of events has not taken them for so long that they would have filled the memory.
        case fellBehind
        /// Media or data could not be negotiated or carried.
        case media
    }

    public let code: Code
    public let description: String
    /// With ``Code/refused``: `need-username` or `duplicate-username`.
    public var identifier: Joined.Failure?
    /// With ``Code/redirected``: the URL of the group's page.
    public var location: String?

    public init(
        _ code: Code, _ description: String, identifier: Joined.Failure? = nil, location: String? = nil
    ) {
        self.code = code
        self.description = description
        self.identifier = identifier
        self.location = location
    }
}
