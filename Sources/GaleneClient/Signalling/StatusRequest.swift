// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import GaleneProtocol
import NIOCore
import NIOHTTP1

/// `GET …/.status`: what a client asks first. Spec 4.4.
package enum StatusRequest {
    /// A group may have moved, and its name be spelt otherwise.
    private static let maximumRedirects = 3

    package static func fetch(_ group: ServerURL, by dialler: Dialler) async throws -> GroupStatus {
        var page = group
        page.path = String(page.path.prefix { $0 != "?" })
        if !page.path.hasSuffix("/") { page.path += "/" }
        var url = page.at(page.path + ".status")
        for _ in 0...maximumRedirects {
            let answer = try await HTTPExchange.perform(
                .GET, url, fields: ["Accept": "application/json"], by: dialler)
            switch answer.head.status.code {
            case 200:
                do {
                    return try GroupStatus(parsing: Array(buffer: answer.body))
                } catch {
                    throw ServerConnectionError(.protocolViolation, "\(url) is not a group's status: \(error)")
                }
            case 301, 302, 307, 308:
                guard let location = answer.head.headers.first(name: "location"),
                    let next = location.hasPrefix("/") ? url.at(location) : ServerURL(location)
                else { throw ServerConnectionError(.protocolViolation, "\(url) redirects to nowhere") }
                url = next
            case 404:
                throw ServerConnectionError(.refused, "there is no group at \(page)")
            default:
                throw ServerConnectionError(
                    .refused, "\(url) answers \(answer.head.status.code) \(answer.head.status.reasonPhrase)")
            }
        }
        throw ServerConnectionError(.protocolViolation, "\(page) redirects in a circle")
    }
}
