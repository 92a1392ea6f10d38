// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What the members of a load test have reached, for whoever waits for all of them.
actor RollCall {
    struct Counts: Sendable {
        var joined = 0
        var publishing = 0
        /// Down streams whose transport is connected, and those that carry media.
        var connected = 0
        var flowing = 0
        /// From sending the join to the answer; from the request to the first packet of a stream.
        var joinTimes: [Duration] = []
        var firstPacketTimes: [Duration] = []
    }

    private(set) var counts = Counts()
    private var failure: (any Error)?

    func note(_ change: @Sendable (inout Counts) -> Void) { change(&counts) }

    /// The first one counts: what follows mostly follows from it.
    func fail(_ error: any Error) { failure = failure ?? error }

    func check() throws {
        if let failure { throw failure }
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
