// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import NIOCore
import NIOHTTP1

/// The exchange of a password for a token at a group's authorisation server. Spec 5.4.
enum AuthorisationRequest {
    /// - Returns: the token; `nil` when the server leaves it to the password (204).
    static func token(
        from url: String, location: String, username: String, password: String, by dialler: Dialler
    ) async throws -> String? {
        guard let server = ServerURL(url) else {
            throw ServerConnectionError(.invalidArgument, "\(url) is not the URL of an authorisation server")
        }
        let question: JSONValue = [
            "location": .string(location), "username": .string(username), "password": .string(password),
        ]
        let answer = try await HTTPExchange.perform(
            .POST, server, fields: ["Content-Type": "application/json"], body: ByteBuffer(bytes: question.encoded()),
            by: dialler)
        switch answer.head.status.code {
        case 204:
            return nil
        case 200..<300:
            let type = answer.head.headers.first(name: "content-type") ?? ""
            let essence = type.prefix { $0 != ";" }.trimmingBlanks.lowercased()
            let token = String(buffer: answer.body).trimmingBlanks
            guard essence == "application/jwt", !token.isEmpty else {
                throw ServerConnectionError(.refused, "the authorisation server \(server.authority) sent no token")
            }
            return token
        case 403:
            throw ServerConnectionError(.refused, "the authorisation server refuses this name and password")
        default:
            throw ServerConnectionError(
                .refused,
                "the authorisation server answers \(answer.head.status.code) \(answer.head.status.reasonPhrase)")
        }
    }
}

extension StringProtocol {
    fileprivate var trimmingBlanks: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
