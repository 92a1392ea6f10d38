// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol
import WebRTCIO

extension ServerConnection {
    /// Joins a group, and returns when the server has let one in. Spec 6.6 and 11.1.5.
    ///
    /// The same is told as ``ServerEvent/joined(_:)``, refusals included.
    ///
    /// - Parameters:
    ///   - username: `nil` when a token names the user.
    ///   - data: what members see of oneself at first.
    /// - Throws: ``ServerConnectionError``: ``ServerConnectionError/Code/refused`` with the server's identifier where it
    ///   has one (`need-username`), and another join may be tried; ``ServerConnectionError/Code/redirected`` with the URL
    ///   of where the group is now.
    @discardableResult
    public func join(
        group: String, username: String?, credentials: Credentials, data: [String: JSONValue] = [:]
    ) async throws -> GroupChange {
        let wish = Wishes.Join(group: group, username: username, credentials: credentials, data: data)
        var credentials = credentials
        if case .authorisationServer(let url, let location, let password) = credentials {
            try session.requireOpen()
            let token = try await AuthorisationRequest.token(
                from: url, location: location, username: username ?? "", password: password, by: dialler)
            credentials = token.map { .token($0) } ?? .password(password)
        }
        guard joinWaiter == nil else {
            throw ServerConnectionError(.invalidArgument, "another join is under way")
        }
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                joinWaiter = continuation
                do {
                    try session.join(
                        group: group, username: username, credentials: credentials, data: data, now: .current)
                    // On the way back what was asked for is still wanted.
                    if !reconnection.isActive { wishes = Wishes(join: wish) }
                } catch {
                    joinWaiter = nil
                    return continuation.resume(throwing: error)
                }
                drain()
            }
        } onCancel: {
            Task { await self.close() }
        }
    }

    /// Leaves the group; another may be joined after ``ServerEvent/joined(_:)`` has said `leave`.
    ///
    /// - Throws: ``ServerConnectionError`` when one is not in that group.
    public func leave(group: String) throws {
        try session.leave(group: group)
        wishes = Wishes()
        drain()
    }

    /// Says which streams are wanted, by label; the empty label stands for all that have no entry. Replaces what was said
    /// before. Nothing is received before this. Spec 6.8.
    ///
    ///     try await connection.request(["": [.audio, .video], "screenshare": [.video]])
    ///
    /// - Throws: ``ServerConnectionError`` when one is in no group.
    public func request(_ selection: [String: [RequestedTrack]]) throws {
        try session.request(selection)
        wishes.selection = selection
        drain()
    }
}
