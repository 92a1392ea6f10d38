// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What the thread of a device hands to whoever reads it.
///
/// Unchecked because the compiler does not know that every property is used only while the condition is locked.
final class DeviceMailbox: @unchecked Sendable {
    struct Description: Sendable {
        var name: String
        var pictureSize: (width: Int, height: Int)?
        var hasSound: Bool
    }

    private let condition = MonotonicCondition()
    private var description: Description?
    private var samples = SampleQueue()
    private var failure: MediaError?
    private var isStopped = false

    // MARK: The device's thread

    /// Whether nobody wants anything any more.
    var isDone: Bool { condition.withLock { isStopped } }

    func open(_ description: Description) {
        condition.withLock {
            self.description = description
            condition.broadcast()
        }
    }

    func put(_ sample: MediaSample) {
        condition.withLock {
            guard !isStopped else { return }
            samples.put(sample)
            condition.broadcast()
        }
    }

    func fail(_ error: MediaError) {
        condition.withLock {
            failure = error
            condition.broadcast()
        }
    }

    // MARK: Whoever reads

    func stop() {
        condition.withLock {
            isStopped = true
            samples.removeAll()
            condition.broadcast()
        }
    }

    func waitUntilOpen(device: DeviceSource.Device, patience: Duration) throws(MediaError) -> Description {
        let result: Result<Description, MediaError>? = wait(patience) {
            // It may have failed since, after what is still to be read.
            if let description { return .success(description) }
            return failure.map { .failure($0) }
        }
        guard let result else {
            // Its thread finds that out when the device answers at last.
            stop()
            throw MediaError(.failed, "the \(device.kind) does not answer")
        }
        return try result.get()
    }

    func next(patience: Duration) throws(MediaError) -> MediaSample? {
        let result: Result<MediaSample?, MediaError>? = wait(patience) {
            if isStopped { return .success(nil) }
            if let sample = samples.take() { return .success(sample) }
            return failure.map { .failure($0) }
        }
        guard let result else {
            throw MediaError(.failed, "\(description?.name ?? "the device") gives nothing any more")
        }
        return try result.get()
    }

    /// - Returns: what there is at last; `nil` when time is up.
    private func wait<Value>(_ patience: Duration, _ look: () -> Value?) -> Value? {
        let end = SuspendingClock.now + patience
        return condition.withLock {
            while true {
                if let value = look() { return value }
                let remaining = end - .now
                guard remaining > .zero else { return nil }
                condition.wait(for: remaining)
            }
        }
    }
}
