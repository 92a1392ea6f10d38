// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP

/// How many packets of a track stay retrievable: four times what comes in the round trip of whoever is farthest away, so
/// that a packet can be lost, noticed, asked for and lost again.
enum CacheSize {
    /// Powers of two, as rings are. At 300 packets a second of video 128 are 0.4 s; at 50 of audio 32 are 0.6 s.
    static func minimum(_ kind: MediaKind) -> Int { kind == .video ? 128 : 32 }
    /// 1.5 MiB a track. Twice the replay window of the publisher's SRTP, behind which no repair arrives.
    static let maximum = 1024

    /// The capacity that a ring is to have from now on; `current` while that is neither too small nor much too large.
    ///
    /// - Parameters:
    ///   - packetRate: packets a second.
    ///   - roundTrip: the longest round trip with four times its jitter.
    static func next(current: Int, kind: MediaKind, packetRate: Int, roundTrip: Duration) -> Int {
        let milliseconds = Int(min(max(roundTrip.wholeNanoseconds / 1_000_000, 0), 10_000))
        let wanted = min(max(packetRate * 4 * milliseconds / 1000, minimum(kind)), maximum)
        guard current * 4 < wanted * 3 || current >= wanted * 2 else { return current }
        var capacity = minimum(kind)
        while capacity < wanted { capacity *= 2 }
        return capacity
    }
}
