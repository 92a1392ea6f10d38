// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import RTP
import Testing

@Suite("Reception statistics", .rfc(3550, "A.3"))
struct ReceptionStatisticsTests {
    @Test(arguments: [0, 1, 127, 65534, 65535, 65536, 1 << 40] as [UInt64])
    func `reports no loss for a perfect stream, from every start`(start: UInt64) throws {
        var statistics = ReceptionStatistics(clockRate: 90_000)
        for step in 0..<1000 as Range<UInt64> {
            let now = Instant.zero + .milliseconds(Int64(step) * 20)
            statistics.receive(index: start + step, timestamp: UInt32(truncatingIfNeeded: step * 1800), now: now)
        }
        let blockReport = statistics.reportBlock(ssrc: 7, now: .zero + .seconds(20))
        let block = try #require(blockReport)
        #expect(block.fractionLost == 0 && block.cumulativeLost == 0 && block.jitter == 0)
        #expect(block.highestSequenceNumber == UInt32(truncatingIfNeeded: start + 999))
    }

    @Test func `reports the share lost since the last report, and the sum`() throws {
        var statistics = ReceptionStatistics(clockRate: 8000)
        for index in 0..<100 as Range<UInt64> where index % 2 == 0 {
            statistics.receive(index: index, timestamp: 0, now: .zero)
        }
        #expect(statistics.reportBlock(ssrc: 1, now: .zero)?.fractionLost == 126)
        for index in 100..<200 as Range<UInt64> { statistics.receive(index: index, timestamp: 0, now: .zero) }
        let secondReport = statistics.reportBlock(ssrc: 1, now: .zero)
        let second = try #require(secondReport)
        #expect(second.cumulativeLost == 50)
        // 101 expected (index 99 among them), 100 received.
        #expect(second.fractionLost == 2)
    }

    @Test func `does not take reordering for loss, and counts duplicates as negative loss`() throws {
        var statistics = ReceptionStatistics(clockRate: 8000)
        for index in [3, 1, 2, 4, 6, 5, 7, 7, 7, 7, 7] as [UInt64] {
            statistics.receive(index: index, timestamp: 0, now: .zero)
        }
        let blockReport = statistics.reportBlock(ssrc: 1, now: .zero)
        let block = try #require(blockReport)
        #expect(block.fractionLost == 0)
        #expect(block.cumulativeLost < 0)
    }

    @Test(.row("M-25"))
    func `reports what was lost although retransmissions made good for it`() throws {
        var statistics = ReceptionStatistics(clockRate: 8000)
        for index in 0..<100 as Range<UInt64> {
            if index % 10 == 5 {
                statistics.receiveRepaired()
            } else {
                statistics.receive(index: index, timestamp: 0, now: .zero)
            }
        }
        let blockReport = statistics.reportBlock(ssrc: 1, now: .zero)
        let block = try #require(blockReport)
        #expect(block.cumulativeLost == 10)
        #expect(statistics.packetsReceived == 100)
    }

    @Test func `measures jitter in timestamp units, and takes a new timestamp base for what it is`() throws {
        var statistics = ReceptionStatistics(clockRate: 90_000)
        for step in 0..<2000 {
            // Every second packet arrives 10 ms late: differences of 900 units.
            let late = Duration.milliseconds(step % 2 * 10)
            statistics.receive(
                index: UInt64(step), timestamp: UInt32(step * 1800), now: .zero + .milliseconds(step * 20) + late)
        }
        #expect((880...900).contains(statistics.jitter))
        statistics.receive(index: 2000, timestamp: 0x8000_0000, now: .zero + .seconds(40))
        #expect((880...900).contains(statistics.jitter))
    }

    @Test func `refers to the last sender report`() throws {
        var statistics = ReceptionStatistics(clockRate: 90_000)
        statistics.receive(index: 1, timestamp: 0, now: .zero)
        statistics.receiveSenderReport(NTPTime(bits: 0x1234_5678_9abc_def0), now: .zero)
        let blockReport = statistics.reportBlock(ssrc: 1, now: .zero + .milliseconds(1500))
        let block = try #require(blockReport)
        #expect(block.lastSenderReport == 0x5678_9abc)
        #expect(block.delaySinceLastSenderReport == 98_304)
    }
}
