// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import NIOCore
public import RTCBase

extension Instant {
    /// Now, on the clock of NIO's event loops.
    public static var current: Instant {
        Instant(nanoseconds: Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds))
    }

    /// The same moment for an event loop.
    public var onLoop: NIODeadline { .uptimeNanoseconds(UInt64(clamping: nanoseconds)) }
}
