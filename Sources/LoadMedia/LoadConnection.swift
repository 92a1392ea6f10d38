// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import ICE
import MediaLoop
public import RTCBase
import WebRTC

/// A peer connection of a ``LoadWorker``.
public struct ConnectionID: Hashable, Sendable {
    let handle: Handle
}

/// What the signalling must tell the server about a new connection, and what will happen to it.
public struct OpenedConnection: Sendable {
    public let id: ConnectionID
    public let credentials: ICECredentials
    /// Our one candidate: the address that was asked for, with the port of the connection's own socket.
    public let candidate: ICECandidate
    /// Ends when the connection is closed.
    public let events: AsyncStream<ConnectionEvent>
}

public enum ConnectionEvent: Sendable, Equatable {
    /// ICE and DTLS are done.
    case connected(at: Instant)
    /// The first media packet has come.
    case firstPacket(at: Instant)
    /// For good.
    case failed(String)
    /// The server has closed the association.
    case closed
}

/// One socket with a client's transport on it, and what goes through it.
struct LoadConnection: ~Copyable {
    let socket: DatagramSocket
    var transport: TransportSession
    let events: AsyncStream<ConnectionEvent>.Continuation
    /// Of a connection that sends: one, or one for each simulcast encoding.
    var sources: [PacketSource]
    var sink: PacketSink
    var loss: PacketLoss
    /// Of media that it sends.
    var upLoss: PacketLoss
    var path: Path?
    var nextReport: Instant?
    var counters = LoadStatistics()

    /// Counted since the start or the last reset.
    func statistics(now: Instant, interval: MeasuredInterval?) -> LoadStatistics {
        var statistics = counters
        statistics.received = sink.received
        statistics.duplicates = sink.duplicates
        statistics.missing = sink.missing
        statistics.requested = sink.requested
        statistics.repaired = sink.repaired
        statistics.frames = sink.frames
        statistics.freezes = sink.freezes(now: now, interval: interval)
        statistics.latency = sink.latency
        statistics.keyFramesSent = sources.reduce(0) { $0 + $1.keyFrames }
        return statistics
    }

    mutating func resetInterval() {
        counters.sent = 0
        counters.unsent = 0
        counters.authentic = 0
        counters.forged = 0
        counters.discarded = 0
        sink.reset()
    }
}
