// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import Testing

@Suite("Congestion: loss-based estimate and rate", .row("M-28"))
struct CongestionTests {
    @Test func `rises by a twentieth without loss while the rate is used, and not otherwise`() {
        var estimator = LossBasedEstimator()
        #expect(estimator.bitrate(now: .zero) == nil)
        estimator.receiveReport(fractionLost: 0, actual: 500_000, now: .zero)
        #expect(estimator.bitrate(now: .zero) == 538_000)
        estimator.receiveReport(fractionLost: 0, actual: 1000, now: .zero)
        #expect(estimator.bitrate(now: .zero) == 538_000)
    }

    @Test func `falls by half the lost share above a tenth, within its bounds, and forgets after 30 seconds`() {
        var estimator = LossBasedEstimator()
        estimator.receiveReport(fractionLost: 128, actual: 500_000, now: .zero)
        #expect(estimator.bitrate(now: .zero) == 384_000)
        for _ in 0..<100 { estimator.receiveReport(fractionLost: 255, actual: 0, now: .zero) }
        #expect(estimator.bitrate(now: .zero) == 9_600)
        #expect(estimator.bitrate(now: .zero + .seconds(30)) == nil)
        estimator.receiveReport(fractionLost: 10, actual: 0, now: .zero + .seconds(31))
        #expect(estimator.bitrate(now: .zero + .seconds(31)) == 512_000)
    }

    @Test func `measures the rate of whole seconds`() {
        var meter = RateMeter()
        for millisecond in 0..<3000 { meter.add(bytes: 125, now: .zero + .milliseconds(millisecond)) }
        #expect(abs(meter.bitrate(now: .zero + .milliseconds(3000)) - 1_000_000) < 2000)
        #expect(meter.bitrate(now: .zero + .seconds(10)) == 0)
    }

    @Test func `keeps sound and picture on one clock although one report is late`() throws {
        var clock = OriginClock()
        let base: Int64 = 1_800_000_000_000_000_000
        clock.receiveSenderReport(NTPTime(unixNanoseconds: base), now: .zero + .milliseconds(20))
        // This one was held up for 80 ms.
        clock.receiveSenderReport(NTPTime(unixNanoseconds: base + 1_000_000_000), now: .zero + .milliseconds(1100))
        let instant = try #require(clock.instant(of: NTPTime(unixNanoseconds: base + 1_000_000_000)))
        #expect(abs((instant - (.zero + .milliseconds(1020))).wholeNanoseconds) < 10)
    }
}
