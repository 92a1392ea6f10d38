// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Testing

@testable import MediaLoop

@Suite("How late a loop is")
struct LoopMeterTests {
    @Test func `the greatest lateness of an interval is forgotten with it, and the rest adds up`() {
        let meter = LoopMeter()
        for lateness in [nil, 100, 700, 300] as [Int64?] { meter.record(lateness: lateness) }
        #expect(meter.takeMaximum() == .nanoseconds(700))
        #expect(meter.takeMaximum() == .zero)
        meter.record(lateness: 50)
        #expect(meter.takeMaximum() == .nanoseconds(50))
        let statistics = meter.statistics
        #expect(statistics.wakeups == 5 && statistics.timerWakeups == 4)
        #expect(statistics.totalLateness == .nanoseconds(1150))
        #expect(statistics.maximumLateness == .nanoseconds(700))
    }
}
