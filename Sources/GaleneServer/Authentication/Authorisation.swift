// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// Who may join a group, with which permissions, and who administers the server.
struct Authorisation: Sendable {
    struct Login: Equatable, Sendable {
        var username: String
        var permissions: [Permission]
    }

    let passwords: PasswordVerifier

    init(passwords: PasswordVerifier = PasswordVerifier()) { self.passwords = passwords }

    /// - Returns: why not, without saying whether the name or the password was wrong.
    func authorise(
        _ request: JoinRequest, by description: GroupDescription, from lane: PasswordVerifier.Lane = .local
    ) async -> Result<Login, JoinRefusal> {
        // This server issues no tokens, so that it knows none.
        guard request.token == nil, let username = request.username, Username.isValid(username),
            let user = description.users[username] ?? description.wildcardUser
        else { return .failure(.notAuthorised) }
        do throws(PasswordVerifier.Overload) {
            // Behind a proxy all clients have one address: there, groups take turns.
            let turn = lane == .local ? .group(request.group) : lane
            guard try await passwords.matches(request.password, user.password, from: turn) else {
                return .failure(.notAuthorised)
            }
        } catch {
            return .failure(.busy)
        }
        return .success(Login(username: username, permissions: description.permissions(of: user)))
    }

    /// Whether one of the credentials is an administrator's of the whole server, as `config.json` names them.
    ///
    /// A name that nobody has costs as much as one that somebody has, so that the time does not tell which there are.
    func isAdministrator(
        _ credentials: [BasicCredentials], by configuration: ServerConfiguration
    ) async throws(PasswordVerifier.Overload) -> Bool {
        guard !configuration.users.isEmpty else { return false }
        let decoy = configuration.users.values.compactMap(\.password).max { Self.cost(of: $0) < Self.cost(of: $1) }
        for credentials in credentials {
            let user = configuration.users[credentials.username]
            let isRight = try await passwords.matches(
                credentials.password, user?.password ?? decoy, from: .administration)
            guard isRight, let user, user.password != nil else { continue }
            let permissions = user.permissions?.permissions(allowsRecording: false, hasUnrestrictedTokens: false)
            if permissions?.contains(.admin) == true { return true }
        }
        return false
    }

    /// How long a password takes, in iterations of PBKDF2.
    private static func cost(of password: Password) -> Int {
        switch password {
        case .plain, .wildcard, .unusable: 0
        case .pbkdf2(let parameters): parameters.iterations
        // A step at cost 0 takes about 80 us on machines that make an iteration in 0.5 us.
        case .bcrypt(let hash): BcryptHash.cost(of: hash).map { 160 << $0 } ?? 0
        }
    }
}
