// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch

/// Where files are written: a disk may keep its thread waiting, and shall not keep Swift's pool from anything else. The
/// executor of the actors that have files open, one each.
final class WriterQueue: SerialExecutor {
    // A serial queue has a thread of Dispatch's for as long as there is something to do.
    private let queue = DispatchQueue(label: "galene.recording", qos: .userInitiated)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Keeps it busy, as a slow disk does; for tests.
    func hold(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }
}
