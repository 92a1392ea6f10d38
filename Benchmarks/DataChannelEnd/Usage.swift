// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Glibc

/// Seconds that have passed, and seconds of CPU that this process has used.
struct Usage {
    var seconds: Double
    var user: Double
    var system: Double

    /// Up to now.
    init() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        var usage = rusage()
        getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
        seconds = Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        user = Self.seconds(usage.ru_utime)
        system = Self.seconds(usage.ru_stime)
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }

    static func - (a: Usage, b: Usage) -> Usage {
        var difference = a
        difference.seconds -= b.seconds
        difference.user -= b.user
        difference.system -= b.system
        return difference
    }
}
