// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCCrypto

/// Who may join a group, and with which permissions.
///
/// An actor of its own, so that of all key derivations, which are made to be slow, only one runs at a time and none on a
/// group's actor or a connection's event loop: whoever guesses passwords slows down others who log in, and nobody else.
actor Authorisation {
    struct Login: Equatable, Sendable {
        var username: String
        var permissions: [Permission]
    }

    /// - Returns: why not, without saying whether the name or the password was wrong.
    func authorise(_ request: JoinRequest, by description: GroupDescription) -> Result<Login, JoinRefusal> {
        // This server issues no tokens, so that it knows none.
        guard request.token == nil, let username = request.username, Username.isValid(username),
            let user = description.users[username] ?? description.wildcardUser,
            matches(request.password, user.password)
        else { return .failure(.notAuthorised) }
        return .success(Login(username: username, permissions: description.permissions(of: user)))
    }

    private func matches(_ password: String, _ stored: Password?) -> Bool {
        switch stored {
        case .plain, .wildcard: stored?.matches(password) ?? false
        case .pbkdf2(let parameters):
            (try? PBKDF2.sha256(
                password: Array(password.utf8), salt: parameters.salt, iterations: parameters.iterations,
                length: parameters.key.count)).map { constantTimeEquals($0, parameters.key) } ?? false
        // Nothing here computes bcrypt: whoever has such a password is refused, and the scan at start says so.
        case .bcrypt, nil: false
        }
    }
}
