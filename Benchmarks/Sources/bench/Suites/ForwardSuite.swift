// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CReferenceSender
import Glibc
import MallocInterposer
@_spi(Measurement) import MediaLoop
import RTCBase
import RTCCrypto

/// The worker's whole packet path: a publisher's encrypted packets in, decrypted, cached, planned, renumbered, encrypted
/// for each subscriber and sent. What the budgets of a forwarded packet are about.
struct ForwardSuite: Suite {
    let name = "forward"

    private let size = 1150
    private let plainSink: UInt32 = 0x0a09_0102

    func measure(into round: inout Round) throws {
        // The budgets without the system call that sends.
        for subscribers in [10, 50, 200] {
            for burst in [1, 8] {
                let gcm = try forward(subscribers, .aeadAES128GCM, burst: burst, sends: false)
                round.record(
                    "GCM, \(subscribers) subscribers, bursts of \(burst), not sent", gcm.microseconds, "us/packet",
                    limit: 0.45)
                round.record("its heap allocations", gcm.allocations, "/packet", limit: 0)
            }
            let counter = try forward(subscribers, .aes128CMHMACSHA1_80, burst: 8, sends: false)
            round.record(
                "CM, \(subscribers) subscribers, bursts of 8, not sent", counter.microseconds, "us/packet", limit: 0.90)
        }
        // And with it, beside a sender in C and the cipher alone, in the same round.
        let cipher = try reference(reference_gcm(50, UInt32(size), 500))
        let sendmmsg = try reference(reference_send(REFERENCE_SENDMMSG, plainSink, 50, UInt32(size), 500))
        let segments = try reference(reference_send(REFERENCE_SEGMENTS, plainSink, 50, UInt32(size), 500))
        round.record("C AES-128-GCM", cipher, "us/packet")
        round.record("C sendmmsg", sendmmsg, "us/packet")
        round.record("C 8 segments", segments, "us/packet")
        for (title, burst, base) in [("singles", 1, sendmmsg), ("bursts of 8", 8, segments)] {
            let sent = try forward(50, .aeadAES128GCM, burst: burst, sends: true)
            round.record(
                "GCM, 50 subscribers, \(title), sent", sent.microseconds, "us/packet", limit: 1.3 * (base + cipher))
            round.record("its system calls", sent.systemCalls, "/packet")
        }
    }

    private struct Result {
        var microseconds: Double
        var systemCalls: Double
        var allocations: Double
    }

    /// At least 200,000 forwarded packets.
    private func forward(_ subscribers: Int, _ profile: SRTPProfile, burst: Int, sends: Bool) throws -> Result {
        let local = IPAddress(v4: plainSink & ~0xff | 1)
        let destinations = (0..<subscribers).map { index in
            TransportAddress(IPAddress(v4: plainSink + UInt32(index % 250)), port: UInt16(40_000 + index))
        }
        var rig = try ForwardingRig.make(
            subscribers: subscribers, profile: profile, destinations: destinations, local: local, discards: !sends,
            packetLength: size)
        while rig.remaining > 2048 { _ = rig.forward(burst) }
        var seconds = 0.0
        var forwarded = 0
        var allocations: UInt64 = 0
        let callsBefore = rig.sendCounters.systemCalls
        while forwarded < 200_000 {
            if rig.remaining < burst { rig.restock() }
            let allocationsBefore = malloc_interposer_read_thread().allocations
            let start = threadSeconds()
            while rig.remaining >= burst { forwarded += rig.forward(burst) }
            seconds += threadSeconds() - start
            allocations += malloc_interposer_read_thread().allocations - allocationsBefore
        }
        let counters = rig.counters
        guard counters.authenticationFailures == 0, counters.replays == 0, counters.protectFailures == 0 else {
            throw SuiteError(description: "packets were dropped on the way: \(counters)")
        }
        let calls = rig.sendCounters.systemCalls - callsBefore
        return Result(
            microseconds: seconds / Double(forwarded) * 1e6, systemCalls: Double(calls) / Double(forwarded),
            allocations: Double(allocations) / Double(forwarded))
    }

    private func reference(_ result: reference_result) throws -> Double {
        guard result.error == 0 else {
            let reason = String(cString: strerror(result.error))
            throw SuiteError(description: "the reference failed: \(reason) (start the benchmarks by Benchmarks/run)")
        }
        return result.cpu_seconds / Double(result.packets) * 1e6
    }
}
