// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
public import RTCBase

extension WallClock {
    /// How the wall clock stands to ``Instant/current``, as of now.
    public static var current: WallClock {
        WallClock(unixNanoseconds: Int64(Date().timeIntervalSince1970 * 1e9), at: .current)
    }

    /// Seconds since 1970.
    public static var unixSeconds: Int64 { Int64(Date().timeIntervalSince1970) }
}
