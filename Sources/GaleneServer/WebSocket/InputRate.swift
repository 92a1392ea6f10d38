// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// How much one client may ask for: a bucket of messages and one of bytes, which drain steadily. Whoever fills them is not
/// read from until there is room again. So a flood waits in its sender's own network stack, nobody is disconnected who only
/// came in a hurry, and what one client makes the server send to all others has a bound.
struct InputRate {
    private struct Bucket {
        let capacity: Double
        /// A second.
        let drain: Double
        var level = 0.0

        var excess: Duration { level > capacity ? .seconds((level - capacity) / drain) : .zero }
    }

    private var messages: Bucket
    private var bytes: Bucket
    private var at: Instant

    init(limits: Limits, now: Instant) {
        messages = Bucket(capacity: Double(limits.messageBurst), drain: Double(limits.messagesPerSecond))
        bytes = Bucket(capacity: Double(limits.byteBurst), drain: Double(limits.bytesPerSecond))
        at = now
    }

    mutating func took(messages count: Int, bytes size: Int, now: Instant) {
        drain(now)
        messages.level += Double(count)
        bytes.level += Double(size)
    }

    /// Until when nothing more is to be read; `nil` when there is room.
    mutating func blockedUntil(now: Instant) -> Instant? {
        drain(now)
        let wait = max(messages.excess, bytes.excess)
        return wait > .zero ? now + max(wait, .milliseconds(1)) : nil
    }

    private mutating func drain(_ now: Instant) {
        guard now > at else { return }
        let seconds = (now - at) / .seconds(1)
        at = now
        messages.level = max(0, messages.level - seconds * messages.drain)
        bytes.level = max(0, bytes.level - seconds * bytes.drain)
    }
}
