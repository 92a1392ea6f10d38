// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase

/// An up stream: the tracks that come in over one transport.
struct Publisher: ~Copyable {
    /// The driver's handle of the transport.
    let stream: Handle
    /// The SSRC under which we send reports to it.
    let reporterSSRC: UInt32
    var clock = OriginClock()
    /// As its sender reports' SDES says; forwarded to receivers, so that they synchronise sound and picture.
    var cname = ""
    var tracks: [Handle] = []
}

/// A down stream: the tracks that go out over one transport.
struct Subscriber: ~Copyable {
    /// The driver's handle of the transport.
    let stream: Handle
    var isActive = false
    var tracks: [Handle] = []
    /// The receiver's own estimate of what its path carries, and when it came.
    var remb: (bitrate: Int64, arrival: Instant)?

    /// RFC-less, as browsers treat it: an estimate that is not renewed is worth nothing after 30 s.
    static let rembLifetime = Duration.seconds(30)
}
