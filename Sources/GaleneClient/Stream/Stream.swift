// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol
import ICE
import NIOCore
public import RTCBase
public import RTP
import Synchronization
import WebRTC
public import WebRTCIO

/// A stream of media in a group: one that is published from here (up), or one of another member (down). Spec 11.2.
///
/// What happens to it comes as ``events``, what it carries as ``frames``. It lives on its connection's event loop.
///
///     for try await event in connection.events {
///         guard case .downStream(let stream) = event else { continue }
///         for try await frame in stream.frames { decode(frame) }
///     }
public actor Stream {
    /// The id by which the server knows it. Of an up stream another one when it is published again on a new connection
    /// (``ReconnectPolicy``).
    public nonisolated var id: String { identity.withLock { $0 } }
    nonisolated let identity: Mutex<String>
    /// Unique in the process; a stream that replaces another one has the same.
    public nonisolated let localID: String
    /// Whether it is published from here.
    public nonisolated let isUp: Bool
    /// `camera`, `screenshare`, `video` or the publisher's own word.
    public nonisolated let label: String
    /// The client id of who publishes it; `nil` for one's own.
    public nonisolated let source: String?
    /// And that member's name.
    public nonisolated let username: String?
    /// The connection that it belongs to.
    public nonisolated let connection: ServerConnection
    public nonisolated var unownedExecutor: UnownedSerialExecutor { connection.unownedExecutor }

    private let eventBroadcast: EventBroadcast<StreamEvent>
    private let frameBroadcast: EventBroadcast<MediaFrame>
    /// The tracks of a down stream, as of the last negotiation.
    public internal(set) var tracks: [StreamTrack] = []
    /// The tracks of an up stream.
    public nonisolated let published: [PublishedTrack]
    public private(set) var status = StreamStatus.new
    /// For the application; see ``setUserData(_:for:)``.
    public private(set) var userData: [String: any Sendable] = [:]

    /// One of the two while the stream lives.
    var sending: PeerDriver<SendingPeer>?
    var receiving: PeerDriver<ReceivingPeer>?
    private(set) var isClosed = false
    /// An offer that came while the first was being answered.
    var waitingOffer: String?
    var isAnswering = false
    /// A restart was wanted while an answer was awaited.
    var mustOfferAgain = false
    private var statisticsTask: RepeatedTask?
    var rates = RateHistory()
    /// By track.
    var audioEnergies: [String: AudioEnergy] = [:]
    /// Where media goes.
    var path: ICEPath?
    /// The connection is lost, and another one is to bring the stream back.
    var isSuspended = false
    /// How often it could have come back, and did not.
    var chancesMissed = 0
    /// The application has said that it does not want the down stream.
    private(set) var isUnwanted = false
    /// What the application has said of this down stream alone.
    private(set) var override: [RequestedTrack]??

    init(
        id: String, localID: String, isUp: Bool, label: String, source: String?, username: String?,
        published: [PublishedTrack], connection: ServerConnection, limits: EventLimits
    ) {
        identity = Mutex(id)
        self.localID = localID
        self.isUp = isUp
        self.label = label
        self.source = source
        self.username = username
        self.published = published
        self.connection = connection
        eventBroadcast = EventBroadcast(limits: limits, keepsEarly: true)
        frameBroadcast = EventBroadcast(limits: limits)
    }

    /// What happens to the stream; each consumer asks for a sequence of its own. The first gets everything from the
    /// beginning, others what happens from then on.
    public nonisolated var events: Events<StreamEvent> { eventBroadcast.subscribe() }

    /// The frames of a down stream from now on, all tracks together, each when it is due; each consumer asks for a sequence
    /// of its own. A consumer that cannot keep up is told so (``ServerConnectionError/Code/fellBehind``).
    public nonisolated var frames: Events<MediaFrame> { frameBroadcast.subscribe() }

    // MARK: What the application may do

    /// Ends the stream here: an up stream for everybody, of a down stream the server is told that it is not wanted.
    public func close() {
        guard !isClosed else { return }
        if isSuspended {
            // No server knows it.
            connection.assumeIsolated { $0.end(self.id, isReplaced: false, isAborted: false) }
        } else if isUp {
            inConnection { $0.endStream(self.id, isReplaced: false) }
        } else {
            abort()
        }
    }

    /// Says that a down stream is not wanted; it ends when the server confirms it.
    public func abort() {
        guard !isClosed, !isUp else { return }
        guard !isSuspended else { return close() }
        isUnwanted = true
        inConnection { $0.abort(self.id) }
        connection.loop.scheduleTask(in: connection.configuration.timeouts.streamEnd) { [weak self] in
            self?.assumeIsolated { stream in stream.inConnection { $0.endStream(stream.id, isReplaced: false) } }
        }
    }

    /// Says what is wanted of this down stream, whatever ``ServerConnection/request(_:)`` says of its label; `nil` for that
    /// again, nothing to end it. Spec 6.8.
    ///
    /// - Throws: ``ServerConnectionError`` when the stream is over.
    public func request(_ tracks: [RequestedTrack]?) throws {
        guard !isUp else {
            throw ServerConnectionError(.invalidArgument, "a stream that is published from here cannot be requested")
        }
        if !isSuspended {
            try connection.assumeIsolated { connection in
                try connection.session.request(tracks, of: self.id)
                connection.drain()
            }
        }
        override = .some(tracks)
    }

    /// Looks for a way to the server anew: with new credentials, from the addresses that this host has now.
    public func restartICE() {
        guard !isClosed, !isSuspended else { return }
        let addresses = connection.assumeIsolated { $0.addresses }
        guard let missing = sending?.missing(of: addresses) ?? receiving?.missing(of: addresses) else {
            return restart()
        }
        let inbox = inbox
        let loop = connection.loop
        Task {
            let new = await PeerDriver<SendingPeer>.sockets(on: missing, loop: loop, inbox: inbox)
            move(to: addresses, opening: new)
            restart()
        }
    }

    private func restart() {
        guard !isClosed, !isSuspended else { return }
        if isUp {
            offer(restartingICE: true)
        } else {
            inConnection { $0.renegotiate(self.id) }
        }
    }

    /// Sends a frame of an up stream.
    ///
    /// - Parameters:
    ///   - track: the ``PublishedTrack/id``.
    ///   - rid: of which encoding; `nil` for the only one.
    ///   - captured: when it was captured; sound and picture of one moment are played at one moment.
    /// - Returns: whether it will be sent: not before ``StreamStatus/connected``, and nothing that could not be decoded, for
    ///   which ``StreamEvent/keyFrameRequested(track:rid:)`` asks.
    /// - Throws: ``ServerConnectionError`` for a frame that is none of its codec.
    @discardableResult
    public func send(
        _ frame: EncodedFrame, track: String, rid: String? = nil, capturedAt captured: Instant = .current
    ) throws -> Bool {
        guard let sending, let index = published.firstIndex(where: { $0.id == track }) else { return false }
        do {
            return try sending.with { peer, now throws(ParseError) in
                try peer.send(frame, track: index, rid: rid, capturedAt: captured, now: now)
            }
        } catch {
            throw ServerConnectionError(.media, "the frame is malformed: \(error)")
        }
    }

    /// Asks the publisher of a down stream for a key frame. The library does so by itself when something was lost on the
    /// way; this is for who began to listen in the middle, or wants to be able to begin again at this place. Everybody who
    /// gets the stream pays for it with a large frame, so the library and servers ask no more often than is of use.
    ///
    /// - Parameter track: the ``StreamTrack/id``; of sound there is nothing to ask.
    public func requestKeyFrame(track: String) {
        guard let receiving else { return }
        receiving.with { peer, _ in peer.needKeyFrame(mid: track) }
        drain()
    }

    /// Keeps something of the application's with the stream; `nil` forgets it.
    public func setUserData(_ value: (any Sendable)?, for key: String) { userData[key] = value }

    /// How often ``StreamEvent/statistics(_:)`` comes; `nil` for never.
    public func setStatsInterval(_ interval: Duration?) {
        statisticsTask?.cancel()
        statisticsTask = nil
        guard let interval, interval > .zero, !isClosed else { return }
        let delay = TimeAmount.nanoseconds(interval.wholeNanoseconds)
        statisticsTask = connection.loop.scheduleRepeatedTask(initialDelay: delay, delay: delay) { [weak self] _ in
            self?.assumeIsolated { $0.report(.statistics($0.statistics())) }
        }
    }

    // MARK: For the rest of the library

    func report(_ event: StreamEvent) {
        if case .status(let new) = event {
            guard new != status else { return }
            status = new
        }
        eventBroadcast.send(event)
    }

    func give(_ frame: MediaFrame) { frameBroadcast.send(frame, weight: frame.frame.bytes.count) }

    func inConnection(_ body: @Sendable (inout ServerSession) -> Void) {
        connection.assumeIsolated { connection in
            body(&connection.session)
            connection.drain()
        }
    }

    /// The session has forgotten the stream.
    func end(isReplaced: Bool) {
        guard !isClosed else { return }
        isClosed = true
        statisticsTask?.cancel()
        sending?.close()
        receiving?.close()
        sending = nil
        receiving = nil
        report(.status(.closed))
        report(.closed(isReplaced: isReplaced))
        eventBroadcast.finish()
        frameBroadcast.finish()
    }

    /// It cannot go on.
    func fail(_ error: ServerConnectionError) {
        guard !isClosed else { return }
        report(.failed(error))
        if isSuspended {
            close()
        } else if isUp {
            inConnection { $0.endStream(self.id, isReplaced: false) }
        } else {
            abort()
        }
    }
}
