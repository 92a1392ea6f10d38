// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaLoop
import RTCBase

/// What taking packets out of a filled socket costs: single ones, and runs that the kernel has joined.
struct ReceiveSuite: Suite {
    let name = "receive"

    func measure(into round: inout Round) throws {
        round.record("single packets", try drain(run: 1), "us/packet")
        round.record("runs of 8", try drain(run: 8), "us/packet")
    }

    private func drain(run: Int) throws -> Double {
        let socket = try DatagramSocket(port: 0)
        var receiving = ReceiveBatch(for: socket)
        let client = try DatagramSocket(port: 0)
        var sending = SendBatch(for: client)
        let path = Path(remote: TransportAddress(.v4Loopback, port: socket.port), local: .v4Loopback)
        var seconds = 0.0
        for _ in 0..<200 {
            for packet in 0..<256 {
                // Sizes that grow join no run; 7 equal ones and a shorter one are a run.
                let size = run == 1 ? 900 + packet : packet % run == run - 1 ? 1149 : 1150
                sending.append(length: size, to: path, on: client)
            }
            sending.flush(to: client)
            let start = threadSeconds()
            while receiving.receive(from: socket) > 0 {
                while receiving.next() != nil {}
            }
            seconds += threadSeconds() - start
        }
        let counters = receiving.counters
        guard counters.datagrams == 200 * 256 else {
            throw SuiteError(description: "\(200 * 256 - counters.datagrams) packets were lost over loopback")
        }
        return seconds / Double(counters.datagrams) * 1e6
    }
}
