// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import HTTPTypes
import Hummingbird
import Logging

/// The administrative API, as far as there is one: `/galene-api/v0/.stats`.
struct AdministrativeAPI: Sendable {
    let groups: GroupDirectory
    let configuration: ConfigurationFile
    /// What wrong credentials cost who guesses.
    let refusalDelay: Duration
    let logger: Logger

    func respond(to request: Request, _ resource: AdministrativeResource, host: String) async -> Response {
        let configuration = configuration.current
        var response = await answer(to: request, resource, configuration)
        // Whether a page of another origin may look at the answer (spec 4.10).
        response.headers[.vary] = "Origin"
        if let origin = request.headers[.origin],
            OriginPolicy.allows(origin: origin, host: host, allowed: configuration.allowAdminOrigin)
        {
            response.headers[.accessControlAllowOrigin] = origin
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(
        to request: Request, _ resource: AdministrativeResource, _ configuration: GaleneProtocol.ServerConfiguration
    ) async -> Response {
        guard !resource.methods.isEmpty else { return .plain(.notFound, "There is no such thing in this API.") }
        let methods = ([.options] + resource.methods).map(\.rawValue).joined(separator: ", ")
        if request.method == .options {
            return Response(
                status: .ok,
                headers: [
                    .allow: methods, .accessControlAllowMethods: methods,
                    .accessControlAllowHeaders: "Authorization, Content-Type", .contentLength: "0",
                ])
        }
        guard resource.methods.contains(request.method) else { return .methodNotAllowed(methods) }
        do throws(PasswordVerifier.Overload) {
            guard try await isAdministrator(request, configuration) else { return Self.refusal }
        } catch {
            var response = Response.plain(.serviceUnavailable, "Too many passwords are being checked.")
            response.headers[.retryAfter] = "1"
            return response
        }
        switch resource {
        case .statistics:
            return .json(GroupStatistics.encoded(await groups.statistics()), headOnly: request.method == .head)
        case .unknown:
            return .plain(.notFound, "There is no such thing in this API.")
        }
    }

    private func isAdministrator(
        _ request: Request, _ configuration: GaleneProtocol.ServerConfiguration
    ) async throws(PasswordVerifier.Overload) -> Bool {
        let credentials = BasicCredentials.all(in: request.headers[.authorization])
        // A browser's first request has none, and asks to be asked.
        guard !credentials.isEmpty else { return false }
        let begun = ContinuousClock.now
        if try await groups.authorisation.isAdministrator(credentials, by: configuration) { return true }
        logger.notice("refused", metadata: ["user": .string(credentials[0].username)])
        // From the beginning, so that what was compared does not show in when the answer comes.
        try? await Task.sleep(until: begun + refusalDelay, clock: .continuous)
        return false
    }

    /// The same for everybody: it tells neither which names exist nor whose password was right.
    private static var refusal: Response {
        var response = Response.plain(.unauthorized, "This is for the administrators of the server.")
        response.headers[.wwwAuthenticate] = "Basic realm=\"\(AdministrativeResource.root)\""
        return response
    }
}
