// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// `/metrics` for Prometheus and `/health` for whoever watches over the process, on a listener of their own: they are for
/// the operator, and not for those who meet.
struct MetricsServer: Service {
    let address: BindAddress
    let registry: PrometheusRegistry
    let sampler: MetricsSampler
    let logger: Logger
    /// Called when the port is bound.
    let onListening: @Sendable (any Channel) async -> Void

    /// Connections at a time. Prometheus has one.
    private static let connections = 16
    /// How long a connection may stay open without a request. Prometheus asks at least every minute.
    private static let idleTimeout = TimeAmount.seconds(120)

    /// The value of `-metrics`, or what goes for it when it is not given; `nil` for nowhere.
    static func address(_ option: String?, beside web: ListenAddress) throws(StartupError) -> ListenAddress? {
        let text = option ?? ServerOptions.defaultMetrics
        guard !text.isEmpty else { return nil }
        let address = try ListenAddress(text, option: "metrics").onLoopback
        if case .tcp(let host, let port) = address, case .tcp(let webHost, port) = web, port != 0,
            webHost == nil || webHost == host
        {
            if option == nil { return nil }
            throw StartupError("option -metrics: port \(port) is that of -http: choose another")
        }
        return address
    }

    func run() async throws {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        let application = Application(
            responder: MetricsResponder(registry: registry, sampler: sampler),
            server: .http1(configuration: .init(idleTimeout: Self.idleTimeout)),
            configuration: ApplicationConfiguration(
                address: address, serverName: nil, backlog: 16,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connections, logger: quiet)),
            onServerRunning: onListening, logger: quiet)
        try await application.run()
    }
}

struct MetricsResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let registry: PrometheusRegistry
    let sampler: MetricsSampler

    /// After so many intervals without a look at every worker, one of them hangs.
    private static let patience = 3

    func respond(to request: Request, context: Context) async throws -> Response {
        let path = RequestPath(target: request.head.path ?? "")?.path
        guard path == "/metrics" || path == "/health" else {
            return answer(.plain(.notFound, "There are /metrics and /health."), to: request)
        }
        guard request.method == .get || request.method == .head else { return .methodNotAllowed("GET, HEAD") }
        guard path == "/metrics" else { return answer(health, to: request) }
        let bytes = ByteBuffer(string: registry.text())
        return answer(
            Response(
                status: .ok,
                headers: [
                    .contentType: PrometheusText.contentType, .contentLength: String(bytes.readableBytes),
                    .cacheControl: "no-cache",
                ],
                body: .init(byteBuffer: bytes)),
            to: request)
    }

    private func answer(_ response: Response, to request: Request) -> Response {
        request.method == .head ? response.createHeadResponse() : response
    }

    private var health: Response {
        guard let age = sampler.age else { return .plain(.serviceUnavailable, "The server is starting.") }
        guard age < MetricsSampler.interval * Self.patience else {
            return .plain(.serviceUnavailable, "A media worker does not answer.")
        }
        return .plain(.ok, "ok")
    }
}
