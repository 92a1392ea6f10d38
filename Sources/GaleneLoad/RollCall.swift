// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What the members of a load test have reached, for whoever waits for all of them.
actor RollCall {
    struct Counts: Sendable {
        var joined = 0
        var publishing = 0
        /// Down streams that carry media.
        var flowing = 0
        /// Members that have left while the test runs, that have come again, and that should have left but were not back.
        var left = 0
        var returned = 0
        var skipped = 0
        /// As above, of those that have come again.
        var returnJoinTimes: [Duration] = []
        var returnMediaTimes: [Duration] = []
        /// Everybody has what was asked for first.
        var isSettled = false
        /// From the first packet to the server to the word that one is in.
        var joinTimes: [Duration] = []
        /// From the request to the first packet of a stream.
        var firstPacketTimes: [Duration] = []
        /// What a newcomer waits for the first picture: joining, and the request of the first stream that comes.
        var firstMediaTimes: [Duration] = []
    }

    private(set) var counts = Counts()
    private var failure: (any Error)?
    private let stop: StopFlag
    /// Somebody who stops the test from here on gets a report.
    private var isMeasuring = false

    init(stop: StopFlag = StopFlag()) { self.stop = stop }

    func beginMeasuring() { isMeasuring = true }

    func note(_ change: @Sendable (inout Counts) -> Void) { change(&counts) }

    /// The first one counts: what follows mostly follows from it.
    func fail(_ error: any Error) { failure = failure ?? error }

    func check() throws {
        if let failure { throw failure }
        if !isMeasuring, stop.isRaised { throw LoadError(.failed, "stopped before anything was measured") }
    }

    /// Waits until so many have got there.
    ///
    /// - Parameter what: for the error's sentence.
    nonisolated func wait(
        for count: Int, within limit: Duration, _ what: String, of progress: @Sendable (Counts) -> Int,
        report: @Sendable (Int) -> Void
    ) async throws {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while true {
            try await check()
            let reached = progress(await counts)
            report(reached)
            if reached >= count { return }
            guard clock.now < end else {
                throw LoadError(.failed, "only \(reached) of \(count) \(what) after \(limit)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
