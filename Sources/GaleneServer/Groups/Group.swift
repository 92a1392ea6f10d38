// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import MediaLoop
import NIOCore
import RTCCrypto
import RTP
import WebRTC

/// A meeting: its members, what they said, and the streams that they publish.
///
/// Everything that members see of each other goes through here, one event after another and without a wait in between, so
/// that all of them see the same order.
actor Group {
    struct Member {
        let id: String
        let username: String
        var permissions: [Permission]
        var data: [String: JSONValue]
        let mailbox: any GroupMember
    }

    nonisolated let name: String
    /// The worker that carries all streams of the group, so that a packet never changes thread.
    nonisolated let media: any MediaEngine
    /// By which the worker addresses this group's events.
    nonisolated let owner: UInt64

    private let limits: Limits
    private let clock: @Sendable () -> Timestamp
    private let logger: Logger
    private var random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()

    private(set) var description: GroupDescription
    private var data: [String: JSONValue] = [:]
    private var history: ChatHistory
    private(set) var members: [String: Member] = [:]
    /// Up streams by id. An id belongs to one member only: the receivers know the stream by it.
    private(set) var streams: [String: GroupStream] = [:]
    /// Streams on the worker, of both directions, and whose they are.
    private(set) var mediaOwners: [StreamID: String] = [:]
    /// Under which id its receiver knows a down stream: that of the stream that it shows.
    private(set) var downStreams: [StreamID: String] = [:]
    private var idleSince: Timestamp

    init(
        name: String, description: GroupDescription, media: any MediaEngine, owner: UInt64, limits: Limits,
        logger: Logger, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.name = name
        self.description = description
        self.media = media
        self.owner = owner
        self.limits = limits
        self.logger = logger
        self.clock = clock
        history = ChatHistory(capacity: limits.history)
        idleSince = clock()
    }

    var memberCount: Int { members.count }

    /// Whether the group may be forgotten: nobody is in it, nor has been for as long as its messages live.
    var isForgettable: Bool {
        members.isEmpty && !description.isPublic
            && clock().unixSeconds - idleSince.unixSeconds > description.maximumHistoryAge
    }

    /// Whether nobody has been in for so many seconds.
    func isIdle(for seconds: Int64) -> Bool {
        members.isEmpty && clock().unixSeconds - idleSince.unixSeconds >= seconds
    }

    // MARK: Coming and going

    /// Lets a client in that has been authorised, or says why not. The newcomer gets ``GroupEvent/joined(_:)`` before
    /// anything else.
    ///
    /// - Parameter certificate: the fingerprint that it is told; that of ``media`` as it is now if `nil`.
    func join(
        _ request: JoinRequest, as login: Authorisation.Login, certificate: CertificateFingerprint? = nil,
        mailbox: any GroupMember
    ) -> JoinRefusal? {
        let now = clock()
        if !login.permissions.contains(.op) {
            if let notBefore = description.notBefore, now < notBefore { return .notOpenYet }
            if let expires = description.expires, now > expires { return .closed }
            let maximum = description.maximumClients > 0 ? description.maximumClients : limits.members
            guard members.count < maximum else { return .full }
        }
        guard !request.clientID.isEmpty, members[request.clientID] == nil else { return .duplicateClient }

        let member = Member(
            id: request.clientID, username: login.username, permissions: login.permissions, data: request.data,
            mailbox: mailbox)
        let arrival = Self.change(.add, member)
        broadcast(.message(SharedMessage(.user(arrival))))
        let others = members.values.map { Self.change(.add, $0) }
        members[member.id] = member
        mailbox.post(
            .joined(
                JoinedGroup(
                    group: name, username: member.username, permissions: member.permissions, status: status(),
                    data: data, history: history.messages(age: description.maximumHistoryAge, now: now),
                    users: [arrival] + others,
                    media: GroupMedia(
                        codecs: description.codecs.compactMap(Codec.init(rawValue:)), candidates: media.candidates,
                        fingerprint: certificate ?? media.fingerprint))))
        logger.debug("member joined", metadata: ["group": .string(name), "members": .stringConvertible(members.count)])
        return nil
    }

    /// Takes a client out: the others see its streams end, then itself. Whoever is not in is ignored.
    func leave(_ id: String, mailbox: any GroupMember) {
        guard let member = member(id, mailbox) else { return }
        endStreams(of: id)
        mediaOwners = mediaOwners.filter { $0.value != id }
        members[id] = nil
        broadcast(.message(SharedMessage(.user(UserChange(kind: .delete, id: id, username: member.username)))))
        if members.isEmpty { idleSince = clock() }
        mailbox.post(.left(status(), data: data))
        downStreams = downStreams.filter { mediaOwners[$0.key] != nil }
    }

    /// The description's file has changed.
    func update(_ description: GroupDescription) {
        self.description = description
        broadcast(.changed(status(), data: data))
    }

    // MARK: Permissions

    /// What one member does to the permissions of another, or to its own. - Returns: why not, if not.
    ///
    /// The sender's right is looked at here and not only by its session, which learns of a revocation a moment later.
    func changePermissions(of id: String, _ change: PermissionChange, by sender: String) -> String? {
        guard members[sender]?.permissions.contains(.op) == true else { return "not authorised" }
        guard let member = members[id] else { return "no such user" }
        setPermissions(
            of: id, to: change.applied(to: member.permissions, allowsRecording: description.allowRecording))
        return nil
    }

    /// Gives a member these permissions and no others. Whoever may not present any more has its streams taken from the
    /// others before they learn why; its session ends them on the worker.
    func setPermissions(of id: String, to permissions: [Permission]) {
        guard var member = members[id], Set(member.permissions) != Set(permissions) else { return }
        member.permissions = permissions
        members[id] = member
        member.mailbox.post(.permissionsChanged(permissions, status()))
        if !permissions.contains(.present) { endStreams(of: id) }
        broadcast(.message(SharedMessage(.user(Self.change(.change, member)))))
    }

    // MARK: Words

    /// Delivers a message. - Returns: what to tell the sender when it cannot be delivered.
    func chat(_ chat: Chat, from sender: String) -> String? {
        guard members[sender] != nil else { return nil }
        var chat = chat
        chat.time = clock()
        if let dest = chat.dest {
            guard let recipient = members[dest] else { return "no such user" }
            recipient.mailbox.post(.message(SharedMessage(.chat(chat))))
            return nil
        }
        if chat.id == nil { chat.id = Identifier.random(using: &random) }
        let message = SharedMessage(.chat(chat))
        // Captions are for the moment: a newcomer has no use for the last fifty (the reference keeps them).
        if chat.kind != .caption, message.size <= limits.historyMessage { history.append(chat) }
        broadcast(.message(message), except: chat.noEcho ? sender : nil)
        return nil
    }

    /// As ``chat(_:from:)``, for messages between programs.
    func userMessage(_ message: UserMessage, from sender: String) -> String? {
        guard members[sender] != nil else { return nil }
        var message = message
        message.time = clock()
        let shared = SharedMessage(.userMessage(message))
        if let dest = message.dest {
            guard let recipient = members[dest] else { return "no such user" }
            recipient.mailbox.post(.message(shared))
        } else {
            broadcast(.message(shared), except: message.noEcho ? sender : nil)
        }
        return nil
    }

    func setUserData(_ changes: [String: JSONValue], of id: String) -> String? {
        guard var member = members[id] else { return nil }
        guard let merged = merge(changes, into: member.data) else { return "the data is too large" }
        member.data = merged
        members[id] = member
        broadcast(.message(SharedMessage(.user(Self.change(.change, member)))))
        return nil
    }

    func setData(_ changes: [String: JSONValue]) -> String? {
        guard let merged = merge(changes, into: data) else { return "the data is too large" }
        data = merged
        broadcast(.changed(status(), data: data))
        return nil
    }

    /// Replaces members of `data`; null deletes. `nil` when the result is too large.
    private func merge(_ changes: [String: JSONValue], into data: [String: JSONValue]) -> [String: JSONValue]? {
        let merged = data.merging(changes) { $1 }.filter { !$0.value.isNull }
        return JSONValue.object(merged).encoded().count <= limits.data ? merged : nil
    }

    // MARK: Streams

    /// Takes up a stream that the worker has opened. - Returns: why not, if not.
    func addStream(_ opening: UpStreamOpening, owner: String, media: StreamID) -> String? {
        guard let member = members[owner] else { return "you are not in this group" }
        // It may have been revoked while the worker was opening the stream.
        guard member.permissions.contains(.present) else { return "not authorised" }
        guard streams[opening.id] == nil else { return "another stream has this id" }
        var replaces: [String] = []
        if let id = opening.replaces, let old = streams[id], old.owner == owner {
            streams[id] = nil
            mediaOwners[old.media] = nil
            replaces = [id] + old.replaces
            if replaces.count > limits.replacedStreams {
                broadcast(.streamsClosed(Array(replaces[limits.replacedStreams...])), except: owner)
                replaces.removeLast(replaces.count - limits.replacedStreams)
            }
        }
        streams[opening.id] = GroupStream(
            id: opening.id, owner: owner, label: opening.label, media: media, replaces: replaces,
            sections: opening.tracks)
        mediaOwners[media] = owner
        return nil
    }

    func updateStream(_ id: String, owner: String, sections: [NegotiatedTrack], tracks: [UpTrackInfo]) {
        guard streams[id]?.owner == owner else { return }
        streams[id]?.update(sections: sections, known: tracks)
    }

    /// Ends a stream of a member's and tells the others.
    func removeStream(_ id: String, owner: String) {
        guard let stream = streams[id], stream.owner == owner else { return }
        streams[id] = nil
        mediaOwners[stream.media] = nil
        broadcast(.streamsClosed([id] + stream.replaces), except: owner)
    }

    /// Ends all streams of a member's and tells the others.
    private func endStreams(of owner: String) {
        let ended = streams.values.filter { $0.owner == owner }.sorted { $0.id < $1.id }
        guard !ended.isEmpty else { return }
        for stream in ended {
            streams[stream.id] = nil
            mediaOwners[stream.media] = nil
        }
        broadcast(.streamsClosed(ended.flatMap { [$0.id] + $0.replaces }), except: owner)
    }

    /// Offers a stream to all others as it is now.
    func push(_ id: String, owner: String) {
        guard let stream = streams[id], stream.owner == owner else { return }
        broadcast(.stream(snapshot(stream)), except: owner)
        // Every receiver has now been told what this one replaces, unless it could not yet see anything to replace it by.
        if !stream.tracks.isEmpty { streams[id]?.replaces = [] }
    }

    /// Shows a member the streams of the others, or one of them, as they are now.
    func refresh(_ id: String?, for receiver: String) {
        guard let member = members[receiver] else { return }
        let shown = id.map { id in streams[id].map { [$0] } ?? [] } ?? streams.values.sorted { $0.id < $1.id }
        for stream in shown where stream.owner != receiver { member.mailbox.post(.stream(snapshot(stream))) }
    }

    /// The owner of a down stream on the worker, and the id under which it receives it.
    func bind(_ media: StreamID, to member: String, as id: String) {
        guard members[member] != nil else { return }
        mediaOwners[media] = member
        downStreams[media] = id
    }

    func unbind(_ media: StreamID) {
        mediaOwners[media] = nil
        downStreams[media] = nil
    }

    private func snapshot(_ stream: GroupStream) -> StreamSnapshot {
        StreamSnapshot(
            id: stream.id, source: stream.owner, username: members[stream.owner]?.username ?? "",
            label: stream.label, replaces: stream.replaces, tracks: stream.tracks,
            simulcastSections: stream.simulcastSections)
    }

    // MARK: Events of the worker

    /// Passes on what happens on the worker, until the group is forgotten.
    func followMedia() async {
        for await event in media.events(owner: owner) { handle(event) }
    }

    func handle(_ event: MediaEvent) {
        let stream: StreamID
        switch event {
        case .upTrackStarted(let id, _), .connected(let id), .failed(let id, _), .closed(let id): stream = id
        }
        guard let owner = mediaOwners[stream], let member = members[owner] else { return }
        if case .upTrackStarted(_, let track) = event {
            guard let id = streams.values.first(where: { $0.media == stream })?.id else { return }
            streams[id]?.add(track)
            member.mailbox.post(.trackStarted(id))
        } else {
            member.mailbox.post(.media(event))
        }
    }

    // MARK: Tools

    /// What members are told; a stranger gets less (``publicStatus(base:)``).
    private func status() -> GroupStatus {
        GroupStatus(
            name: name, displayName: description.displayName, description: description.description,
            authServer: description.authServer, authPortal: description.authPortal, clientCount: members.count)
    }

    func publicStatus(base: BaseURL) -> GroupStatus {
        guard description.redirect?.isEmpty ?? true else {
            return GroupStatus(
                name: name, redirect: description.redirect, displayName: description.displayName,
                description: description.description)
        }
        var status = status()
        status.location = base.page(ofGroup: name)
        status.endpoint = base.webSocket
        if !description.isPublic { status.clientCount = nil }
        return status
    }

    /// A member by id, if the mailbox is its own: a client that was refused has no say about its namesake.
    private func member(_ id: String, _ mailbox: any GroupMember) -> Member? {
        members[id].flatMap { $0.mailbox === mailbox ? $0 : nil }
    }

    private func broadcast(_ event: GroupEvent, except id: String? = nil) {
        for member in members.values where member.id != id { member.mailbox.post(event) }
    }

    private static func change(_ kind: UserChange.Kind, _ member: Member) -> UserChange {
        UserChange(
            kind: kind, id: member.id, username: member.username, permissions: member.permissions, data: member.data)
    }
}
