// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase
import RTP

/// A client's side of the protocol, as a machine that is told what happens and says what to do. Spec 6 and 11.1.
///
/// The driver hands in the server's messages and the application's wishes, and carries out what ``takeEffects()`` holds,
/// in order. Nothing here waits, reads a clock or touches a socket. Whatever a server sends, in whatever order: it costs
/// bounded memory, and at worst ends the connection.
struct ServerSession {
    enum Phase: Equatable {
        case idle
        /// The socket is open, and the server has not answered the handshake.
        case handshaking
        case open
        /// The socket is to be closed, or is.
        case ending
        case closed
    }

    /// A join that has been asked for.
    struct Joining {
        let group: String
        let expiry: Instant
    }

    /// Members that are kept track of: a server with more is out of its mind.
    static let maximumUsers = 10_000
    /// What the server tells of all of them, in bytes.
    static let maximumUserBytes = 32 << 20
    /// Streams that a server may offer; each costs sockets and keys.
    static let maximumDownStreams = 256
    /// Lost connections that a server may not have noticed yet.
    static let maximumFormerIDs = 16
    /// A server answers a join within seconds, authorisation included.
    static let joinTimeout = Duration.seconds(30)
    /// Nor does the answer to an offer take longer.
    static let answerTimeout = Duration.seconds(30)

    let id: String
    /// Whether a connection that is lost is made anew: then its streams are not over.
    var isResumable: Bool
    /// Somebody has thrown us out: there is no coming back by itself.
    var isExpelled = false
    /// The server itself has asked everybody to go: it stops, or the group has nobody to lead it.
    var isDismissed = false
    /// Our client ids on connections that were lost: a server may take a while to see that they are gone, and tells of them
    /// as of any member.
    var formerIDs: [String] = []
    /// Down streams of the connection before this one, with their local ids: who offers one of them again means that.
    var resumableStreams: [String: String] = [:]
    var phase = Phase.idle
    var version: String?
    var group: String?
    var username: String?
    var permissions: [Permission] = []
    var rtcConfiguration: RTCConfiguration?
    var status: GroupStatus?
    var data: [String: JSONValue] = [:]
    var users: [String: User] = [:]
    /// The size of the last message about each of them.
    var userBytes: [String: Int] = [:]
    var allUserBytes = 0
    var up: [String: StreamRecord] = [:]
    var down: [String: StreamRecord] = [:]
    var early = EarlyCandidates()
    var joining: Joining?
    /// Groups of joins that were given up: a late answer is none to another join.
    var abandoned: Set<String> = []
    var liveness: Liveness?
    private var effects: [SessionEffect] = []

    init(id: String, isResumable: Bool = false) {
        self.id = id
        self.isResumable = isResumable
    }

    mutating func takeEffects() -> [SessionEffect] {
        defer { effects = [] }
        return effects
    }

    mutating func perform(_ effect: SessionEffect) { effects.append(effect) }
    mutating func send(_ message: ClientMessage) { effects.append(.send(message)) }
    mutating func report(_ event: ServerEvent) { effects.append(.report(event)) }

    // MARK: The connection

    /// The socket is open.
    mutating func opened(now: Instant) {
        guard phase == .idle else { return }
        phase = .handshaking
        liveness = Liveness(now: now)
        send(.handshake(Handshake(id: id)))
    }

    /// The socket is closed, by whomever.
    mutating func socketClosed(code: Int, reason: String) {
        guard phase != .closed else { return }
        phase = .closed
        permissions = []
        endJoin(.failure(ServerConnectionError(.closed, Self.closedText(code, reason))))
        endAllStreams()
        forgetUsers()
        if let group { report(.joined(GroupChange(kind: .leave, group: group, permissions: []))) }
        group = nil
        username = nil
        liveness = nil
        report(.closed(code: code, reason: reason))
    }

    /// Whether the end of the socket is a loss, not somebody's will. Spec 6.15.
    func isLoss(closeCode: Int) -> Bool {
        guard isResumable, !isExpelled, phase == .open || phase == .handshaking else { return false }
        // Servers of before say goodbye when they stop (spec 6.15).
        if isDismissed, closeCode == 1000 { return true }
        // RFC 6455 section 7.4: going away, no code, broken, internal error, and those of proxies and restarts.
        return [1001, 1005, 1006, 1011, 1012, 1013, 1014].contains(closeCode)
    }

