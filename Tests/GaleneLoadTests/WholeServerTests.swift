// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneLoad
import Glibc
import RTCTestKit
import Testing

@Suite("A whole server under load", .timeLimit(.minutes(3)), .serialized)
struct WholeServerTests {
    private static func report(
        _ group: ServerURL, _ shape: LoadOptions.Shape, change: (inout LoadOptions) -> Void = { _ in }
    ) async throws -> LoadReport {
        var options = LoadOptions(
            group: group, shape: shape, rate: 200, duration: .seconds(1), warmUp: .milliseconds(200))
        change(&options)
        return try await LoadTest(options).run()
    }

    private static func check(_ report: LoadReport, downStreams: Int) {
        #expect(report.downStreams == downStreams)
        #expect(report.sent > 0)
        #expect(report.expected == report.sent * downStreams / report.upStreams)
        #expect(report.received == report.expected)
        #expect(report.lost == 0 && report.duplicates == 0 && report.missing == 0)
        #expect(report.verified > 0 && report.forged == 0)
        #expect(report.latencyMedian != nil)
        #expect(report.lostBeforeRepair == report.repaired && report.requested >= report.repaired)
        #expect(report.frames > 0 && !report.isInterrupted)
        #expect(report.firstPacket != nil)
        guard let join = report.join, let media = report.firstMedia else {
            Issue.record("nobody has joined, or got anything")
            return
        }
        #expect(join.median > 0 && join.median <= join.percentile95 && join.percentile95 <= join.maximum)
        #expect(media.maximum > join.median && media.median <= media.percentile95)
    }

    @Test(arguments: [1, 8]) func `publishers reach every subscriber without loss`(burst: Int) async throws {
        try await LoadedServer.run { server in
            let report = try await Self.report(
                try server.group(), .separate(publishers: 2, subscribers: 5)
            ) { options in
                options.burst = burst
                options.serverPID = getpid()
                options.threads = 2
            }
            Self.check(report, downStreams: 10)
            #expect(report.clients == 7)
            let process = try #require(report.server)
            #expect(process.totalPerPacket > 0)
            #expect(process.streamingBytes > 0)
        }
    }

    @Test func `everybody sends and receives, over TLS`() async throws {
        try await LoadedServer.run(secure: true) { server in
            let report = try await Self.report(try server.group(), .each(4)) { $0.verifiesCertificate = false }
            Self.check(report, downStreams: 12)
        }
    }

