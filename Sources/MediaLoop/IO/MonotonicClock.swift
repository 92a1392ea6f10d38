// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import CLinuxNet
internal import Glibc
public import RTCBase

/// The clock that tells everything below the time: CLOCK_MONOTONIC, on which the kernel's timers run too.
public enum MonotonicClock {
    /// About 25 ns; read once a wake-up.
    public static func now() -> Instant { Instant(nanoseconds: nanoseconds(of: CLOCK_MONOTONIC)) }

    /// The wall-clock time that sender reports are to carry, as of now. Taken once, at start, so that a step of the
    /// system's clock disturbs no meeting.
    public static func wallClock() -> WallClock {
        WallClock(unixNanoseconds: nanoseconds(of: CLOCK_REALTIME), at: now())
    }

    private static func nanoseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
