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
            counted over --seconds, after --warmup. The server's ICE must be lite.

            One publisher and 50 subscribers; the server's CPU time and memory too:
              galene load http://127.0.0.1:8443/group/demo/ --subscribers 50 --server-pid $(pidof galene-server)
            A meeting of ten in which everybody sends, in bursts of 8 packets:
              galene load http://127.0.0.1:8443/group/demo/ --each 10 --burst 8
            For a program, with a password that no list of processes shows:
              GALENE_PASSWORD=secret galene load https://example.org/group/test/ --username alice --json

            Exit status: 0 when the test has run (whatever was lost), 1 when it broke off, 2 when the server could not be \
            reached or refused, 64 for wrong options.
            """)

    @Argument(help: "The group's page, as in http://127.0.0.1:8443/group/demo/", transform: GroupPage.init(argument:))
    var url: GroupPage
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
    @Option(help: "How long to measure.")
    var seconds = 10.0
    @Option(help: "Seconds of media before that.")
    var warmup = 3.0
    @Option(help: "Threads of this program; one serves some 200,000 packets a second.")
    var threads = 1
    @Option(help: "The name of all clients.")
    var username = "load"
    @OptionGroup var password: PasswordOptions
    @Flag(help: "Accept a certificate that nobody vouches for.")
    var insecure = false
    @Option(
        name: .customLong("server-pid"), help: "The server's process on this machine, to measure its CPU and memory.")
    var serverPID: Int32?
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let options = try options()
        let progress = ProgressLine()
        defer { progress.clear() }
        let test = try LoadTest(options) { progress.show($0) }
        let report = try await test.run()
        progress.clear()
        print(json ? try Self.encode(report) : report.description)
    }

    private func options() throws -> LoadOptions {
        LoadOptions(
            group: url.url,
            shape: each.map { .each($0) } ?? .separate(publishers: publishers, subscribers: subscribers),
            username: username, password: try password.password() ?? "", rate: rate, burst: burst,
            packetSize: packetSize,
            duration: .seconds(seconds), warmUp: .seconds(max(0, warmup)), threads: threads,
            verifiesCertificate: !insecure, serverPID: serverPID)
    }

    private static func encode(_ report: LoadReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }
}
