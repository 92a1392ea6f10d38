// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MallocInterposer
@_spi(Measurement) import MediaLoop
import RTCBase
import RTCCrypto
import RTCTestKit
import Testing

@Suite("Heap allocations a forwarded packet", .timeLimit(.minutes(1)))
struct ForwardingAllocationTests {
    @Test(arguments: [SRTPProfile.aeadAES128GCM, .aes128CMHMACSHA1_80], [1, 8])
    func `none, from the encrypted packet to the send batch`(profile: SRTPProfile, burst: Int) throws {
        var rig = try ForwardingRig.make(
            subscribers: 25, profile: profile,
            destinations: (0..<25 as Range<UInt16>).map { TransportAddress(.v4Loopback, port: 40_000 + $0) },
            local: .v4Loopback, discards: true)
        // The ring, the lists and the plan take their size in the first rounds.
        for _ in 0..<200 { _ = rig.forward(burst) }
        let before = malloc_interposer_read_thread().allocations
        var forwarded = 0
        for _ in 0..<256 { forwarded += rig.forward(burst) }
        let allocations = malloc_interposer_read_thread().allocations - before
        #expect(forwarded == 256 * burst * 25)
        #expect(allocations == 0)
        let counters = rig.counters
        #expect(counters.authenticationFailures == 0 && counters.protectFailures == 0)
    }

    @Test func `the counter sees one allocation a packet when there is one`() throws {
        var rig = try ForwardingRig.make(
            subscribers: 1, profile: .aeadAES128GCM, destinations: [TransportAddress(.v4Loopback, port: 40_000)],
            local: .v4Loopback, discards: true)
        for _ in 0..<200 { _ = rig.forward(1) }
        let before = malloc_interposer_read_thread().allocations
        var kept: [[UInt8]] = []
        kept.reserveCapacity(256)
        for _ in 0..<256 {
            _ = rig.forward(1)
            kept.append([UInt8](repeating: 1, count: 64))
        }
        #expect(malloc_interposer_read_thread().allocations - before >= 256)
        #expect(kept.count == 256)
    }
}
