// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import GaleneClient
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

    @Argument(help: "The group's page, as in http://127.0.0.1:8443/group/demo/")
    var url: String
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
    @Option(
        help: "A file whose first line is the password. Otherwise GALENE_PASSWORD in the environment; otherwise none.")
    var passwordFile: String?
    @Flag(help: "Ask for the password.")
    var askPassword = false
    @Flag(help: "Accept a certificate that nobody vouches for.")
    var insecure = false
    @Option(
        name: .customLong("server-pid"), help: "The server's process on this machine, to measure its CPU and memory.")
    var serverPID: Int32?
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        do {
            let options = try options()
            let progress = ProgressLine()
            defer { progress.clear() }
            let test = try LoadTest(options) { progress.show($0) }
            let report = try await test.run()
            progress.clear()
            print(json ? try Self.encode(report) : report.description)
        } catch let error as LoadError {
            throw Self.exit(error)
        } catch {
            throw Self.exit(LoadError(.failed, "\(error)"))
        }
    }

    private func options() throws -> LoadOptions {
        guard let group = ServerURL(url) else { throw LoadError(.usage, "\"\(url)\" is not a URL of http or https") }
        return LoadOptions(
            group: group, shape: each.map { .each($0) } ?? .separate(publishers: publishers, subscribers: subscribers),
            username: username, password: try password(), rate: rate, burst: burst, packetSize: packetSize,
            duration: .seconds(seconds), warmUp: .seconds(max(0, warmup)), threads: threads,
            verifiesCertificate: !insecure, serverPID: serverPID)
    }

    /// Never an argument: every user of the machine may read those.
    private func password() throws -> String {
        if askPassword {
            guard let typed = getpass("Password: ") else { throw LoadError(.usage, "there is no terminal to ask on") }
            return String(cString: typed)
        }
        guard let passwordFile else { return ProcessInfo.processInfo.environment["GALENE_PASSWORD"] ?? "" }
        guard let text = try? String(contentsOfFile: passwordFile, encoding: .utf8) else {
            throw LoadError(.usage, "cannot read the password file \(passwordFile)")
        }
        return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }

    private static func encode(_ report: LoadReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    private static func exit(_ error: LoadError) -> ExitCode {
        FileHandle.standardError.write(Data("galene: \(error)\n".utf8))
        switch error.kind {
        case .usage: return ExitCode(64)
        case .connection, .refused: return ExitCode(2)
        case .unsupported, .failed: return ExitCode(1)
        }
    }
}
