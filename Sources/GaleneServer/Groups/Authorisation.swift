// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCCrypto

/// Who may join a group, with which permissions, and who administers the server.
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

    /// Whether one of the credentials is an administrator's of the whole server, as `config.json` names them.
    ///
    /// A name that nobody has costs as much as one that somebody has, so that the time does not tell which there are.
    func isAdministrator(_ credentials: [BasicCredentials], by configuration: ServerConfiguration) -> Bool {
        guard !configuration.users.isEmpty else { return false }
        let decoy = configuration.users.values.compactMap(\.password).max { Self.cost(of: $0) < Self.cost(of: $1) }
        return credentials.contains { credentials in
            let user = configuration.users[credentials.username]
            let isRight = matches(credentials.password, user?.password ?? decoy)
            guard let user, user.password != nil else { return false }
            let permissions = user.permissions?.permissions(allowsRecording: false, hasUnrestrictedTokens: false)
            return isRight && permissions?.contains(.admin) == true
        }
    }

    private static func cost(of password: Password) -> Int {
        if case .pbkdf2(let parameters) = password { parameters.iterations } else { 0 }
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
