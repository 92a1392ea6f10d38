// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import ICE
public import RTCBase

/// What every kind of peer connection wants of its driver.
///
/// After each call the driver empties ``pollTransmit(now:)`` and ``pollEvent()``, then waits until ``deadline``.
public protocol PeerMachine: ~Copyable {
    /// Begins to look for addresses that the peer may be told.
    mutating func gather(now: Instant)
    /// A socket of ours.
    ///
    /// - Parameter isTold: false for an address that only this host can reach: it is used, and not told to the peer.
    mutating func addLocal(_ address: TransportAddress, isTold: Bool, now: Instant)
    /// An address of ours is gone, and what was reached through it.
    mutating func removeLocal(_ address: IPAddress, now: Instant)
    /// A datagram from the network, and the address of ours to which it was sent.
    mutating func receive(
        _ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, to local: IPAddress, now: Instant)
    /// Bytes from a TURN server.
    mutating func receive(_ bytes: RawSpan, fromServer index: UInt8, now: Instant)
    /// The connection to a TURN server is lost, or was refused.
    mutating func disconnect(server index: UInt8, now: Instant)
    /// Asks a TURN server for an address once more, over another socket.
    mutating func allocate(server index: UInt8, now: Instant)
    mutating func handleTimeout(now: Instant)
    var deadline: Instant? { get }
    /// The next datagram, or the next bytes for a TURN server.
    mutating func pollTransmit(now: Instant) -> ICETransmit?
    mutating func pollEvent() -> PeerEvent?
    /// Says goodbye to the peer and to the servers; empty ``pollTransmit(now:)`` once more afterwards.
    mutating func close(now: Instant)
}
