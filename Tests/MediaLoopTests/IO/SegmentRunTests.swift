// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@testable import MediaLoop

/// The kernel's conditions for one message of many packets (Documentation/networking/segmentation-offloads and
/// net/ipv4/udp.c): equal sizes but for the last, 64 packets, 64 KiB, one destination.
@Suite("Runs of packets that leave as one message")
struct SegmentRunTests {
    private let path = Path(remote: TransportAddress(.v4Loopback, port: 1), local: .v4Loopback)

    /// How many packets of these sizes make one run.
    private func length(_ sizes: [Int]) -> Int {
        var run = SegmentRun(length: sizes[0], path: path)
        for size in sizes.dropFirst() {
            guard run.takes(size, to: path) else { break }
        }
        return run.count
    }

    @Test func `a shorter packet ends a run, a longer one does not join it`() {
        #expect(length([1000, 1000, 1000]) == 3)
        #expect(length([1000, 1000, 999, 999]) == 3)
        #expect(length([1000, 1000, 1, 1000]) == 3)
        #expect(length([1000, 1001]) == 1)
    }

    @Test func `a run has at most 64 packets and fits into an IP packet`() {
        #expect(length(Array(repeating: 100, count: 100)) == 64)
        #expect(length(Array(repeating: 1232, count: 100)) == 53)
        #expect(53 * 1232 + 40 + 8 <= 65535)
    }

    @Test func `packets that may exceed a device's MTU make no runs`() {
        #expect(length([1232, 1232]) == 2)
        #expect(length([1233, 1233]) == 1)
        #expect(length([1233, 1000]) == 1)
    }

    @Test func `another address, port, source or zone begins a new run`() {
        let others = [
            Path(remote: TransportAddress(IPAddress(v4: 0x7f00_0002), port: 1), local: .v4Loopback),
            Path(remote: TransportAddress(.v4Loopback, port: 2), local: .v4Loopback),
            Path(remote: TransportAddress(.v4Loopback, port: 1), local: IPAddress(v4: 0x7f00_0002)),
            Path(remote: TransportAddress(.v6Loopback, port: 1), local: .v6Loopback),
        ]
        for other in others {
            #expect(!joins(other, after: path))
            #expect(!joins(path, after: other))
            #expect(joins(other, after: other))
        }
        let linkLocal = TransportAddress(IPAddress(high: 0xfe80 << 48, low: 1), port: 1)
        let zones = (1...2).map { Path(remote: linkLocal, local: .v6Any, interface: $0) }
        #expect(!joins(zones[0], after: zones[1]))
    }

    private func joins(_ path: Path, after first: Path) -> Bool {
        var run = SegmentRun(length: 500, path: first)
        return run.takes(500, to: path)
    }

    @Test func `nothing joins before the first packet`() {
        var run = SegmentRun()
        let joined = run.takes(1, to: path)
        #expect(!joined)
    }
}
