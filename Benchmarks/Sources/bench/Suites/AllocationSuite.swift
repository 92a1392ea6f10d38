// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MallocInterposer
import MediaLoop
import RTCBase

/// Heap allocations a packet, and a control that shows that the counter counts.
struct AllocationSuite: Suite {
    let name = "allocations"

    func measure(into round: inout Round) throws {
        let socket = try DatagramSocket(port: 0)
        var receiving = ReceiveBatch(for: socket)
        var sending = SendBatch(for: socket)
        let path = Path(remote: TransportAddress(.v4Loopback, port: socket.port), local: .v4Loopback)
        var before = malloc_interposer_read_thread().allocations
        var received = 0
        for _ in 0..<1000 {
            for packet in 0..<8 { sending.append(length: 1150 - packet % 3, to: path, on: socket) }
            sending.flush(to: socket)
            while receiving.receive(from: socket) > 0 {
                while receiving.next() != nil { received += 1 }
            }
        }
        let count = malloc_interposer_read_thread().allocations - before
        guard received == 8000 else { throw SuiteError(description: "packets were lost over loopback") }
        round.record("sent and received packet", Double(count) / 8000, "/packet", limit: 0)

        before = malloc_interposer_read_thread().allocations
        var kept: [[UInt8]] = []
        kept.reserveCapacity(100)
        for size in 1...100 { kept.append(Array(repeating: 0, count: size)) }
        let control = malloc_interposer_read_thread().allocations - before
        guard kept.count == 100, control >= 100 else {
            throw SuiteError(description: "the counter saw \(control) of 100 allocations")
        }
        round.record("control, a hundred arrays", Double(control), "")
    }
}
