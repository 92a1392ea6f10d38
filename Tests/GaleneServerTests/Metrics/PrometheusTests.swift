// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import Metrics
import RTCTestKit
import Testing

@testable import GaleneServer

/// Prometheus' own judgement.
enum Promtool {
    /// - Returns: its exit status and what it says: 0 and nothing for text without fault.
    static func check(_ text: String) throws -> (status: Int32, complaints: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/promtool")
        process.arguments = ["check", "metrics"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        input.fileHandleForWriting.write(Data(text.utf8))
        try input.fileHandleForWriting.close()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: said, as: UTF8.self))
    }
}

@Suite("Metrics as Prometheus reads them")
struct PrometheusTests {
    /// What the registry says of itself, at the end.
    private static let nothingRefused = """
        # HELP galene_refused_series Series that there was no room for.
        # TYPE galene_refused_series gauge
        galene_refused_series 0

        """

    @Test func `families by name, series by labels, each with what was last known`() throws {
        let registry = PrometheusRegistry(help: ["packets_total": "Packets."])
        for direction in ["out", "in"] {
            let counter = Counter(
                label: "packets_total", dimensions: [("worker", "0"), ("direction", direction)], factory: registry)
            counter.increment(by: 2)
            counter.increment(by: 40)
        }
        Meter(label: "lag.seconds", factory: registry).set(0.25)
        let timer = Timer(label: "join_seconds", factory: registry)
        timer.recordMilliseconds(1500)
        timer.recordMilliseconds(500)
        Gauge(label: "a", factory: registry).record(-3)
        let expected = """
            # TYPE a gauge
            a -3
            # TYPE join_seconds summary
            join_seconds_sum 2
            join_seconds_count 2
            # TYPE lag_seconds gauge
            lag_seconds 0.25
            # HELP packets_total Packets.
            # TYPE packets_total counter
            packets_total{direction="in",worker="0"} 42
            packets_total{direction="out",worker="0"} 42

            """
        #expect(registry.text() == expected + Self.nothingRefused)
    }

    @Test(.attack(30)) func `what a label says stays within its quotes`() throws {
        let registry = PrometheusRegistry(help: ["odd_name": "A \\ and a\nbreak, \"quoted\"."])
        let counter = Counter(
            label: "odd-name", dimensions: [("1 b", "\"} 1\nfake 2\\"), ("é", "ü\r")], factory: registry)
        counter.increment()
        let text = registry.text()
        #expect(text.hasPrefix(#"# HELP odd_name A \\ and a\nbreak, "quoted"."# + "\n"))
        #expect(text.contains(#"odd_name{_1_b="\"} 1\nfake 2\\",__="ü"#))
        #expect(text.split(separator: "\n").count == 6)
        #expect(try Promtool.check(text).status != 1, "it can be read")
    }

    @Test func `numbers of every kind`() {
        let registry = PrometheusRegistry(help: [:])
        for (name, value) in [("nan", Double.nan), ("inf", .infinity), ("ninf", -.infinity), ("small", 1e-9)] {
            Meter(label: name, factory: registry).set(value)
        }
        let lines = registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.prefix(4) == ["inf +Inf", "nan NaN", "ninf -Inf", "small 1e-09"])
    }

    @Test(.attack(29)) func `no more series than there is room for, and the rest is counted`() throws {
        let registry = PrometheusRegistry(help: [:], limit: 10)
        var counters = (0..<100).map {
            Counter(label: "x_total", dimensions: [("n", String($0))], factory: registry)
        }
        for counter in counters { counter.increment() }
        // The same series again costs no room, one of another kind has none.
        Counter(label: "x_total", dimensions: [("n", "3")], factory: registry).increment()
        let text = registry.text()
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("x_total{") }.count == 10)
        #expect(text.contains(#"x_total{n="3"} 2"#))
        #expect(text.contains("galene_refused_series 90\n"))
        counters.removeFirst().destroy()
        Meter(label: "x_total", factory: registry).set(1)
        Meter(label: "y", factory: registry).set(1)
        #expect(registry.text().contains("\ny 1\n"))
        #expect(!registry.text().contains("x_total 1"))
    }

    @Test(.row("M-38")) func `promtool finds no fault with what a server shows`() async throws {
        try await TestServer.run(configure: { $0.metrics = "127.0.0.1:0" }) { server async throws in
            let client = try await RawClient.connect(port: try #require(server.metricsPort))
            // Everything is shown from the start, before the first look at a worker has been taken.
            let metrics = try #require(try await client.request("GET", "/metrics"))
            #expect(metrics.status == 200)
            #expect(metrics.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let verdict = try Promtool.check(metrics.body)
            #expect(verdict.status == 0 && verdict.complaints.isEmpty, "\(verdict.complaints)")
            for family in MetricFamily.all {
                #expect(metrics.body.contains("\n# TYPE \(family.name) "), "\(family.name)")
            }
            #expect(metrics.body.contains(#"galene_media_packets_total{direction="in",worker="0"} 0"#))
            let head = try await client.request("HEAD", "/metrics")
            #expect(head?.status == 200 && head?.body == "" && head?.fields["content-length"] != "0")
            var health: RawResponse?
            repeat { health = try await client.request("GET", "/health") } while health?.status == 503
            #expect(health?.status == 200 && health?.body == "ok\n")
            #expect(try await client.request("GET", "/")?.status == 404)
            #expect(try await client.request("GET", "/group/demo/.status")?.status == 404)
            // And the other way round: guests find nothing of this.
            #expect(try await server.get("/metrics")?.status == 404)
            #expect(try await server.get("/health")?.status == 404)
        }
    }

    @Test(.row("M-38")) func `without being asked for they are there, on this machine, for one server of it`()
        async throws
    {
        try await TestServer.run(configure: { $0.metrics = nil }) { first async throws in
            try await TestServer.run(configure: { $0.metrics = nil }) { second async throws in
                #expect(
                    second.announced.contains { $0.hasPrefix("no metrics are served: ") && $0.contains("-metrics") })
                #expect(second.metricsPort == nil)
                // Another process may have been first.
                guard let port = first.metricsPort else { return }
                let client = try await RawClient.connect(port: port)
                #expect(port == 9464)
                #expect(try await client.request("GET", "/metrics")?.status == 200)
            }
        }
    }
}
