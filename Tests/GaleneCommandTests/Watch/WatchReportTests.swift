// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneMedia
import GaleneProtocol
import Testing

@testable import galene

@Suite("How galene watch goes")
struct WatchReportTests {
    private func report(_ seconds: Int, dropped: Int = 0) -> WatchReport {
        var (before, now) = (StreamPlayer.Statistics(), StreamPlayer.Statistics())
        (before.shown, now.shown, now.dropped) = (100, 125, dropped)
        (now.skipped, now.broken, now.width, now.height) = (2, 1, 640, 480)
        return WatchReport(username: "ann", label: "camera", elapsed: .seconds(seconds), before: before, now: now)
    }

    @Test func `a program is told of each stream`() {
        #expect(
            report(83, dropped: 4).json == [
                "event": "watched", "username": "ann", "label": "camera", "seconds": 83, "pictures": 125,
                "picturesPerSecond": 25, "dropped": 4, "skipped": 2, "broken": 1, "width": 640, "height": 480,
            ])
    }

    @Test func `people are told of all in a line`() {
        #expect(WatchReport.text([report(83)]) == "1 stream  1:23  3 pictures left out")
        #expect(WatchReport.text([report(83), report(3700, dropped: 1)]) == "2 streams  1:01:40  7 pictures left out")
    }
}
