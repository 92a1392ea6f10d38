// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import STUN

/// Why a server relays nothing, in words for whoever runs the client.
///
/// [RFC 8656 section 19](https://www.rfc-editor.org/rfc/rfc8656#section-19).
public struct TURNFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server's error code; `nil` when the server did not refuse.
    public let code: UInt16?
    /// A constant sentence: nothing that the server wrote.
    public let reason: String

    init(_ reason: StaticString) {
        code = nil
        self.reason = reason.description
    }

    init(_ error: STUNErrorCode) {
        code = error.code
        reason = Self.reason(error.code)
    }

    public var description: String { code.map { "\(reason) (\($0))" } ?? reason }

    public static let noAnswer = TURNFailure("the TURN server does not answer")
    public static let disconnected = TURNFailure("the connection to the TURN server is lost")
    public static let notTURN = TURNFailure("what listens there is not a TURN server")
    public static let noRelayedAddress = TURNFailure("the TURN server gave no address that can be used")
    public static let noCredentials = TURNFailure("the TURN server wants a user name and a password")
    public static let wrongCredentials = TURNFailure("the TURN server does not accept the user name or the password")
    public static let unusableChallenge = TURNFailure("the TURN server's realm or nonce is missing or too long")
    public static let endlessNonces = TURNFailure("the TURN server takes none of its own nonces")
    public static let uselessAlternate = TURNFailure("the TURN server names another one that is of no use")

    private static func reason(_ code: UInt16) -> String {
        switch code {
        case STUNErrorCode.badRequest.code: "the TURN server did not understand the request"
        case STUNErrorCode.unauthenticated.code, STUNErrorCode.wrongCredentials.code: wrongCredentials.reason
        case STUNErrorCode.forbidden.code: "the TURN server's administrator forbids this"
        case STUNErrorCode.unknownAttribute.code: "the TURN server lacks something that is needed"
        case STUNErrorCode.allocationMismatch.code:
            "the TURN server confuses this client with another one, or has lost its allocation"
        case STUNErrorCode.addressFamilyNotSupported.code: "the TURN server has no address of this family"
        case STUNErrorCode.unsupportedTransport.code: "the TURN server does not relay UDP"
        case STUNErrorCode.peerAddressFamilyMismatch.code: "the peer's address is of another family than the relay's"
        case STUNErrorCode.allocationQuotaReached.code: "this user has too many allocations at the TURN server"
        case STUNErrorCode.serverError.code: "the TURN server has an error of its own"
        case STUNErrorCode.insufficientCapacity.code: "the TURN server has no room"
        default: "the TURN server refuses"
        }
    }
}
