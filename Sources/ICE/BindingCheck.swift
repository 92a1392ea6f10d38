// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import STUN

/// Writes and authenticates the Binding messages of both agents.
///
/// [RFC 8445 section 7](https://www.rfc-editor.org/rfc/rfc8445#section-7).
enum BindingCheck {
    /// What an authenticated request asks.
    struct Request {
        let id: TransactionID
        let priority: UInt32?
        let nominates: Bool
        /// The role that the peer plays; `nil` when it does not say.
        let role: ICERole?
        let tieBreaker: UInt64
        let unknown: [STUNAttributeType]
    }

    enum Refusal: Error { case malformed, unauthenticated }

    static func request(
        id: TransactionID, local: ICECredentials, remote: ICECredentials, role: ICERole, tieBreaker: UInt64,
        priority: UInt32, nominates: Bool = false
    ) -> [UInt8] {
        var builder = STUNMessageBuilder(.request, id: id)
        // RFC 8445 section 7.2.2: "The username for the credential is formed by concatenating the username fragment
        // provided by the peer with the username fragment of the ICE agent sending the request, separated by a colon".
        builder.add(.username, "\(remote.ufrag):\(local.ufrag)")
        builder.add(role == .controlling ? .iceControlling : .iceControlled, tieBreaker)
        builder.add(.priority, priority)
        if nominates { builder.add(.useCandidate) }
        return builder.finish(integrityKey: Array(remote.password.utf8))
    }

    static func success(id: TransactionID, mapped: TransportAddress, local: ICECredentials) -> [UInt8] {
        var builder = STUNMessageBuilder(.success, id: id)
        builder.add(.xorMappedAddress, mapped)
        return builder.finish(integrityKey: Array(local.password.utf8))
    }

    static func failure(
        id: TransactionID, _ error: STUNErrorCode, unknown: [STUNAttributeType] = [], local: ICECredentials
    ) -> [UInt8] {
        var builder = STUNMessageBuilder(.failure, id: id)
        builder.add(error)
        if !unknown.isEmpty { builder.add(unknown: unknown) }
        return builder.finish(integrityKey: Array(local.password.utf8))
    }

    /// Whether the user name of a request is `local`'s fragment, a colon and, when it is known, `remote`'s.
    static func isAddressed(
        _ username: String, to local: ICECredentials, from remote: ICECredentials?
    ) -> Bool {
        if let remote { return username == "\(local.ufrag):\(remote.ufrag)" }
        return username.hasPrefix("\(local.ufrag):")
    }

    /// Believes a request, or says why not. Nothing is answered to one that is not believed: RFC 8489 section 9.1.3 would
    /// have us send 400 or 401, by which anybody could have us send datagrams to anybody.
    static func authenticate(
        _ message: borrowing STUNMessage, local: ICECredentials
    ) throws(Refusal) -> Request {
        guard message.hasIntegrity, message.hasValidFingerprint,
            message.verifyIntegrity(key: Array(local.password.utf8))
        else { throw .unauthenticated }
        do throws(ParseError) {
            let (controlling, controlled) = (try message.iceControlling, try message.iceControlled)
            let role: ICERole? = controlling != nil ? .controlling : controlled != nil ? .controlled : nil
            return Request(
                id: message.transactionID, priority: try message.priority, nominates: try message.useCandidate,
                role: role, tieBreaker: controlling ?? controlled ?? 0, unknown: message.unknownRequiredAttributes())
        } catch {
            throw .malformed
        }
    }

    /// Whether a response is from who knows the password that `remote` gave us. FINGERPRINT must be right when there.
    static func isAuthentic(_ response: borrowing STUNMessage, remote: ICECredentials) -> Bool {
        if response.hasFingerprint, !response.hasValidFingerprint { return false }
        return response.verifyIntegrity(key: Array(remote.password.utf8))
    }
}
