// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Pictures that wait for their time. Of those whose time has come only the newest is shown; a machine that is told the time.
struct PictureQueue<Picture> {
    private var waiting: [(picture: Picture, due: Instant)] = []
    private var lastShown: Instant?
    /// At least so much time lies between two that are shown.
    private let interval: Duration
    /// Pictures that were never shown because a newer one was due.
    private(set) var dropped = 0

    /// Pictures of 90 kB to 22 MB each; a receiver that plays in time has two or three.
    static var mostWaiting: Int { 8 }

    init(interval: Duration) { self.interval = interval }

    mutating func push(_ picture: Picture, due: Instant) {
        if waiting.count == Self.mostWaiting {
            waiting.removeFirst()
            dropped += 1
        }
        // Mostly they come in their order.
        let index = waiting.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
        waiting.insert((picture, due), at: index)
    }

    /// When there is something to show; `nil` for never.
    var deadline: Instant? {
        guard let first = waiting.first else { return nil }
        guard let lastShown else { return first.due }
        return max(first.due, lastShown + interval)
    }

    /// - Returns: what is to be shown now.
    mutating func take(now: Instant) -> Picture? {
        guard let deadline, deadline <= now else { return nil }
        let count = waiting.prefix { $0.due <= now }.count
        dropped += count - 1
        lastShown = now
        defer { waiting.removeFirst(count) }
        return waiting[count - 1].picture
    }
}
