// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CReferenceSender
import Foundation
@_spi(Measurement) import MediaLoop
import RTCBase
import RTCCrypto
import Synchronization

/// What a second worker adds: workers share nothing, so that two forward twice as much, less what the cores share.
struct WorkersSuite: Suite {
    let name = "workers"

    private static let packets = 400_000

    func measure(into round: inout Round) throws {
        let one = try seconds(workers: 1)
        let two = try seconds(workers: 2)
        round.record("one worker", Double(Self.packets) / one / 1e3, "thousand packets/s")
        round.record("two workers", Double(2 * Self.packets) / two / 1e3, "thousand packets/s")
        // At least 1.7 times as much: twice the packets in at most 2 / 1.7 of the time.
        round.record("time of two for twice the packets", two / one, "× one's", limit: 2 / 1.7)
        // Two threads of one core give less; the cipher alone shows how much less the machine allows.
        let alone = cipherSeconds(threads: 1)
        round.record("the same for the C cipher alone", cipherSeconds(threads: 2) / alone, "× one's")
    }

    /// Wall time until every worker has forwarded its packets, none of which is sent.
    private func seconds(workers: Int) throws -> Double {
        let failure = Mutex<String?>(nil)
        let elapsed = inParallel(workers) { barrier in
            do {
                let destinations = (0..<50).map {
                    TransportAddress(IPAddress(v4: 0x0a09_0102 + UInt32($0)), port: UInt16(40_000 + $0))
                }
                var rig = try ForwardingRig.make(
                    subscribers: 50, profile: .aeadAES128GCM, destinations: destinations,
                    local: IPAddress(v4: 0x0a09_0101), discards: true, supply: 16_384)
                while rig.remaining > 8192 { _ = rig.forward(8) }
                barrier()
                var forwarded = 0
                while forwarded < Self.packets, rig.remaining >= 8 { forwarded += rig.forward(8) }
                if forwarded < Self.packets { failure.withLock { $0 = "the supply of packets is too small" } }
            } catch {
                barrier()
                failure.withLock { $0 = "\(error)" }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw SuiteError(description: failure) }
        return elapsed
    }

    private func cipherSeconds(threads: Int) -> Double {
        inParallel(threads) { barrier in
            barrier()
            _ = reference_gcm(50, 1150, 4000)
        }
    }

    /// Runs the body on so many threads, and measures from the moment at which all of them have passed their barrier.
    private func inParallel(_ count: Int, _ body: @escaping @Sendable (_ barrier: () -> Void) -> Void) -> Double {
        let ready = DispatchSemaphore(value: 0)
        let go = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<count {
            Thread.detachNewThread {
                body {
                    ready.signal()
                    go.wait()
                }
                done.signal()
            }
        }
        for _ in 0..<count { ready.wait() }
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<count { go.signal() }
        for _ in 0..<count { done.wait() }
        return (clock.now - start) / .seconds(1)
    }
}