    @Test func `a certificate that nobody vouches for is refused`() async throws {
        try await LoadedServer.run(secure: true) { server in
            await #expect {
                try await Self.report(try server.group(), .each(2))
            } throws: {
                ($0 as? LoadError)?.kind == .connection
            }
        }
    }

    @Test(arguments: [
        ("nowhere", "", LoadError.Kind.refused, "there is no group"),
        ("private", "wrong", .refused, "not authorised"),
        ("silent", "", .refused, "may not present"),
        ("moved", "", .refused, "moved"),
        ("audio", "", .refused, "codecs"),
    ])
    func `what the server refuses is said in a sentence`(
        group: String, password: String, kind: LoadError.Kind, words: String
    ) async throws {
        try await LoadedServer.run { server in
            await #expect {
                try await Self.report(try server.group(group), .each(2)) {
                    $0.username = "ada"
                    $0.password = password
                }
            } throws: { error in
                guard let error = error as? LoadError else { return false }
                #expect(error.description.contains(words), "\(error)")
                return error.kind == kind
            }
        }
    }

    @Test func `a test that is cancelled while its members wait for the server's answer ends`() async throws {
        try await LoadedServer.run { server in
            var options = LoadOptions(group: try server.group(), shape: .each(4), duration: .seconds(1))
            options.warmUp = .zero
            let (joining, input) = AsyncStream.makeStream(of: Void.self)
            let test = try LoadTest(options) { phase, _ in if phase == "joined" { input.yield() } }
            let running = Task { try await test.run() }
            _ = await joining.first { true }
            running.cancel()
            await #expect(throws: (any Error).self) { try await running.value }
        }
    }

    @Test func `receivers of simulcast get the encoding that they ask for`() async throws {
        try await LoadedServer.run { server in
            let report = try await Self.report(
                try server.group(), .separate(publishers: 1, subscribers: 4)
            ) { options in
                options.simulcast = true
                options.duration = .seconds(2)
                options.warmUp = .seconds(2)
            }
            let got = try #require(report.simulcast)
            #expect(got.highReceivers == 2 && got.lowReceivers == 2)
            // Two have all of the one, two all of the other, which has a fifth of the packets; a burst may be on one side of
            // the measured time here and on the other there.
            let all = Double(2 * report.sent)
            #expect(report.sent > 0 && report.lost == 0 && report.forged == 0, "\(report)")
            #expect(abs(Double(got.high) - all * 5 / 6) <= all / 20 + 10, "\(report)")
            #expect(abs(Double(got.low) - all / 6) <= all / 20 + 10, "\(report)")
            #expect(report.latencyMedian != nil)
        }
    }

    @Test func `members leave and come again while others go on`() async throws {
        try await LoadedServer.run { server in
            let report = try await Self.report(
                try server.group(), .separate(publishers: 1, subscribers: 6)
            ) { options in
                options.churn = 5
                options.duration = .seconds(3)
            }
            let churn = try #require(report.churn)
            // Whose turn it is and who is not back yet is skipped; how many come back in time is the machine's.
            #expect(churn.left >= 2 && churn.returned >= 1 && churn.returned <= churn.left, "\(churn)")
            let join = try #require(churn.join)
            let media = try #require(churn.firstMedia)
            #expect(join.median > 0 && media.median > join.median)
            #expect(report.received > 0 && report.lost == 0 && report.missing == 0)
            #expect(report.description.contains("came again"))
        }
    }

    @Test func `publishers who leave and come again reach everybody`() async throws {
        try await LoadedServer.run { server in
            let report = try await Self.report(try server.group(), .each(4)) { options in
                options.churn = 3
                options.duration = .seconds(3)
                options.threads = 2
            }
            let churn = try #require(report.churn)
            #expect(churn.left >= 2 && churn.returned >= 1 && churn.firstMedia != nil, "\(churn)")
            #expect(report.received > 0 && report.missing == 0 && report.forged == 0)
        }
    }

    @Test func `what is thrown away is asked for and comes again`() async throws {
        try await LoadedServer.run { server in
            let report = try await Self.report(
                try server.group(), .separate(publishers: 1, subscribers: 5)
            ) { options in
                options.loss = 0.05
                options.seed = 7
                options.duration = .seconds(2)
            }
            #expect(report.discarded > 40)
            #expect(report.repaired > 40 && report.requested >= report.repaired)
            #expect(report.lostBeforeRepair >= report.repaired)
            let before = report.lossBeforeRepairPercentage
            #expect(before > 2 && before < 9, "\(report)")
            // A repair may be lost as well, again and again: nearly everything comes.
            #expect(report.lossPercentage < 0.5, "\(report)")
            #expect(report.frames > 0 && report.duplicates == 0)
        }
    }

    @Test func `what publishers lose on the way up they send again`() async throws {
        try await LoadedServer.run { server in
            let report = try await Self.report(
                try server.group(), .separate(publishers: 1, subscribers: 5)
            ) { options in
                options.upLoss = 0.05
                options.seed = 7
                options.duration = .seconds(2)
            }
            // A twentieth of 200 packets a second, in the time before as well.
            #expect(report.repeated > 10 && report.description.contains("\(report.repeated) again"))
            #expect(report.lossPercentage < 1, "\(report)")
            #expect(report.frames > 0 && report.discarded == 0)
        }
    }

    @Test func `a test that is stopped while it measures reports what it has measured`() async throws {
        try await LoadedServer.run { server in
            let options = LoadOptions(
                group: try server.group(), shape: .each(2), rate: 200, duration: .seconds(3600), warmUp: .zero)
            let (measuring, input) = AsyncStream.makeStream(of: Void.self)
            let test = try LoadTest(options) { phase, details in
                // After a second of it.
                guard phase == "measuring", let rest = details.split(separator: " ").first.flatMap({ Int($0) }) else {
                    return
                }
                if rest < 3599 { input.yield() }
            }
            async let running = test.run()
            _ = await measuring.first { true }
            test.stop()
            let report = try await running
            #expect(report.isInterrupted)
            #expect(report.seconds >= 1 && report.seconds < 60)
            #expect(report.received > 0 && report.lost == 0 && report.missing == 0)
            #expect(report.description.contains("stopped early"))
        }
    }

    @Test func `a test that is stopped before it measures has nothing to report`() async throws {
        try await LoadedServer.run { server in
            let (joining, input) = AsyncStream.makeStream(of: Void.self)
            let options = LoadOptions(group: try server.group(), shape: .each(4), duration: .seconds(1))
            let test = try LoadTest(options) { phase, _ in if phase == "joined" { input.yield() } }
            async let running = test.run()
            _ = await joining.first { true }
            test.stop()
            do {
                _ = try await running
                Issue.record("there is a report")
            } catch let error as LoadError {
                #expect(error.kind == .failed && error.description.contains("stopped"))
            }
        }
    }

    @Test func `a password lets in`() async throws {
        try await LoadedServer.run { server in
            let report = try await Self.report(try server.group("private"), .each(2)) {
                $0.username = "ada"
                $0.password = "correct horse"
            }
            Self.check(report, downStreams: 2)
        }
    }
}
