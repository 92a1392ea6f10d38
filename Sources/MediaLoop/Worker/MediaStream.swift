// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import WebRTC

/// A stream on a worker: its transport, and its place in the router.
struct MediaStream: ~Copyable {
    enum Direction: BitwiseCopyable {
        /// The client sends. The handle is the router's publisher.
        case up(publisher: Handle)
        /// The client receives. The handle is the router's subscriber.
        case down(subscriber: Handle)
    }

    /// Whom the control plane's events go to.
    let owner: UInt64
    var transport: TransportSession
    var direction: Direction
    /// Of an up stream: which SSRC is which of its tracks, and the tracks that carry packets.
    var binder = SourceBinder(tracks: [])
    var started: [UpTrackInfo] = []
    /// Of a down stream: its tracks, with the router's handle of each.
    var tracks: [(parameters: DownTrackParameters, track: Handle)] = []
    /// By which checks find the stream: our fragment, preceded by the one before a restart.
    var ufrags: [String]
    /// Every SSRC that the stream has ever sent with.
    var usedSSRCs: [UInt32] = []
    /// Where datagrams go, in the kernel's form; `nil` until ICE has validated a path.
    var path: Path?
    /// Packets that may still be dropped because the socket did not take the beginning of their frame.
    var truncatedPackets: UInt8 = 0
    /// Addresses whose datagrams are routed here.
    var addresses: [TransportAddress] = []
    /// When the next RTCP report is due; `nil` until connected.
    var nextReport: Instant?
    /// The deadline by which the stream stands in the worker's queue.
    var queuedDeadline: Instant?

    /// A frame that lost more than this many packets behind a full socket is worth its rest again: the receiver will ask
    /// for what is missing (spec 7.8).
    static let truncation: UInt8 = 7

    init(owner: UInt64, transport: consuming TransportSession, direction: Direction, ufrag: String) {
        self.owner = owner
        self.transport = transport
        self.direction = direction
        ufrags = [ufrag]
    }

    var deadline: Instant? { Instant.earliest(transport.deadline, nextReport) }

    var isUp: Bool {
        if case .up = direction { true } else { false }
    }

    /// Time between two compound reports: to a publisher spec'd at a second, to a receiver at half of it, since its
    /// lip-sync waits for the first.
    var reportInterval: Duration {
        switch direction {
        case .up: .seconds(1)
        case .down: .milliseconds(500)
        }
    }
}