    /// The connection is lost, and another session takes this one's place: members are gone, whoever waits is told; the
    /// streams are the driver's to keep.
    mutating func lose(_ reason: String) {
        phase = .closed
        endJoin(.failure(ServerConnectionError(.closed, reason)))
        forgetUsers()
    }

    static func closedText(_ code: Int, _ reason: String) -> String {
        "the connection was closed (\(code))" + (reason.isEmpty ? "" : ": \(reason)")
    }

    /// The application wants no more.
    mutating func close() {
        guard phase != .ending, phase != .closed else { return }
        phase = .ending
        perform(.closeSocket)
    }

    /// The connection is of no use any more.
    mutating func fail(_ error: ServerConnectionError) {
        guard phase != .ending, phase != .closed else { return }
        phase = .ending
        report(.failed(error))
        endJoin(.failure(error))
        perform(.closeSocket)
    }

    var deadline: Instant? {
        guard phase == .handshaking || phase == .open else { return nil }
        return Instant.earliest(
            Instant.earliest(liveness?.nextLook, joining?.expiry), up.values.compactMap(\.answerExpiry).min())
    }

    mutating func handleTimeout(now: Instant) {
        guard phase == .handshaking || phase == .open else { return }
        if let joining, joining.expiry <= now {
            abandoned.insert(joining.group)
            endJoin(.failure(ServerConnectionError(.timedOut, "the server did not answer the join")))
        }
        endUnansweredStreams(now: now)
        switch liveness?.look(now: now) {
        case .dead:
            let error = ServerConnectionError(.timedOut, "the server has stopped answering")
            isResumable ? perform(.lost(error)) : fail(error)
        case .ping: send(.ping)
        case .fine, nil: break
        }
    }

    /// There is reason to doubt that the server is still reached: it is asked, and has little time to answer.
    mutating func doubt(now: Instant) {
        guard phase == .open, liveness?.doubt(now: now) == true else { return }
        send(.ping)
    }

    // MARK: The group

    /// - Throws: when the session is not open, or in a group, or joining one.
    mutating func join(
        group: String, username: String?, credentials: Credentials, data: [String: JSONValue], now: Instant
    ) throws(ServerConnectionError) {
        try requireOpen()
        guard self.group == nil, joining == nil else {
            throw ServerConnectionError(.invalidArgument, "a connection can be in one group at a time: leave first")
        }
        var join = Join(group: group, username: username, data: data)
        switch credentials {
        case .none: break
        case .password(let password): join.password = password
        case .token(let token): join.token = token
        case .authorisationServer:
            throw ServerConnectionError(.invalidArgument, "the authorisation server has to be asked for a token first")
        }
        abandoned.remove(group)
        joining = Joining(group: group, expiry: now + Self.joinTimeout)
        send(.join(join))
    }

    mutating func leave(group: String) throws(ServerConnectionError) {
        try requireOpen()
        guard self.group == group else {
            throw ServerConnectionError(.invalidArgument, "this connection is not in the group \(group)")
        }
        send(.join(Join(kind: .leave, group: group)))
    }

    func requireOpen() throws(ServerConnectionError) {
        guard phase == .open else { throw ServerConnectionError(.notConnected, "the connection is not open") }
    }

    func requireGroup() throws(ServerConnectionError) {
        try requireOpen()
        guard group != nil else { throw ServerConnectionError(.notConnected, "join a group first") }
    }

    /// What is wanted of each label's streams.
    mutating func request(_ selection: [String: [RequestedTrack]]) throws(ServerConnectionError) {
        try requireGroup()
        send(.request(StreamSelection(selection)))
    }

    mutating func endJoin(_ result: Result<GroupChange, ServerConnectionError>) {
        guard joining != nil else { return }
        joining = nil
        perform(.joinEnded(result))
    }

    // MARK: Members

    mutating func forgetUsers() {
        let all = users.values.sorted { $0.id < $1.id }
        users = [:]
        userBytes = [:]
        allUserBytes = 0
        for user in all { report(.user(.delete, user)) }
    }

    /// Works out anew what a member sends; everybody is told when that has changed.
    mutating func summarizeStreams(of source: String?) {
        let owner = source ?? id
        guard var user = users[owner] else { return }
        var streams: [String: Set<MediaKind>] = [:]
        let records = source == nil ? up : down
        for record in records.values where record.isUp || record.source == owner {
            streams[record.label, default: []].formUnion(record.kinds)
        }
        streams = streams.filter { !$0.value.isEmpty }
        guard streams != user.streams else { return }
        user.streams = streams
        users[owner] = user
        report(.user(.change, user))
    }
}
