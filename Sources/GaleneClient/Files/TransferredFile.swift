// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import NIOCore
import RTCBase
import SCTP
import WebRTC
import WebRTCIO

/// A file on its way from one member straight to another, from or to here. Spec 10 and 11.3.
///
/// What comes in is offered by ``ServerEvent/fileTransfer(_:)``; the application calls ``receive(into:)`` or
/// ``cancel(_:)``. What goes out begins with ``ServerConnection/sendFile(_:to:name:mimeType:)``. Both sides learn each
/// other's addresses.
public actor TransferredFile {
    /// Unique among the files of who sends it.
    public nonisolated let id: String
    /// The client id of the other side.
    public nonisolated let userID: String
    /// And that member's name.
    public nonisolated let username: String?
    /// Whether it is sent from here.
    public nonisolated let isUp: Bool
    /// As the sender has it.
    public nonisolated let name: String
    /// In bytes.
    public nonisolated let size: Int64
    /// May be empty.
    public nonisolated let mimeType: String
    /// The version of the protocol between the two.
    public nonisolated let version = FileTransferMessage.currentVersion
    /// The connection by which the two talk about it; `nil` when nobody holds it any more, which ends the transfer.
    public nonisolated weak let connection: ServerConnection?
    nonisolated let loop: any EventLoop
    nonisolated let configuration: ServerConnection.Configuration
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    public private(set) var state = FileTransferState.new
    /// Bytes that have been sent or received until now.
    public internal(set) var transferred: Int64 = 0
    private let broadcast: EventBroadcast<FileTransferEvent>

    var peer: PeerDriver<DataPeer>?
    var channel: DataChannelID?
    /// While it is sent.
    var source: FileSource?
    var outgoing = OutgoingPieces()
    /// While it is received.
    var sink: FileSink?
    var isStoring = false
    var incoming: [UInt8] = []
    /// What came, and has not been written.
    var incomingBytes = 0
    var earlyCandidates: [String] = []
    /// The connection has ended.
    var isLost = false
    private var timer: Scheduled<Void>?

    /// Pieces of a file, in bytes; the other side may count on no piece being longer.
    static let pieceSize = 16_384
    /// What may wait in the channel before the sender pauses.
    static let maximumBuffered = 65_536
    /// What may wait for the disk before the sender is held up.
    static let maximumIncoming = 1 << 20
    /// How long two sides that both want to may look for a way to each other.
    static let connectTimeout = TimeAmount.seconds(60)
    /// How long a receiver that has everything waits for the sender to close, and who has lost the connection for a word
    /// about it.
    static let grace = TimeAmount.seconds(2)
    /// A transfer of which nothing has moved for so long is given up.
    static let stallTimeout = TimeAmount.seconds(60)

    init(
        _ invitation: FileTransferMessage.Invitation, with userID: String, named username: String?,
        source: FileSource?, connection: ServerConnection
    ) {
        id = invitation.id
        self.userID = userID
        self.username = username
        isUp = source != nil
        name = invitation.name
        size = invitation.size
        mimeType = invitation.mimeType
        self.source = source
        self.connection = connection
        loop = connection.loop
        configuration = connection.configuration
        broadcast = EventBroadcast(limits: configuration.eventLimits, keepsEarly: true)
    }

    /// What happens to it; the first consumer gets everything from the beginning. Of the progress only what can be taken in
    /// time is told.
    public nonisolated var events: Events<FileTransferEvent> { broadcast.subscribe() }

    /// By what a connection knows its transfers.
    public nonisolated var fullID: String { "\(userID)-\(id)" }

    // MARK: What the application may do

    /// Accepts a file that is offered, and stores it in a directory: under its name if that is free, else with a number
    /// behind it. Returns at once; ``events`` tell how it goes.
    ///
    /// Until it is whole it has no name there, so that nothing is left of it when it does not arrive; where the file system
    /// has no files without a name, a hidden one that ends in `.part`. When it cannot be stored, for a full disk say, the
    /// transfer is cancelled with the system's words, which the other side is told as well.
    ///
    /// - Throws: ``ServerConnectionError`` when it is not offered (any more), or nothing can be written there.
    public func receive(into directory: String) async throws {
        guard !isUp, state == .inviting, sink == nil else {
            throw ServerConnectionError(.invalidArgument, "this file is not waiting to be accepted")
        }
        let sink = try await FileSink.create(in: directory, name: name)
        guard state == .inviting, self.sink == nil else {
            sink.discard()
            throw ServerConnectionError(.closed, "the file was withdrawn")
        }
        self.sink = sink
        guard let (configuration, servers) = await connection?.peerConfiguration(), state == .inviting else { return }
        var options = DataChannelOptions(label: "file")
        options.isOrdered = true
        begin(
            DataPeer(
                offering: [options], configuration: configuration, random: SystemRandomNumberGenerator(),
                now: .current), servers)
        let sdp = peer?.with { peer, _ in peer.description } ?? ""
        say(.offer(id: id, version: version, sdp: sdp))
        enter(.connecting)
        limit(Self.connectTimeout, "no way to the other side was found")
    }

    /// Ends the transfer, or refuses it; the other side is told.
    public func cancel(_ reason: String? = nil) {
        guard state != .done, state != .cancelled, state != .closed else { return }
        if state != .new { say(.cancel(id: id, message: reason)) }
        fail(reason)
    }

    // MARK: The life of a transfer

    func enter(_ new: FileTransferState) {
        guard state != new, state != .closed else { return }
        state = new
        broadcast.send(.state(new))
    }

    func tell(_ event: FileTransferEvent) { broadcast.send(event) }

    /// Only the last of it has to be told.
    func tellProgress() { broadcast.send(.progress(transferred), mayBeLeftOut: transferred < size) }

    /// Ends the transfer without telling the other side.
    func fail(_ reason: String?) {
        guard state != .done, state != .cancelled, state != .closed else { return }
        enter(.cancelled)
        broadcast.send(.cancelled(reason: reason))
        close()
    }

    /// Nothing is left of it.
    func close() {
        guard state != .closed else { return }
        timer?.cancel()
        peer?.close()
        peer = nil
        if state != .done { sink?.discard() }
        sink = nil
        incoming = []
        source = nil
        outgoing = OutgoingPieces()
        let fullID = fullID
        connection?.assumeIsolated { _ = $0.transfers.removeValue(forKey: fullID) }
        enter(.closed)
        broadcast.finish()
    }

    /// Ends the transfer if it is in the same state when the time is over.
    func limit(_ time: TimeAmount, _ reason: String) {
        timer?.cancel()
        let limited = state
        timer = loop.scheduleTask(in: time) { [weak self] in
            self?.assumeIsolated { file in
                guard file.state == limited else { return }
                limited == .done ? file.close() : file.cancel(reason)
            }
        }
    }

    /// Ends the transfer when nothing moves.
    func watch() {
        timer?.cancel()
        let before = transferred
        timer = loop.scheduleTask(in: Self.stallTimeout) { [weak self] in
            self?.assumeIsolated { file in
                guard file.state == .connected else { return }
                file.transferred == before ? file.cancel("nothing has moved for a minute") : file.watch()
            }
        }
    }

    func say(_ message: FileTransferMessage) {
        let userID = userID
        connection?.assumeIsolated { connection in
            try? connection.userMessage(.fileTransfer, to: userID, value: message.value)
        }
    }

    private var inbox: @Sendable (PeerInput) -> Void {
        { [weak self] input in
            self?.assumeIsolated { file in
                file.peer?.receive(input)
                file.drain()
            }
        }
    }

    func begin(_ machine: consuming DataPeer, _ servers: ICEServers) {
        let loop = loop
        let inbox = inbox
        peer = PeerDriver(machine, servers: servers, loop: loop, inbox: inbox) { [weak self] in
            self?.assumeIsolated { file in
                file.peer?.handleTimeout()
                file.drain()
            }
        }
        guard let addresses = connection?.assumeIsolated({ $0.addresses }) else { return }
        Task {
            guard let sockets = await PeerDriver<DataPeer>.sockets(on: addresses, loop: loop, inbox: inbox) else {
                return cancel("this host has no address from which the file could be sent")
            }
            guard let peer else { return sockets.close() }
            peer.open(sockets)
            drain()
        }
    }

    /// This host has other addresses than before: the other side is told of the new ones.
    func follow(_ addresses: Set<IPAddress>) {
        guard let missing = peer?.missing(of: Array(addresses)), !isLost else { return }
        let inbox = inbox
        let loop = loop
        Task {
            let new = await PeerDriver<DataPeer>.sockets(on: missing, loop: loop, inbox: inbox)
            guard let peer else {
                new?.close()
                return
            }
            peer.move(to: Array(addresses), opening: new)
            drain()
        }
    }
}
