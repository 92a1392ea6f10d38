// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import GaleneLoad

struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load a server and measure what it forwards.",
        discussion: """
            Clients join the group, publish packets that look like video, and receive each other's. What is reported is \
            counted over --seconds, after --warmup. Any server of Galène's protocol will do.

            One publisher and 50 subscribers; the server's CPU time and memory too:
              galene load http://127.0.0.1:8443/group/demo/ --subscribers 50 \\
                --server-pid $(pidof galene-server)
            A meeting of ten in which everybody sends, in bursts of 8 packets:
              galene load http://127.0.0.1:8443/group/demo/ --each 10 --burst 8
            Members who come and go, over a path that loses one packet in fifty:
              galene load http://127.0.0.1:8443/group/demo/ --subscribers 50 \\
                --churn 5 --loss 0.02
            For a program, with a password that no list of processes shows:
              GALENE_PASSWORD=secret galene load https://example.org/group/test/ \\
                --username alice --json

            Ctrl-C ends it: while it measures, with a report of what has been measured so far.

            \(CommandError.exitCodesOfWork) What was lost does not matter to it.
            """)

    @OptionGroup var server: ServerOptions
    @Option(help: "Clients that only publish.")
    var publishers = 1
    @Option(help: "Clients that only receive, each all publishers.")
    var subscribers = 10
    @Option(help: "Instead: so many clients that both publish and receive all others.")
    var each: Int?
    @Option(help: "Packets a second of each publisher.")
    var rate = 300.0
    @Option(help: "Packets that leave together.")
    var burst = 1
    @Option(help: "Bytes of an RTP packet before encryption.")
    var packetSize = 1150
    @Option(help: "Receiving members a second that leave and come again.")
    var churn = 0.0
    @Flag(help: "Send a low encoding too, with a fifth of the packets; every other receiver asks for it.")
    var simulcast = false
    @Option(help: "Of what comes to a member, the share that is thrown away, as in 0.02.")
    var loss = 0.0
    @Option(help: "Of what publishers send, the share that is thrown away on its way.")
    var upLoss = 0.0
    @Option(help: "Another number throws other packets away.")
    var seed: UInt64 = 1
    @Option(help: "How long to measure.")
    var seconds = 10.0
    @Option(help: "Seconds of media before that.")
    var warmup = 3.0
    @Option(help: "Threads of this program; one serves some 200,000 packets a second.")
    var threads = 1
    @Option(help: "The name of all clients.")
    var username = "load"
    @OptionGroup var password: PasswordOptions
    @Option(
        name: .customLong("server-pid"), help: "The server's process on this machine, to measure its CPU and memory.")
    var serverPID: Int32?
    @OptionGroup var output: OutputOptions

    /// Everything else is checked by the test itself; these have to be numbers before they can be durations.
    func validate() throws {
        guard (1...36_000).contains(seconds) else {
            throw ValidationError("--seconds wants a number from 1 to 36000.")
        }
        guard (0...36_000).contains(warmup) else { throw ValidationError("--warmup wants a number from 0 to 36000.") }
    }

    func run() async throws { try await run(on: .standard, interruption: Interruption()) }

    func run(on console: Console, interruption: Interruption) async throws {
        let progress = ProgressLine(console)
        defer { try? progress.clear() }
        let test = try LoadTest(try options(environment: console.environment)) { progress.show($0, $1) }
        let stopping = Task {
            await interruption.wait()
            if interruption.signal != nil { test.stop() }
        }
        defer { stopping.cancel() }
        let report: LoadReport
        do {
            report = try await test.run()
        } catch {
            // That nothing has been measured yet is no news to who has stopped it.
            if let signal = interruption.signal { throw CommandError(.interrupted(signal: signal), "interrupted") }
            throw CommandError(error)
        }
        try progress.clear()
        try console.output.line(
            output.json ? TerminalText.printable(json: try Self.encode(report)) : report.description)
        if report.isInterrupted, let signal = interruption.signal {
            throw CommandError(.interrupted(signal: signal), "interrupted")
        }
    }

    private func options(environment: [String: String]) throws -> LoadOptions {
        var options = LoadOptions(
            group: server.page.url,
            shape: each.map { .each($0) } ?? .separate(publishers: publishers, subscribers: subscribers),
            username: username, password: try password.password(environment: environment) ?? "", rate: rate,
            burst: burst, packetSize: packetSize,
            duration: .seconds(seconds), warmUp: .seconds(warmup), threads: threads,
            verifiesCertificate: !server.insecure, serverPID: serverPID)
        options.churn = churn
        options.loss = loss
        options.upLoss = upLoss
        options.simulcast = simulcast
        options.seed = seed
        options.token = server.page.token ?? environment["GALENE_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        options.certificateAuthorities = server.certificateAuthority
        return options
    }

    private static func encode(_ report: LoadReport) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(report))
    }
}
