// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import MediaFlow
import RTCBase
import SCTP
import WebRTC

/// What all three peer connections have in common beyond ``PeerMachine``, for the tests.
protocol TestedPeer: PeerMachine, ~Copyable {
    /// What the application takes from it.
    associatedtype Output
    var isConnected: Bool { get }
    mutating func addRemote(candidate: String, now: Instant)
    mutating func pollOutput(now: Instant) -> Output?
}

extension SendingPeer: TestedPeer {
    mutating func pollOutput(now: Instant) -> EncoderEvent? { pollEncoderEvent(now: now) }
}

extension ReceivingPeer: TestedPeer {
    /// A frame as it came out.
    struct Output {
        var mid: String
        var frame: ReceivedFrame
        var at: Instant
    }

    mutating func pollOutput(now: Instant) -> Output? {
        pollFrame(now: now).map { Output(mid: $0.mid, frame: $0.frame, at: now) }
    }
}

extension DataPeer: TestedPeer {
    mutating func pollOutput(now: Instant) -> DataChannelEvent? { pollChannelEvent() }
}
