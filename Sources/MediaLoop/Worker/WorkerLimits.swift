// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import SRTP

/// What one worker allows, with the reason for each number.
public struct WorkerLimits: Sendable {
    /// Streams on a worker. Each costs about 100 KiB; 8192 of them are 800 MiB and more packets than a core forwards.
    public var streams = 8192
    /// Handshakes' datagrams handled in one wake-up: 8 take at most 7 ms, a third of a video frame's time.
    public var handshakesPerWakeUp = 8
    /// Handshakes' datagrams that wait for a later wake-up: 2 MiB. What is dropped is retransmitted.
    public var deferredDatagrams = 1024
    /// Batches taken from the socket before timers get their turn.
    public var receiveRoundsPerWakeUp = 8
    /// Checks of ours that await an answer, over all streams.
    public var outstandingChecks = 65_536
    /// Remote addresses routed to one stream: a client has few interfaces, and changes networks now and then.
    public var addressesPerStream = 16

    /// Down tracks that a stream may have had: as many as its SDP may have sections (``NegotiationLimits``), after which
    /// the session replaces the stream.
    public var tracksInAStreamsLife = 128

    public init() {}
}

/// What a worker has received and dropped since its start.
public struct WorkerCounters: Sendable, Equatable, BitwiseCopyable {
    public var datagramsReceived: UInt64 = 0
    /// Neither STUN nor DTLS nor RTP.
    public var unknownDatagrams: UInt64 = 0
    /// STUN that names no stream of ours.
    public var strangeChecks: UInt64 = 0
    /// DTLS or media from an address that no stream has authenticated.
    public var strangeDatagrams: UInt64 = 0
    /// Datagrams of handshakes that had to wait for a later wake-up, and those for which there was no room to wait.
    public var handshakeDatagramsDeferred: UInt64 = 0
    public var handshakeDatagramsDropped: UInt64 = 0
    public var oversizedDatagrams: UInt64 = 0
    /// Media of a stream that sends none, or before its keys are there.
    public var unexpectedMedia: UInt64 = 0
    public var malformedPackets: UInt64 = 0
    public var authenticationFailures: UInt64 = 0
    public var replays: UInt64 = 0
    /// Packets of SSRCs that belong to no accepted section.
    public var unboundSources: UInt64 = 0
    public var packetsForwarded: UInt64 = 0
    /// Packets of video that were not encrypted because the socket was full.
    public var packetsDropped: UInt64 = 0
    /// Packets that could not be encrypted: a key at the end of its life.
    public var protectFailures: UInt64 = 0

    public init() {}

    /// Counts a packet that SRTP refused.
    mutating func count(_ opened: SRTPUnprotected) {
        guard case .rejected(let rejection) = opened else { return }
        switch rejection {
        case .malformed: malformedPackets &+= 1
        case .authenticationFailed: authenticationFailures &+= 1
        case .replayed: replays &+= 1
        case .tooManySources: unboundSources &+= 1
        }
    }
}
