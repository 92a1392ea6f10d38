// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import GaleneServer
import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@main
struct GaleneServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "galene-server", abstract: "A videoconference server that is compatible with Galène.",
        discussion: "Options may be written with one dash or two, and with \"=\" or a space before the value.")

    @Option(
        parsing: .unconditional,
        help: "Where the web server listens: HOST:PORT, :PORT, or /PATH of a Unix-domain socket.")
    var http = ServerOptions().http
    @Flag(inversion: .prefixedNo, help: "Serve plain HTTP instead of HTTPS.")
    var insecure = false
    @Option(name: .customLong("static"), parsing: .unconditional, help: "The folder of the web pages.")
    var staticDirectory = ServerOptions().staticDirectory
    @Option(parsing: .unconditional, help: "The folder of config.json, cert.pem and key.pem.")
    var data = ServerOptions().dataDirectory
    @Option(parsing: .unconditional, help: "The folder of group descriptions.")
    var groups = ServerOptions().groupsDirectory
    @Option(parsing: .unconditional, help: "The folder of recordings (no effect yet).")
    var recordings = ServerOptions().recordingsDirectory
    @Option(parsing: .unconditional, help: "The address of the built-in TURN server (no effect yet).")
    var turn = ServerOptions().turn
    @Option(
        parsing: .unconditional,
        help: "UDP ports for media: PORT for one worker, P1-P2 for several; empty for 8444 upward.")
    var udpRange = ServerOptions().udpRange
    @Flag(inversion: .prefixedNo, help: "Have all media relayed (no effect yet).")
    var relayOnly = false
    @Flag(inversion: .prefixedNo, help: "Resolve multicast DNS candidates (no effect: none is needed).")
    var mdns = false
    @Option(name: .customLong("cpuprofile"), parsing: .unconditional, help: "Write a CPU profile (no effect).")
    var cpuProfile = ""
    @Option(name: .customLong("memprofile"), parsing: .unconditional, help: "Write a memory profile (no effect).")
    var memoryProfile = ""
    @Option(name: .customLong("mutexprofile"), parsing: .unconditional, help: "Write a mutex profile (no effect).")
    var mutexProfile = ""
    @Option(
        parsing: .unconditionalSingleValue,
        help: "An address under which a one-to-one NAT makes this machine reachable; may be repeated.")
    var publicAddress: [String] = []
    @Option(
        parsing: .unconditional,
        help:
            ArgumentHelp(
                "Where /metrics and /health are served: :PORT for this machine alone, HOST:PORT, /PATH; empty for nowhere. "
                    + "Without this option \(ServerOptions.defaultMetrics), unless that port is taken."))
    var metrics: String?
    @Option(
        parsing: .unconditional,
        help: "trace, debug, info, notice, warning, error or critical; with topics, as in notice,session=debug.")
    var logLevel = "notice"

    private static let arguments = GoStyleArguments(
        values: [
            "http", "static", "data", "groups", "recordings", "turn", "udp-range", "cpuprofile", "memprofile",
            "mutexprofile", "public-address", "metrics", "log-level",
        ],
        booleans: ["insecure", "relay-only", "mdns"])

    static func main() async {
        await main(arguments.normalized(Array(CommandLine.arguments.dropFirst())))
    }

    func run() async throws {
        LoggingSystem.bootstrap { LineLogHandler(label: $0) { Self.write($0, to: STDERR_FILENO) } }
        do {
            var options = options
            options.logLevels = try LogLevels(logLevel)
            let level = options.logLevels.standard ?? .notice
            var logger = Logger(label: "galene")
            logger.logLevel = level
            let service = try await GaleneService(options, logger: logger) { Self.write($0 + "\n", to: STDOUT_FILENO) }
            var quiet = logger
            quiet.logLevel = max(.warning, level)
            var configuration = ServiceGroupConfiguration(
                services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
            // Service managers kill after some seconds; three are promised.
            configuration.maximumGracefulShutdownDuration = .seconds(2)
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            Self.write("galene-server: \(StartupError("\(error)"))\n", to: STDERR_FILENO)
            throw ExitCode.failure
        }
    }

    private var options: ServerOptions {
        var options = ServerOptions()
        options.http = http
        options.insecure = insecure
        options.staticDirectory = staticDirectory
        options.dataDirectory = data
        options.groupsDirectory = groups
        options.recordingsDirectory = recordings
        options.turn = turn
        options.udpRange = udpRange
        options.relayOnly = relayOnly
        options.mdns = mdns
        options.cpuProfile = cpuProfile
        options.memoryProfile = memoryProfile
        options.mutexProfile = mutexProfile
        options.publicAddresses = publicAddress
        options.metrics = metrics
        return options
    }

    /// Unbuffered, so that who reads from a pipe sees the line at once.
    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
