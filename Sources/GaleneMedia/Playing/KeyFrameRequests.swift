// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// When a player asks for a key frame: a machine that is told the time. Each costs all who get the stream, so that one who
/// cannot decode what comes asks ever more rarely.
struct KeyFrameRequests {
    /// Between two requests: time for a key frame to come, and for its publisher to encode it.
    static let shortest = Duration.seconds(1)
    /// And when key frames come that cannot be decoded: so long a publisher that sends something else is waited for.
    static let longest = Duration.seconds(30)

    private var last: Instant?
    private var interval = Self.shortest

    /// - Returns: whether to ask now.
    mutating func ask(now: Instant) -> Bool {
        if let last, now - last < interval { return false }
        last = now
        return true
    }

    /// A key frame has come, and could not be decoded.
    mutating func keyFrameFailed() { interval = min(interval * 2, Self.longest) }

    mutating func keyFrameDecoded() { interval = Self.shortest }
}
