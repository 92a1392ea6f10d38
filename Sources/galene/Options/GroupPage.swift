// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient

/// The URL that people copy from their browser: a group's page, perhaps with a token.
struct GroupPage: Sendable, Hashable, CustomStringConvertible {
    /// Without query.
    let url: ServerURL
    let group: String
    /// By which an invitation lets one in.
    let token: String?

    var description: String { url.description }

    /// - Throws: ``CommandError`` that says what to write instead.
    init(argument text: String) throws {
        guard let schemeEnd = text.firstRange(of: "://") else {
            guard !text.isEmpty, !text.hasPrefix("/"), !text.hasPrefix("-"), !text.contains(" ") else {
                throw CommandError(.usage, "write the URL of the group's page, as in https://HOST/group/NAME/")
            }
            // A name without a path is taken for a host's.
            throw CommandError(
                .usage, "the scheme is missing: write https://\(text.contains("/") ? text : "\(text)/group/NAME/")")
        }
        guard ["http", "https"].contains(text[..<schemeEnd.lowerBound].lowercased()) else {
            throw CommandError(.usage, "write the URL of the group's page, which begins with https:// or http://")
        }
        let authority = text[schemeEnd.upperBound...].prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else {
            throw CommandError(
                .usage,
                "leave the name and password out of the URL: use --username, and GALENE_PASSWORD for the password")
        }
        guard var url = ServerURL(text) else {
            throw CommandError(.usage, "it is not a URL: write it as in https://HOST:8443/group/NAME/")
        }
        guard let group = url.groupName else {
            throw CommandError(
                .usage, "it names no group: write it as in \(url.at("/group/NAME/"))")
        }
        let query = url.path.firstIndex(of: "?").map { url.path[url.path.index(after: $0)...] }
        if let query { url.path = String(url.path[..<query.startIndex].dropLast()) }
        if !url.path.hasSuffix("/") { url.path += "/" }
        self.url = url
        self.group = group
        token = try query.flatMap { try Self.token(in: $0) }
    }

    private static func token(in query: Substring) throws -> String? {
        for field in query.split(separator: "&") where field.hasPrefix("token=") {
            let written = String(field.dropFirst("token=".count))
            guard let token = written.removingPercentEncoding, !token.isEmpty else {
                throw CommandError(.usage, "the token in the URL is not whole: copy the link again")
            }
            return token
        }
        return nil
    }
}
