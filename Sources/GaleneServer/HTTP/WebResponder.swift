// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import HTTPTypes
import Hummingbird
import Logging

/// Answers every request that does not become a WebSocket.
struct WebResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let files: StaticFiles
    let groups: GroupDirectory
    let administration: AdministrativeAPI
    let configuration: ConfigurationFile
    let isTLS: Bool
    let logger: Logger

    func respond(to request: Request, context: Context) async throws -> Response {
        var response = try await respond(to: request)
        if response.status.code >= 400 {
            // Without the query, where tokens are.
            let path = String((request.head.path ?? "").prefix { $0 != "?" })
            logger.debug(
                "refused",
                metadata: [
                    "method": .string(request.method.rawValue), "path": .string(path),
                    "status": .stringConvertible(response.status.code),
                ])
        }
        if request.headers[.connection]?.lowercased() == "close" { response.headers[.connection] = "close" }
        // RFC 9110 section 9.3.2: the same fields and no content, whatever the answer is.
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func respond(to request: Request) async throws -> Response {
        guard let path = RequestPath(target: request.head.path ?? "") else {
            return .plain(.badRequest, "This is not a path.")
        }
        let host = request.head.authority ?? ""
        guard BaseURL.isPlausible(host: host) else { return .plain(.badRequest, "This is not a host.") }
        let route = Route(path)
        if route == .webSocket { return refuseWebSocket(request, host: host) }
        if case .administration(let resource) = route {
            return await administration.respond(to: request, resource, host: host)
        }
        guard request.method == .get || request.method == .head else {
            guard request.method == .options else { return .methodNotAllowed(Self.methods) }
            return Response(status: .ok, headers: [.allow: Self.methods, .contentLength: "0"])
        }
        if let elsewhere = canonicalLocation(route, path, host: host) {
            return .redirect(to: elsewhere, .movedPermanently)
        }
        return try await respond(to: request, path, route, host: host)
    }

    static let methods = "OPTIONS, GET, HEAD"

    private func respond(
        to request: Request, _ path: RequestPath, _ route: Route, host: String
    ) async throws -> Response {
        let headOnly = request.method == .head
        switch route {
        case .webSocket, .administration, .notFound:
            return await files.notFound(request)
        case .redirect(let target, let permanent):
            return .redirect(to: path.location(target), permanent ? .permanentRedirect : .temporaryRedirect)
        case .file(let file):
            return await files.respond(to: request, path: path, file: file)
        case .publicGroups:
            let statuses = await groups.publicStatuses(base: base(host))
            let list = statuses.map { $0.encoded() }.joined(separator: Array(",".utf8))
            return readable(
                .json(Array("[".utf8) + list + Array("]".utf8), headOnly: headOnly), from: request, host: host)
        case .groupStatus(let name):
            switch await groups.status(of: name, base: base(host)) {
            case .found(let status):
                return readable(.json(status.encoded(), headOnly: headOnly), from: request, host: host)
            case .missing: return await files.notFound(request)
            case .broken: return .plain(.internalServerError, "The description of this group is broken.")
            }
        case .groupPage(let name):
            switch await groups.status(of: name, base: base(host)) {
            case .found(let status):
                if let redirect = status.redirect { return .redirect(to: redirect, .permanentRedirect) }
                return await files.respond(
                    to: request, path: path, file: "/galene.html", authServer: status.authServer)
            case .missing: return await files.notFound(request)
            case .broken: return .plain(.internalServerError, "The description of this group is broken.")
            }
        }
    }

    /// A page that may connect may also read what it needs for that (the reference lets none).
    private func readable(_ response: Response, from request: Request, host: String) -> Response {
        var response = response
        response.headers[.vary] = "Origin"
        if let origin = request.headers[.origin],
            OriginPolicy.allows(origin: origin, host: host, allowed: configuration.current.allowOrigin)
        {
            response.headers[.accessControlAllowOrigin] = origin
        }
        return response
    }

    private func base(_ host: String) -> BaseURL {
        BaseURL(proxy: configuration.current.proxyURL, host: host, isTLS: isTLS)
    }

    /// A request for `/ws` that cannot be upgraded gets here: from a page that may not, or none that knows how.
    private func refuseWebSocket(_ request: Request, host: String) -> Response {
        let allowed = configuration.current.allowOrigin
        guard OriginPolicy.allows(origin: request.headers[.origin], host: host, allowed: allowed) else {
            return .plain(.forbidden, "Pages of this origin may not connect.")
        }
        return .plain(.badRequest, "This is a WebSocket.")
    }

    /// Where the request should have gone when the configuration names one host for all.
    private func canonicalLocation(_ route: Route, _ path: RequestPath, host: String) -> String? {
        let canonical = configuration.current.canonicalHost
        guard !canonical.isEmpty, canonical.lowercased() != host.lowercased(), route != .publicGroups else {
            return nil
        }
        return "https://\(canonical)\(path.location(path.path))"
    }
}
