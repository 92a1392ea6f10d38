// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneProtocol

/// This host's time.
enum LocalClock {
    @Sendable static func now() -> Timestamp {
        Timestamp(unixMilliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// `10:02`, where the person is.
    @Sendable static func timeOfDay(_ time: Timestamp) -> String {
        var seconds = time_t(time.unixSeconds)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return "" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(parts.tm_hour)):\(two(parts.tm_min))"
    }
}
