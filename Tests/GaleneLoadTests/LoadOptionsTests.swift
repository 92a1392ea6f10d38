// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import Glibc
import LoadMedia
import RTCTestKit
import Testing

@testable import GaleneLoad

@Suite("Options of a load test")
struct LoadOptionsTests {
    private static let group = ServerURL("http://127.0.0.1:1/group/g/")!

    @Test func `say who sends and who receives`() {
        let separate = LoadOptions(group: Self.group, shape: .separate(publishers: 2, subscribers: 3))
        #expect(separate.clientCount == 5)
        #expect(separate.downStreamCount == 6)
        #expect((0..<5).map(separate.publishes) == [true, true, false, false, false])
        #expect((0..<5).map(separate.receives) == [false, false, true, true, true])
        let each = LoadOptions(group: Self.group, shape: .each(10))
        #expect(each.clientCount == 10)
        #expect(each.downStreamCount == 90)
        var simulcast = separate
        #expect(!(0..<5).contains { simulcast.asksForLow($0) })
        simulcast.simulcast = true
        #expect((0..<5).map(simulcast.asksForLow) == [false, false, false, true, false])
        #expect((0..<10).allSatisfy { each.publishes($0) && each.receives($0) })
    }

    @Test func `that make no sense are refused before anything is opened`() {
        var cases = [
            LoadOptions(group: ServerURL("http://h/")!, shape: .each(2)),
            LoadOptions(group: Self.group, shape: .each(1)),
            LoadOptions(group: Self.group, shape: .separate(publishers: 0, subscribers: 1)),
            LoadOptions(group: Self.group, shape: .separate(publishers: 1, subscribers: 0)),
            // That nothing overflows, the crash of the test would tell.
            LoadOptions(group: Self.group, shape: .separate(publishers: 4_000_000_000, subscribers: 4_000_000_000)),
            LoadOptions(group: Self.group, shape: .separate(publishers: .max, subscribers: 1)),
            LoadOptions(group: Self.group, shape: .separate(publishers: 1, subscribers: 10_001)),
            LoadOptions(group: Self.group, shape: .each(.max)), LoadOptions(group: Self.group, shape: .each(.min)),
        ]
        for change: (inout LoadOptions) -> Void in [
            { $0.rate = 0 }, { $0.rate = .nan }, { $0.burst = 0 }, { $0.burst = 65 }, { $0.packetSize = 63 },
            { $0.packetSize = 1201 }, { $0.duration = .zero }, { $0.threads = 0 }, { $0.churn = -1 },
            { $0.churn = 101 },
            { $0.churn = .nan }, { $0.churn = 1e-300 }, { $0.rate = 1e-300 }, { $0.warmUp = .seconds(-1) },
            { $0.warmUp = .seconds(36_001) }, { $0.duration = .seconds(36_001) }, { $0.loss = -0.1 }, { $0.loss = 0.6 },
            { $0.loss = .nan }, { $0.upLoss = 0.6 }, { $0.upLoss = .nan },
            { options in
                options.simulcast = true
                options.churn = 1
            },
        ] {
            var options = LoadOptions(group: Self.group, shape: .each(2))
            change(&options)
            cases.append(options)
        }
        for options in cases {
            #expect { try LoadTest(options) } throws: { ($0 as? LoadError)?.kind == .usage }
        }
    }

    @Test func `with nobody listening the error names the server and the reason`() async throws {
        let test = try LoadTest(LoadOptions(group: Self.group, shape: .each(2)))
        await #expect {
            try await test.run()
        } throws: { error in
            guard let error = error as? LoadError else { return false }
            return error.kind == .connection
                && error.description == "cannot connect to 127.0.0.1:1: Connection refused"
        }
    }
}

@Suite("Reports of a load test")
struct LoadReportTests {
    @Test func `a process is watched by its number`() throws {
        let process = try ServerProcess(pid: getpid())
        let first = try process.sample()
        #expect(try process.residentBytes() > 1 << 20)
        var sum: UInt64 = 0
        for number in 0..<2_000_000 as Range<UInt64> { sum = sum &* 31 &+ number }
        let last = try process.sample()
        #expect(sum != 0)
        let usage = ServerProcess.Usage(from: first, to: last)
        #expect(last.processorTime > first.processorTime)
        #expect(usage.user + usage.system == last.processorTime - first.processorTime)
        #expect(throws: LoadError.self) { try ServerProcess(pid: Int32.max) }
    }

    @Test func `the table names what was lost and what it cost`() {
        var found = Freezes()
        found.count = 2
        found.total = .milliseconds(1520)
        found.longest = .milliseconds(900)
        let freezes = LoadReport.Freezes(found)
        let report = LoadReport(
            group: "http://h/group/g/", clients: 11, upStreams: 1, downStreams: 10, rate: 300, burst: 8,
            packetSize: 1150, seconds: 10, sent: 3000, expected: 30_000, received: 29_997, lost: 3,
            lostBeforeRepair: 42, requested: 45, repaired: 39, duplicates: 0, missing: 3, unsent: 0,
            latencyMedian: 122.2, latency95: 400.4, latency99: 811.1, verified: 300, forged: 0, keyFramesRequested: 1,
            frames: 2990, freezes: freezes, join: .init([.milliseconds(4), .milliseconds(5), .milliseconds(6)]),
            generatorPerPacket: 1.234, generatorLoad: 0.037,
            server: .init(
                userPerPacket: 0.5, systemPerPacket: 1.051, load: 0.05, idleBytes: 20 << 20, joinedBytes: 21 << 20,
                streamingBytes: 24 << 20, kibibytesPerClient: 49.6, kibibytesPerDownStream: 127.4))
        #expect(
            report.description == """
                streams        1 up × 300 packets/s of 1150 bytes in bursts of 8, 10 down, 11 clients
                sent           3000 in 10.0 s
                received       29997 of 30000
                lost           3 (0.010 %), 3 gaps, 0 duplicates
                before repair  42 (0.140 %), 45 asked for, 39 came again
                frames         2990 whole, 2 freezes of 1.5 s in all, the longest 900 ms
                latency        median 122 us, 95 % 400 us, 99 % 811 us
                authentic      300 of 300 packets of a sample
                join           median 5.0 ms, 95 % 6.0 ms, max 6.0 ms
                generator      1.23 us a received packet, 4 % of a core
                server         1.55 us a forwarded packet (user 0.50, system 1.05), 5 % of a core
                server memory  20.0 MiB idle, 21.0 with all joined, 24.0 with all streams
                               50 KiB a client, 127 KiB a down stream
                """)
    }
}
