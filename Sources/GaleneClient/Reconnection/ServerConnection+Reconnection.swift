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
            [weak self] watch in
            guard let self else { return watch.cancel() }
            assumeIsolated { $0.lookAtAddresses() }
        }
    }

    private func lookAtAddresses() {
        let current = Set(addresses)
        guard current != knownAddresses else { return }
        knownAddresses = current
        if reconnection.deadline != nil {
            reconnection.hurry(now: .current)
            return drain()
        }
        guard let local = socket?.localAddress?.ipAddress.flatMap({ IPAddress($0) }) else {
            // A socket that is being opened may be on an address that is gone.
            return reconnection.isActive ? lose(Self.movedText, atOnce: true) : ()
        }
        guard local.isLoopback || current.contains(local) else { return lose(Self.movedText, atOnce: true) }
        guard !reconnection.isActive else { return }
        for stream in streams.values { stream.assumeIsolated { $0.follow(current) } }
        for file in transfers.values { file.assumeIsolated { $0.follow(current) } }
    }

    private static let movedText = "this host has other addresses now"
    /// What is told of the reason: a server can have a lot to say.
    private static let maximumReason = 200

    // MARK: Loss

    /// The connection, or the attempt to make another one, has come to nothing; the next attempt follows. Unless somebody
    /// wants the end.
    ///
    /// - Parameter atOnce: because of this host's network, not the server.
    func lose(_ reason: String, atOnce: Bool = false) {
        let reason = String(reason.prefix(Self.maximumReason))
        if session.isExpelled || (!reconnection.isActive && session.phase != .open) {
            // Nobody would hear a goodbye.
            return abandon(code: 1006, reason: reason)
        }
        let wasBack = !reconnection.isActive
        let left = session.group
        if wasBack { keepWishes() }
        generation += 1
        socket?.abort()
        socket = nil
        suspendStreams(wasBack: wasBack)
        let effects = replaceSession(reason)
        for effect in effects { perform(effect) }
        // Whoever was about to leave has left.
        if wishes.join == nil, let left {
            report(.joined(GroupChange(kind: .leave, group: left, permissions: [])))
        }
        var random = SystemRandomNumberGenerator()
        guard let attempt = reconnection.lost(reason, atOnce: atOnce, using: &random, now: .current) else {
            fail(ServerConnectionError(.timedOut, "the connection could not be made again: \(reason)"))
            return abandon(code: 1006, reason: reason)
        }
        report(.reconnecting(attempt))
        drain()
    }

    private func keepWishes() {
        guard session.group != nil, wishes.join?.group == session.group else {
            wishes = Wishes()
            return
        }
        // As members saw it last.
        if let data = session.users[session.id]?.data { wishes.join?.data = data }
    }

    /// - Parameter wasBack: streams that are still away have had their chance on this connection.
    private func suspendStreams(wasBack: Bool) {
        var kept = 0
        for (id, stream) in streams.sorted(by: { $0.key < $1.key }) {
            let isWanted = stream.assumeIsolated { $0.suspend(hadChance: wasBack) }
            if !stream.isUp, isWanted { kept += 1 }
            if !isWanted || wishes.join == nil || kept > ServerSession.maximumDownStreams {
                end(id, isReplaced: false, isAborted: false)
            }
        }
    }

    /// - Returns: what the old one still wants to be told.
    private func replaceSession(_ reason: String) -> [SessionEffect] {
        // Servers that have never heard of an id tell nothing of it.
        let wasHeard = session.phase != .idle
        session.lose(reason)
        let effects = session.takeEffects()
        connectWaiter?.resume(throwing: ServerConnectionError(.closed, reason))
        connectWaiter = nil
        var former = session.formerIDs
        if wasHeard { former.append(session.id) }
        session = ServerSession(id: RandomID.next(), isResumable: true)
        session.formerIDs = former.suffix(ServerSession.maximumFormerIDs)
        session.resumableStreams = streams.filter { !$0.value.isUp }.mapValues(\.localID)
        identity.withLock { $0 = session.id }
        return effects
    }

    /// There will be no other connection.
    func abandon(code: Int, reason: String) {
        generation += 1
        reconnection.end()
        socket?.abort()
        socket = nil
        let left = session.group ?? wishes.join?.group
        let effects = replaceSession(reason)
        session.isResumable = false
        for effect in effects { perform(effect) }
        for id in streams.keys.sorted() { end(id, isReplaced: false, isAborted: false) }
        if let left { report(.joined(GroupChange(kind: .leave, group: left, permissions: []))) }
        session.socketClosed(code: code, reason: reason)
        drain()
    }

    /// The application leaves a group in which it is not at the moment.
    func leaveWhileLost() {
        guard let group = wishes.join?.group else { return }
        wishes = Wishes()
        for id in streams.keys.sorted() { end(id, isReplaced: false, isAborted: false) }
        report(.joined(GroupChange(kind: .leave, group: group, permissions: [])))
    }

    // MARK: Return

    /// Makes another connection, and brings everything back on it.
    func connectAgain() {
        guard let endpoint else { return abandon(code: 1006, reason: "there is no address to connect to") }
        Task {
            // The number of the socket that is going to be opened.
            let attempt = generation + 1
            do {
                try await openSocket(to: endpoint)
                if let join = wishes.join {
                    try await enter(join, by: try await exchangeAgain(join))
                }
                let (peers, servers) = await peerConfiguration()
                // The end of the socket, if it has ended meanwhile, says so by itself.
                guard attempt == generation, reconnection.isActive, session.phase == .open else { return }
                guard wishes.join == nil || session.group != nil else { return lose("the group was left at once") }
                resume(peers, servers)
            } catch let refusal as Refusal {
                guard attempt == generation, reconnection.isActive else { return }
                fail(refusal.error)
                abandon(code: 1000, reason: refusal.error.description)
            } catch {
                // Whoever has begun another attempt, or wants none, has said so.
                guard attempt == generation, reconnection.isActive else { return }
                attemptFailed(error)
            }
        }
    }

    /// An authorisation server that says no says it again, and may count.
    private struct Refusal: Error {
        let error: ServerConnectionError
    }

    private func exchangeAgain(_ join: Wishes.Join) async throws -> Credentials {
        do {
            return try await exchange(join.credentials, of: join.username)
        } catch let error as ServerConnectionError where error.code == .refused {
            throw Refusal(error: error)
        }
    }

    private func resume(_ peers: PeerConfiguration, _ servers: ICEServers) {
        reconnection.succeeded(now: .current)
        if let selection = wishes.selection, wishes.join != nil { try? request(selection) }
        // What was published since is published.
        for (old, stream) in streams where stream.isUp && stream.assumeIsolated({ $0.isSuspended }) {
            streams[old] = nil
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
