// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol
import Logging
import NIOCore
import RTCBase
import RTP
import Synchronization
import WebRTC
import WebRTCIO

/// A connection to a Galène server: chat, members, streams and files, without a browser. Spec 11.1.
///
///     let connection = try ServerConnection()
///     let events = connection.events
///     let status = try await connection.status(of: "https://galene.example.org/group/demo/")
///     try await connection.connect(to: status)
///     try await connection.join(group: status.name, username: "bot", credentials: .none)
///     try await connection.chat("Good day.")
///     for try await event in events { … }
///
/// It is used once: after ``close()``, or when the server has closed it, make another; or let a ``ReconnectPolicy`` do that.
/// Everything happens on one event loop, which is this actor's executor; so what it tells is in the order of the network.
public actor ServerConnection {
    /// The client id: how others, and the server, name this connection. 32 hexadecimal digits, random. Another one when the
    /// connection is made anew (``ReconnectPolicy``).
    public nonisolated var id: String { identity.withLock { $0 } }
    nonisolated let identity: Mutex<String>
    nonisolated let loop: any EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    /// For the application; see ``setUserData(_:for:)``.
    public private(set) var userData: [String: any Sendable] = [:]

    let configuration: Configuration
    var streams: [String: Stream] = [:]
    var transfers: [String: TransferredFile] = [:]
    let peers: PeerConfiguration
    /// The servers of the last RTC configuration, by address.
    var servers: (configuration: RTCConfiguration, resolved: ICEServers)?
    let dialler: Dialler
    var session: ServerSession
    var socket: SignallingChannel?
    var joinWaiter: CheckedContinuation<GroupChange, any Error>?
    var isConnecting = false
    var connectWaiter: CheckedContinuation<Void, any Error>?
    /// Which socket is ours: what others still say is of no interest.
    var generation = 0
    var endpoint: ServerURL?
    var reconnection: Reconnection
    /// What was asked of the server, and has to be asked again of a new connection.
    var wishes = Wishes()
    var addressWatch: RepeatedTask?
    var knownAddresses: Set<IPAddress> = []
    private let broadcast: EventBroadcast<ServerEvent>
    private var timer: Scheduled<Void>?
    private var timerDeadline: Instant?
    private var isDraining = false

    /// - Throws: ``ServerConnectionError`` when TLS cannot be set up.
    public init(_ configuration: Configuration = .init()) throws {
        self.configuration = configuration
        loop = configuration.eventLoopGroup.next()
        let id = RandomID.next()
        identity = Mutex(id)
        do {
            var dialler = try Dialler(
                group: loop, verifiesCertificate: configuration.verifiesCertificate,
                authorities: configuration.certificateAuthorities)
            dialler.timeouts = configuration.timeouts
            self.dialler = dialler
        } catch {
            throw ServerConnectionError(.unreachable, "TLS cannot be set up: \(error)")
        }
        do {
            peers = try PeerConfiguration(unixTime: WallClock.unixSeconds, wallClock: .current)
        } catch {
            throw ServerConnectionError(.media, "there can be no certificate for media: \(error)")
        }
        session = ServerSession(id: id)
        reconnection = Reconnection(policy: configuration.reconnectPolicy ?? ReconnectPolicy())
        broadcast = EventBroadcast(limits: configuration.eventLimits)
    }

    /// Whoever lets go of a connection without closing it gets what a lost network brings: everything ends.
    deinit {
        timer?.cancel()
        addressWatch?.cancel()
        broadcast.finish()
        let transfers = Array(transfers.values)
        guard !transfers.isEmpty else { return }
        loop.execute {
            for file in transfers { file.assumeIsolated { $0.fail("the connection was let go of") } }
        }
    }

    /// What happens from now on; each consumer asks for a sequence of its own, before ``connect(to:)-(String)`` if it
    /// wants everything. All sequences end when the connection is closed.
    public nonisolated var events: Events<ServerEvent> { broadcast.subscribe() }

    // MARK: What is known

    /// The group that one is in.
    public var group: String? { session.group }
    /// One's own name, as the server has it.
    public var username: String? { session.username }
    /// What one may do.
    public var permissions: [Permission] { session.permissions }
    /// The members of the group by client id, oneself included.
    public var users: [String: User] { session.users }
    /// The version of the protocol, once connected.
    public var version: String? { session.version }
    /// What the server wants peer connections to use.
    public var rtcConfiguration: RTCConfiguration? { session.rtcConfiguration }
    /// The group's status as members see it.
    public var status: GroupStatus? { session.status }
    /// What operators have said of the group.
    public var groupData: [String: JSONValue] { session.data }
    /// Whether messages can be sent.
    public var isConnected: Bool { session.phase == .open }

    /// Keeps something of the application's with the connection; `nil` forgets it.
    public func setUserData(_ value: (any Sendable)?, for key: String) { userData[key] = value }

    // MARK: Connecting

    /// Asks a server for a group's status. Spec 4.4.
    ///
    /// - Parameter page: the URL of the group's page, as in `https://HOST/group/NAME/`.
    /// - Throws: ``ServerConnectionError``.
    public func status(of page: String) async throws -> GroupStatus {
        guard let url = ServerURL(page), url.groupName != nil else {
            throw ServerConnectionError(.invalidArgument, "\(page) is not the URL of a group's page")
        }
        return try await StatusRequest.fetch(url, by: dialler)
    }

    /// Connects to the server that has the group.
    public func connect(to status: GroupStatus) async throws {
        guard let endpoint = status.endpoint else {
            throw ServerConnectionError(.invalidArgument, "the status names no endpoint to connect to")
        }
        try await connect(to: endpoint)
    }

    /// Connects, and returns when the server has accepted the handshake.
    ///
    /// - Parameter endpoint: the URL of the server's WebSocket: the `endpoint` of a group's status.
    /// - Throws: ``ServerConnectionError``.
    public func connect(to endpoint: String) async throws {
        guard let url = ServerURL(endpoint) else {
            throw ServerConnectionError(.invalidArgument, "\(endpoint) is not the URL of a WebSocket")
        }
        guard session.phase == .idle, !isConnecting else {
            throw ServerConnectionError(.invalidArgument, "a connection is used once: make another")
        }
        isConnecting = true
        self.endpoint = url
        do {
            try await openSocket(to: url)
        } catch {
            isConnecting = false
            if session.phase == .ending {
                // Closed meanwhile: that is the end.
                session.socketClosed(code: 1006, reason: "")
                drain()
            }
            throw error
        }
    }

    /// Opens a socket, and returns when the server has accepted the handshake on it.
    func openSocket(to url: ServerURL) async throws {
        generation += 1
        let generation = generation
        let socket = try await SignallingChannel.open(url, by: dialler, on: loop) { [weak self] event in
            self?.assumeIsolated { $0.receive(event, of: generation) }
        }
        guard generation == self.generation else {
            socket.abort()
            throw ServerConnectionError(.closed, "another connection has taken this one's place")
        }
        self.socket = socket
        guard session.phase == .idle else {
            // Closed meanwhile, by whoever waits no longer.
            socket.close()
            throw ServerConnectionError(.closed, "the connection was closed while it was made")
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                connectWaiter = continuation
                session.opened(now: .current)
                drain()
            }
        } onCancel: {
            Task { await self.close() }
        }
    }

    /// Leaves, closes every stream, and closes the socket. ``ServerEvent/closed(code:reason:)`` follows.
    public func close() {
        guard !reconnection.isActive else { return abandon(code: 1000, reason: "") }
        guard socket != nil || isConnecting else {
            // Never opened: nobody will say that it is closed.
            session.socketClosed(code: 1000, reason: "")
            return drain()
        }
        session.close()
        drain()
    }

    // MARK: The machine's driver

    private func receive(_ event: SignallingEvent, of generation: Int) {
        guard generation == self.generation else { return }
        let now = Instant.current
        var weight = 0
        switch event {
        case .message(let message, let size):
            weight = size
            session.receive(message, size: size, now: now)
        case .unreadable(let error): session.receiveUnreadable(error)
        case .closed(let code, let reason):
            socket = nil
            if session.isExpelled, reconnection.isActive { return abandon(code: code, reason: reason) }
            if reconnection.isActive || session.isLoss(closeCode: code) {
                return lose(ServerSession.closedText(code, reason))
            }
            session.socketClosed(code: code, reason: reason)
        }
        drain(weight: weight)
    }

    private func handleTimeout() {
        timerDeadline = nil
        let now = Instant.current
        session.handleTimeout(now: now)
        if reconnection.takeAttempt(now: now) { connectAgain() }
        drain()
    }

    /// Carries out what the session wants, in order; what that leads to follows.
    func drain(weight: Int = 0) {
        guard !isDraining else { return }
        isDraining = true
        while case let effects = session.takeEffects(), !effects.isEmpty {
            for effect in effects { perform(effect, weight: weight) }
        }
        isDraining = false
        if session.phase == .closed, !reconnection.isActive {
            timer?.cancel()
            addressWatch?.cancel()
            broadcast.finish()
        } else {
            schedule()
        }
    }

    private func schedule() {
        let deadline = Instant.earliest(session.deadline, reconnection.deadline)
        guard deadline != timerDeadline else { return }
        timer?.cancel()
        timerDeadline = deadline
        timer = deadline.map { deadline in
            loop.scheduleTask(deadline: deadline.onLoop) { [weak self] in
                self?.assumeIsolated { $0.handleTimeout() }
            }
        }
    }

    func perform(_ effect: SessionEffect, weight: Int = 0) {
        switch effect {
        case .send(let message): socket?.send(message)
        case .report(let event): report(event, weight: weight)
        case .joinEnded(let result):
            joinWaiter?.resume(with: result.mapError { $0 })
            joinWaiter = nil
        case .closeSocket: socket?.close()
        case .lost(let error): lose(error.description)
        case .offered(let offer): take(offer, weight: weight)
        case .answered(let stream, let sdp): streams[stream]?.assumeIsolated { $0.apply(answer: sdp) }
        case .candidate(let stream, let candidate): add(candidate, to: stream)
        case .restartICE(let stream): streams[stream]?.assumeIsolated { $0.restartICE() }
        case .failStream(let stream, let error): streams[stream]?.assumeIsolated { $0.fail(error) }
        case .endStream(let stream, let isReplaced, let isAborted):
            end(stream, isReplaced: isReplaced, isAborted: isAborted)
        case .fileTransfer(let message): take(message, weight: weight)
        }
    }

    func report(_ event: ServerEvent, weight: Int = 0) {
        switch event {
        case .connected:
            connectWaiter?.resume()
            connectWaiter = nil
            // From now on there is something to lose.
            session.isResumable = configuration.reconnectPolicy != nil
            watchAddresses()
            // Nothing new, for who never left.
            if reconnection.isActive { return }
        case .joined(var change) where reconnection.isActive:
            // Who was in the group all the time does not join it. A refusal is told by what becomes of it.
            guard change.kind != .fail, change.kind != .redirect else { return }
            if change.kind == .join { change.kind = .change }
            return broadcast.send(.joined(change), weight: weight)
        case .failed(let error):
            connectWaiter?.resume(throwing: error)
            connectWaiter = nil
            // What becomes of it is for the attempt to say.
            if reconnection.isActive { return }
        case .closed(let code, let reason):
            connectWaiter?.resume(
                throwing: ServerConnectionError(.closed, "the server closed the connection (\(code)) \(reason)"))
            connectWaiter = nil
        case .user(.delete, let user): endTransfers(with: user.id)
        default: break
        }
        broadcast.send(event, weight: weight)
    }

    /// There will be no other connection than this one, and it is of no use.
    func fail(_ error: ServerConnectionError) { broadcast.send(.failed(error)) }
}
