// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Why a ``MediaExecutor`` calls its driver.
public struct Readiness: Sendable, Hashable, BitwiseCopyable {
    /// The time of the wake-up; a driver needs no other clock.
    public internal(set) var now = Instant.zero
    /// Whether the deadline that the driver asked for has come.
    public internal(set) var isTimer = false
    private var sockets: UInt64 = 0

    init() {}

    /// Whether the socket with this index (in the order given at start) has something to read, or an error to fetch.
    public func isReadable(_ index: Int) -> Bool { sockets >> UInt64(index) & 1 != 0 }

    mutating func setReadable(_ index: Int) { sockets |= 1 << UInt64(index) }
}
