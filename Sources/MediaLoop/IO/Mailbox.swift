// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The jobs that wait for a ``MediaExecutor``, and whether its thread must be woken for them.
///
/// `isAsleep` is under the same lock as the jobs: a job is posted either before the thread looks, which then does not
/// sleep, or after, and then its poster sees the flag and writes to the eventfd. Nobody else pays for a system call.
struct Mailbox {
    enum Phase {
        case created, running, stopping, stopped
        /// After the end, a thread made for it runs the jobs that still came.
        case runningLate
    }

    enum Reaction { case none, wake, runLate }

    var phase = Phase.created
    var isAsleep = false
    private(set) var jobs: [UnownedJob] = []

    mutating func post(_ job: UnownedJob) -> Reaction {
        jobs.append(job)
        return phase == .stopped ? runLate() : wake()
    }

    /// Ends the loop after the jobs that are waiting; a loop that never started, at once.
    mutating func stop() -> Reaction {
        switch phase {
        case .created:
            phase = .stopped
            return jobs.isEmpty ? .none : runLate()
        case .running:
            phase = .stopping
            return wake()
        case .stopping, .stopped, .runningLate:
            return .none
        }
    }

    private mutating func runLate() -> Reaction {
        phase = .runningLate
        return .runLate
    }

    private mutating func wake() -> Reaction {
        defer { isAsleep = false }
        return isAsleep ? .wake : .none
    }

    /// Hands the jobs over in exchange for an empty array, whose memory serves the next ones.
    mutating func take(_ empty: inout [UnownedJob]) {
        isAsleep = false
        swap(&jobs, &empty)
    }

    /// Whether the thread may block; from then on posters wake it.
    mutating func fallAsleep() -> Bool {
        isAsleep = jobs.isEmpty && phase == .running
        return isAsleep
    }

    /// Whether the thread is to end: nothing waits, and it was asked to stop or is a late one.
    mutating func finish() -> Bool {
        guard phase == .stopping || phase == .runningLate, jobs.isEmpty else { return false }
        phase = .stopped
        return true
    }
}
