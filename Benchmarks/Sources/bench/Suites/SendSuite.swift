// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CReferenceSender
import Glibc
import MediaLoop
import RTCBase

/// Packets of 1150 bytes to 50 receivers behind a device that drops them: `SendBatch` against a sender in C, and the
/// cipher's cost, of which the budget of a forwarded packet is made.
struct SendSuite: Suite {
    let name = "send"

    private let receivers = 50
    private let size = 1150
    /// Each of 8 packets to every receiver: 200,000 packets a mode.
    private let rounds = 500

    /// The two devices that `./run` makes: one that cuts runs itself, as a good network card does, and one for which the
    /// kernel cuts them, as on most virtual machines.
    private let segmentingSink: UInt32 = 0x0a09_0002
    private let plainSink: UInt32 = 0x0a09_0102

    func measure(into round: inout Round) throws {
        let sendto = try reference(REFERENCE_SENDTO, plainSink)
        let sendmmsg = try reference(REFERENCE_SENDMMSG, plainSink)
        let segments = try reference(REFERENCE_SEGMENTS, plainSink)
        let offloaded = try reference(REFERENCE_SEGMENTS, segmentingSink)
        let cipher = try microseconds(reference_gcm(UInt32(receivers), UInt32(size), UInt32(rounds)))
        round.record("C sendto", sendto, "us/packet")
        round.record("C sendmmsg", sendmmsg, "us/packet")
        round.record("C 8 segments", segments, "us/packet")
        round.record("C 8 segments, cut by the device", offloaded, "us/packet")
        round.record("C AES-128-GCM", cipher, "us/packet")

        try own("singles", runs: false, plainSink, reference: sendmmsg, cipher: cipher, into: &round)
        try own("bursts of 8", runs: true, plainSink, reference: segments, cipher: cipher, into: &round)
        try own(
            "bursts of 8, cut by the device", runs: true, segmentingSink, reference: offloaded, cipher: cipher,
            into: &round)
        let (discarded, _) = try send(runs: false, plainSink, .discard)
        round.record("singles without the system call", discarded, "us/packet")
    }

    private func own(
        _ name: String, runs: Bool, _ sink: UInt32, reference: Double, cipher: Double, into round: inout Round
    ) throws {
        let (cost, calls) = try send(runs: runs, sink, .socket)
        round.record(name, cost, "us/packet", limit: 1.3 * (reference + cipher) - cipher)
        round.record("\(name), against C", cost / reference, "×")
        round.record("\(name), system calls", calls, "/packet")
    }

    private func send(
        runs: Bool, _ sink: UInt32, _ transmission: SendBatch.Transmission
    ) throws -> (microseconds: Double, calls: Double) {
        let socket = try DatagramSocket(port: 0)
        var batch = SendBatch(for: socket)
        batch.transmission = transmission
        let local = IPAddress(v4: sink & ~0xff | 1)
        let paths = (0..<receivers).map { index in
            Path(
                remote: TransportAddress(IPAddress(v4: sink + UInt32(index)), port: UInt16(40000 + index)), local: local
            )
        }
        let packets = rounds * receivers * 8
        let start = threadSeconds()
        paths.withUnsafeBufferPointer { paths in
            for _ in 0..<(runs ? rounds : rounds * 8) {
                for path in paths {
                    for _ in 0..<(runs ? 8 : 1) { batch.append(length: size, to: path, on: socket) }
                }
                batch.flush(to: socket)
            }
        }
        let seconds = threadSeconds() - start
        let counters = batch.counters
        guard counters.datagrams == packets else {
            throw SuiteError(
                description: "of \(packets) packets \(counters.dropped) were dropped and \(counters.refused) refused")
        }
        return (seconds / Double(packets) * 1e6, Double(counters.systemCalls) / Double(packets))
    }

    private func reference(_ mode: reference_mode, _ sink: UInt32) throws -> Double {
        try microseconds(reference_send(mode, sink, UInt32(receivers), UInt32(size), UInt32(rounds)))
    }

    private func microseconds(_ result: reference_result) throws -> Double {
        guard result.error == 0 else {
            let reason = String(cString: strerror(result.error))
            throw SuiteError(description: "the reference failed: \(reason) (start the benchmarks by Benchmarks/run)")
        }
        return result.cpu_seconds / Double(result.packets) * 1e6
    }
}
