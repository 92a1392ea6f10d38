// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import NIOCore
import RTCBase
import Synchronization
import WebRTC
import WebRTCIO

/// What ``ReconnectPolicy`` promises.
extension ServerConnection {
    /// How often this host's addresses are looked at.
    private static let watchInterval = TimeAmount.milliseconds(500)
    /// How long streams of others may take to be offered again; then they are gone.
    private static let resumeTimeout = TimeAmount.seconds(10)

    // MARK: The network

    /// Looks for changes of this host's addresses, as long as the connection lives.
    func watchAddresses() {
        guard configuration.reconnectPolicy != nil, configuration.addresses == nil, addressWatch == nil else { return }
        knownAddresses = Set(addresses)
        addressWatch = loop.scheduleRepeatedTask(initialDelay: Self.watchInterval, delay: Self.watchInterval) {
            [weak self] _ in self?.assumeIsolated { $0.lookAtAddresses() }
        }
    }

    private func lookAtAddresses() {
        let current = Set(addresses)
        guard current != knownAddresses else { return }
        knownAddresses = current
        if reconnection.isActive {
            guard reconnection.deadline == nil else {
                reconnection.hurry(now: .current)
                return drain()
            }
            // What is under way may be on an address that is gone.
            return lose("this host has other addresses now", atOnce: true)
        }
        if let local = socket?.localAddress?.ipAddress.flatMap({ IPAddress($0) }), !local.isLoopback,
            !current.contains(local)
        {
            return lose("this host has other addresses now", atOnce: true)
        }
        for stream in streams.values { stream.assumeIsolated { $0.follow(current) } }
        for file in transfers.values { file.assumeIsolated { $0.follow(current) } }
    }

    // MARK: Loss

    /// The connection, or the attempt to make another one, has come to nothing; the next attempt follows.
    ///
    /// - Parameter atOnce: because of this host's network, not the server.
    func lose(_ reason: String, atOnce: Bool = false) {
        if !reconnection.isActive { keepWishes() }
        generation += 1
        socket?.abort()
        socket = nil
        for stream in streams.values { stream.assumeIsolated { $0.suspend() } }
        session.lose(reason)
        let effects = session.takeEffects()
        connectWaiter?.resume(throwing: ServerConnectionError(.closed, reason))
        connectWaiter = nil
        let down = streams.filter { !$0.value.isUp }.mapValues(\.localID)
        let former = (session.formerIDs + [session.id]).suffix(ServerSession.maximumFormerIDs)
        session = ServerSession(id: RandomID.next(), isResumable: true)
        session.formerIDs = Array(former)
        session.resumableStreams = down
        identity.withLock { $0 = session.id }
        for effect in effects { perform(effect) }
        var random = SystemRandomNumberGenerator()
        guard let attempt = reconnection.lost(reason, atOnce: atOnce, using: &random, now: .current) else {
            fail(ServerConnectionError(.timedOut, "the connection could not be made again: \(reason)"))
            return abandon(code: 1006, reason: reason)
        }
        report(.reconnecting(attempt))
        drain()
    }

    private func keepWishes() {
        guard session.group != nil else {
            wishes = Wishes()
            return
        }
        // As members saw it last.
        if let data = session.users[session.id]?.data { wishes.join?.data = data }
    }

    /// There will be no other connection.
    func abandon(code: Int, reason: String) {
        generation += 1
        reconnection.end()
        socket?.abort()
        socket = nil
        session.lose(reason)
        let effects = session.takeEffects()
        session = ServerSession(id: session.id)
        for effect in effects { perform(effect) }
        for id in streams.keys.sorted() { end(id, isReplaced: false, isAborted: false) }
        // The application has not been told that it was out of the group.
        if let join = wishes.join { report(.joined(GroupChange(kind: .leave, group: join.group, permissions: []))) }
        session.socketClosed(code: code, reason: reason)
        drain()
    }

    // MARK: Return

    /// Makes another connection, and brings everything back on it.
    func connectAgain() {
        guard let endpoint else { return }
        Task {
            // The number of the socket that is going to be opened.
            let attempt = generation + 1
            do {
                try await openSocket(to: endpoint)
                if let join = wishes.join {
                    try await self.join(
                        group: join.group, username: join.username, credentials: join.credentials, data: join.data)
                }
                let (peers, servers) = await peerConfiguration()
                guard attempt == generation, reconnection.isActive else { return }
                resume(peers, servers)
            } catch {
                // Whoever has begun another attempt, or wants none, has said so.
                guard attempt == generation, reconnection.isActive else { return }
                attemptFailed(error)
            }
        }
    }

    private func resume(_ peers: PeerConfiguration, _ servers: ICEServers) {
        reconnection.succeeded(now: .current)
        if let selection = wishes.selection, wishes.join != nil { try? request(selection) }
        for stream in streams.values.filter(\.isUp) {
            streams[stream.id] = nil
            let id = RandomID.next()
            session.reopenUp(id, label: stream.label, localID: stream.localID)
            streams[id] = stream
            stream.assumeIsolated { $0.republish(as: id, peers, servers) }
        }
        report(.reconnected)
        drain()
        awaitStreams()
    }

    private func attemptFailed(_ error: any Error) {
        if let error = error as? ServerConnectionError, error.isFinal {
            fail(error)
            return abandon(code: 1000, reason: error.description)
        }
        lose("\(error)")
    }

    /// Streams that the server does not offer again have ended meanwhile.
    private func awaitStreams() {
        let generation = generation
        loop.scheduleTask(in: Self.resumeTimeout) { [weak self] in
            self?.assumeIsolated { connection in
                guard connection.generation == generation else { return }
                for (id, stream) in connection.streams where stream.assumeIsolated({ $0.isSuspended }) {
                    connection.end(id, isReplaced: false, isAborted: false)
                }
            }
        }
    }
}

extension ServerConnectionError {
    /// Whether the same would be said again. A refusal without an identifier can be a group that is locked or full for
    /// now: the one who was lost may still be in it.
    fileprivate var isFinal: Bool {
        switch code {
        case .refused: identifier != nil
        case .redirected, .protocolViolation, .invalidArgument: true
        default: false
        }
    }
}
