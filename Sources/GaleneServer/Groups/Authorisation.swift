// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCCrypto

/// Who may join a group, and with which permissions.
enum Authorisation {
    struct Login: Equatable {
        var username: String
        var permissions: [Permission]
    }

    /// - Returns: why not, without saying whether the name or the password was wrong.
    static func authorise(
        _ request: JoinRequest, by description: GroupDescription
    ) -> Result<Login, JoinRefusal> {
        // Tokens are for a server that keeps some; this one knows none, so that each is unknown.
        guard request.token == nil, let username = request.username else { return .failure(.notAuthorised) }
        guard isValid(username: username) else { return .failure(.notAuthorised) }
        guard let user = description.users[username] ?? description.wildcardUser,
            matches(request.password, user.password)
        else { return .failure(.notAuthorised) }
        return .success(Login(username: username, permissions: description.permissions(of: user)))
    }

    /// Empty, or of the form that group names have.
    static func isValid(username: String) -> Bool { username.isEmpty || GroupName.isValid(username) }

    static func matches(_ password: String, _ stored: Password?) -> Bool {
        switch stored {
        case nil: false
        case .wildcard: true
        case .plain(let key): constantTimeEquals(Array(password.utf8), Array(key.utf8))
        case .pbkdf2(let parameters):
            (try? PBKDF2.sha256(
                password: Array(password.utf8), salt: parameters.salt, iterations: parameters.iterations,
                length: parameters.key.count)).map { constantTimeEquals($0, parameters.key) } ?? false
        case .bcrypt: false
        }
    }
}
