// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
public import ICE
import MediaLoop
public import RTCBase
public import RTCCrypto
import SRTP
public import WebRTC

/// One thread full of peer connections: the media half of a load test.
///
/// Each connection has a socket of its own, because servers tell clients apart by address. A connection sends
/// (``openSender(_:from:)``) or receives; receivers read headers and decrypt one packet in a hundred, so that a machine
/// can play many more subscribers than a server on it serves.
///
/// Signalling is the caller's: it takes ``OpenedConnection/credentials`` and ``fingerprint`` into its descriptions and
/// gives back what the server's say.
public actor LoadWorker {
    public nonisolated let fingerprint: CertificateFingerprint
    private nonisolated let executor: MediaExecutor
    private nonisolated let pollDescriptor: Int32
    private nonisolated let number: Int
    private var state: LoadState
    private var waiters: [Waiter] = []

    private struct Waiter {
        let connection: ConnectionID?
        let condition: @Sendable (LoadStatistics) -> Bool
        let deadline: Instant
        let continuation: CheckedContinuation<LoadStatistics, Never>
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Nothing runs before ``start()``.
    ///
    /// - Parameters:
    ///   - certificate: shared by all connections; making one costs as much as a handshake.
    ///   - profiles: what DTLS offers or accepts.
    ///   - loss: of media and reports that come; ICE and DTLS are spared, so that it does not become a test of joining.
    ///   - upLoss: of media that is sent, and sent again.
    public init(
        certificate: Certificate, profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMHMACSHA1_80], number: Int = 0,
        loss: PacketLoss = PacketLoss(share: 0, seed: 0), upLoss: PacketLoss = PacketLoss(share: 0, seed: 0)
    ) throws {
        executor = try MediaExecutor()
        fingerprint = certificate.fingerprint
        self.number = number
        let context = try DTLSContext(certificate: certificate, profiles: profiles)
        let poll = try SocketPoll()
        pollDescriptor = poll.descriptor
        state = LoadState(
            poll: poll, model: try DatagramSocket(port: 0), context: context, wallClock: MonotonicClock.wallClock(),
            loss: loss, upLoss: upLoss)
    }

    public nonisolated func start() throws {
        try executor.start(name: "load-\(number)", sockets: [pollDescriptor]) { readiness in
            self.assumeIsolated { $0.turn(now: readiness.now) }
        }
    }

    /// Says goodbye on every connection, then ends the thread.
    public nonisolated func shutdown() async {
        await closeAll()
        executor.shutdown()
    }

    private func turn(now: Instant) -> Instant? {
        let (deadline, ticked) = state.wakeUp(now: now)
        guard !waiters.isEmpty else { return deadline }
        if ticked { answerWaiters(now: now) }
        return Instant.earliest(deadline, waiters.map(\.deadline).min())
    }

    private func closeAll() {
        state.closeAll(now: MonotonicClock.now())
        for waiter in waiters { waiter.continuation.resume(returning: statistics()) }
        waiters.removeAll()
    }

    /// A connection that sends; from the moment at which it is connected.
    ///
    /// - Parameter address: our end, an address of this machine from which the server can be reached.
    public func openSender(
        _ configuration: PacketSourceConfiguration, from address: IPAddress
    ) throws -> OpenedConnection {
        try openSender([configuration], from: address)
    }

    /// The same with several encodings of one picture, best first.
    public func openSender(
        _ encodings: [PacketSourceConfiguration], from address: IPAddress
    ) throws -> OpenedConnection {
        try state.open(sending: encodings, from: address, role: .controlling, now: MonotonicClock.now())
    }

    /// A connection that receives whatever it is sent.
    ///
    /// - Parameters:
    ///   - credentials: for whoever has answered already; by default new ones.
    ///   - isRemoteLite: whether the server's ICE is lite: whoever has full ICE and makes the offer controls
    ///     ([RFC 8445 section 6.1.1](https://www.rfc-editor.org/rfc/rfc8445#section-6.1.1)).
    public func openReceiver(
        from address: IPAddress, credentials: ICECredentials? = nil, isRemoteLite: Bool = true
    ) throws -> OpenedConnection {
        try state.open(
            sending: [], from: address, role: isRemoteLite ? .controlling : .controlled, credentials: credentials,
            now: MonotonicClock.now())
    }

    /// What the server's description says.
    public func setRemote(_ remote: RemoteTransport, of id: ConnectionID) {
        state.setRemote(remote, of: id.handle, now: MonotonicClock.now())
    }

    public func addRemote(_ candidate: ICECandidate, to id: ConnectionID) {
        state.addRemote(candidate, to: id.handle, now: MonotonicClock.now())
    }

    /// Under which numbers packets of simulcast encodings name their section and themselves
    /// ([RFC 8852 section 3](https://www.rfc-editor.org/rfc/rfc8852#section-3)).
    public func identify(_ id: ConnectionID, mid: String, midID: UInt8?, ridID: UInt8?) {
        state.identify(id.handle, mid: mid, midID: midID, ridID: ridID)
    }

    /// The other side may ask for packets that it misses (`nack`): from now on they are kept for a while, and sent again.
    public func repeatPackets(of id: ConnectionID) { state.repeatPackets(of: id.handle) }

    /// Sends a PLI for every source that has been received.
    public func requestKeyFrame(on id: ConnectionID) { state.requestKeyFrame(on: id.handle) }

    public func close(_ id: ConnectionID) { state.close(id.handle, now: MonotonicClock.now()) }

    // MARK: Observation

    /// Begins to count anew, and only packets sent within `interval`. Without one, all packets count.
    public func measure(_ interval: MeasuredInterval?) { state.measure(interval) }

    /// Ends the interval under way sooner, at a moment that has not come yet.
    public func cut(_ interval: MeasuredInterval) { state.cut(interval) }

    /// The sum over all connections that are open, and those closed since the last ``measure(_:)``.
    public func statistics() -> LoadStatistics { state.statistics(now: MonotonicClock.now()) }

    public func statistics(of id: ConnectionID) -> LoadStatistics? {
        state.statistics(of: id.handle, now: MonotonicClock.now())
    }

    /// Waits until the statistics satisfy `condition`, which is asked a hundred times a second, or for `limit`.
    ///
    /// - Parameter id: the connection whose statistics are meant; `nil` for all together.
    /// - Returns: the statistics as they are then.
    public func statistics(
        of id: ConnectionID? = nil, within limit: Duration,
        until condition: @escaping @Sendable (LoadStatistics) -> Bool
    ) async -> LoadStatistics {
        await withCheckedContinuation { continuation in
            waiters.append(
                Waiter(
                    connection: id, condition: condition, deadline: MonotonicClock.now() + limit,
                    continuation: continuation))
        }
    }

    private func answerWaiters(now: Instant) {
        let waiting = waiters
        waiters.removeAll()
        for waiter in waiting {
            let statistics =
                waiter.connection.map { state.statistics(of: $0.handle, now: now) ?? LoadStatistics() }
                ?? state.statistics(now: now)
            if waiter.deadline <= now || waiter.condition(statistics) {
                waiter.continuation.resume(returning: statistics)
            } else {
                waiters.append(waiter)
            }
        }
    }

    /// CPU time that the worker's thread has used since its start.
    public func processorTime() -> Duration { LoadState.threadProcessorTime() }
}
