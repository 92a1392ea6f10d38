// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import MediaLoop
public import Metrics
import NIOCore
import NIOPosix
import RTCBase
import ServerFiles
public import ServiceLifecycle

/// The server as a whole: everything is checked and bound by ``init(_:limits:logger:announce:)``, and runs in ``run()``
/// until it is told to stop.
public struct GaleneService: Service {
    private let workers: MediaWorkers
    private let groups: GroupDirectory
    private let web: WebServer
    private let sampler: MetricsSampler
    /// `nil` when nobody wants it.
    private let metricsServer: MetricsServer?
    private let logger: Logger

    /// Checks everything that can be checked before anything is started.
    ///
    /// - Parameters:
    ///   - metrics: what the server counts goes there, beside the listener of `-metrics`.
    ///   - announce: gets the lines that tell the operator where the server is and what to know about it.
    /// - Throws: the one line that says why the server cannot start.
    public init(
        _ options: ServerOptions, limits: Limits = Limits(), logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory, announce: @escaping @Sendable (String) -> Void
    ) async throws(StartupError) {
        self.logger = logger
        func log(_ topic: LogTopic) -> Logger { logger.labelled(topic, options.logLevels) }
        let listen = try ListenAddress(options.http)
        let ports = try MediaPorts(options.udpRange)
        let addresses = try MediaAddresses.offered(
            options: options.publicAddresses, interfaces: NetworkInterfaces.addresses())
        let descriptors = try FileDescriptors.raiseLimit()
        let files = StaticFiles(
            sandbox: try Self.webRoot(options.staticDirectory), threads: NIOThreadPool.singleton)
        let configuration = try ConfigurationFile(
            dataDirectory: options.dataDirectory, logger: log(.config))
        let tls =
            options.insecure
            ? nil
            : try TLSFiles(dataDirectory: options.dataDirectory, logger: log(.tls))
        var notices = options.withoutEffect
        if !Self.isDirectory(options.groupsDirectory) {
            let advice = "create it, or name another with -groups"
            guard options.groupsDirectory == ServerOptions().groupsDirectory else {
                throw StartupError("groups directory \(options.groupsDirectory) does not exist: \(advice)")
            }
            notices.append("groups directory \(options.groupsDirectory) does not exist, there is no group: \(advice)")
        }
        let bindAddress = try await PortProbe.resolve(listen)
        let metricsListen = try MetricsServer.address(options.metrics, beside: listen)
        var metricsAddress: BindAddress?
        if let metricsListen {
            do {
                metricsAddress = try await PortProbe.resolve(metricsListen, option: "metrics")
            } catch {
                // The second server of a machine starts as well; only what was asked for has to be there.
                guard options.metrics == nil else { throw error }
                notices.append("no metrics are served: \(error), or none with -metrics=")
            }
        }
        workers = try MediaWorkers(
            ports: ports, cores: System.coreCount, addresses: addresses, logger: log(.media), now: .now)
        groups = GroupDirectory(
            directory: options.groupsDirectory, workers: workers.workers,
            iceServers: ICEServersFile(dataDirectory: options.dataDirectory, logger: log(.config)),
            limits: limits, logger: log(.group))
        for problem in await groups.scan() { notices.append("warning: \(problem)") }
        for problem in Self.warnings(configuration.current) {
            notices.append("warning: \(options.dataDirectory)/config.json: \(problem)".printable)
        }

        notices += Self.filesWithoutEffect(options.dataDirectory)
        // What the kernel grants it reports doubled, for its own bookkeeping (socket(7)).
        if let granted = workers.workers.map(\.socketBufferSize).min(), granted < DatagramSocket.wantedBufferSize {
            notices.append(
                "warning: UDP buffers are \(granted / 1024) KiB instead of \(DatagramSocket.wantedBufferSize / 1024): "
                    + "bursts may be lost (sysctl net.core.rmem_max and net.core.wmem_max)")
        }
        if addresses.allSatisfy(\.isLoopback) {
            notices.append(
                "warning: this machine has no address but loopback: Firefox cannot send or receive media here")
        }
        if descriptors < FileDescriptors.comfortable {
            notices.append(
                "warning: \(descriptors) file descriptors are allowed, which limits the number of clients (ulimit -n)")
        }
        let registry = PrometheusRegistry(describing: MetricFamily.all)
        let sampler = MetricsSampler(
            workers: workers.workers, groups: groups,
            factory: metricsAddress == nil ? metrics : MultiplexMetricsHandler(factories: [metrics, registry]))
        self.sampler = sampler
        metricsServer = metricsAddress.map { address in
            MetricsServer(address: address, registry: registry, sampler: sampler, logger: log(.metrics)) {
                let url = Self.url("http", metricsListen ?? listen, $0.localAddress?.port)
                announce("metrics at \(url)\(url.hasSuffix("/") ? "" : "/")metrics")
            }
        }
        let told = notices
        let mediaLine = Self.mediaLine(workers.workers.map(\.port))
        let scheme = tls == nil ? "http" : "https"
        web = WebServer(
            address: bindAddress, tls: tls, files: files, groups: groups, configuration: configuration,
            limits: limits, logger: log(.web), sessionLogger: log(.session), adminLogger: log(.admin)
        ) { channel in
            announce("galene-server listens on \(Self.url(scheme, listen, channel.localAddress?.port))")
            announce(mediaLine)
            for notice in told { announce(notice) }
        }
    }

    public func run() async throws {
        // Ended in reverse order: clients first, so that they can leave their groups and close their streams.
        var services: [any Service] = [workers, groups, sampler]
        if let metricsServer { services.append(metricsServer) }
        services += [web, ClosingTime(groups: groups)] as [any Service]
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        try await ServiceGroup(configuration: .init(services: services, logger: quiet)).run()
    }

    private static func warnings(_ configuration: GaleneProtocol.ServerConfiguration) -> [String] {
        configuration.warnings.map(\.description)
    }

    /// Files of an existing installation that a later version will read: said, so that nobody relies on them.
    private static func filesWithoutEffect(_ dataDirectory: String) -> [String] {
        [
            ("var/tokens.jsonl", "tokens let nobody in")
        ]
        .compactMap { name, consequence in
            FileStamp(path: "\(dataDirectory)/\(name)") == nil
                ? nil : "file \(dataDirectory)/\(name) has no effect yet: \(consequence)"
        }
    }

    private static func webRoot(_ path: String) throws(StartupError) -> Sandbox {
        do {
            return try Sandbox(path: path)
        } catch {
            throw StartupError("web root \(path) \(error): name the folder of the web pages with -static")
        }
    }

    private static func isDirectory(_ path: String) -> Bool { (try? Sandbox(path: path)) != nil }

    static func url(_ scheme: String, _ listen: ListenAddress, _ port: Int?) -> String {
        switch listen {
        case .unixSocket(let path): path
        case .tcp(let host, let asked):
            "\(scheme)://\(host.map { $0.contains(":") ? "[\($0)]" : $0 } ?? "localhost"):\(port ?? asked)/"
        }
    }

    static func mediaLine(_ ports: [UInt16]) -> String {
        let list = ports.map(String.init).joined(separator: ", ")
        return ports.count == 1 ? "media on UDP port \(list)" : "media on UDP ports \(list), one worker each"
    }
}
