// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import MediaLoop
import RTCBase
import RTCCrypto
import RTP
import WebRTC

/// A meeting: its members, what they said, and the streams that they publish.
///
/// Everything that members see of each other goes through here, one event after another and without a wait in between, so
/// that all of them see the same order. Whoever asks for something is looked up here at that moment: its session learns of
/// a revocation later.
actor Group {
    nonisolated let name: String
    /// The worker that carries all streams of the group, so that a packet never changes thread.
    nonisolated let media: any MediaEngine
    /// By which the worker addresses this group's events.
    nonisolated let owner: UInt64

    let limits: Limits
    let clock: @Sendable () -> Timestamp
    private let rtcConfiguration: @Sendable () -> RTCConfiguration
    private let logger: Logger
    var random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()

    private(set) var description: GroupDescription
    var members: [String: Member] = [:]
    /// Members that have been sent away and whose client has not left yet: until then nobody gets their ids.
    private var expelled: [String: any GroupMember] = [:]
    var history: ChatHistory
    var data: [String: JSONValue] = [:]
    /// What is told to those whom the lock keeps out; `nil` while the group is open.
    var lock: String?
    /// Up streams by id. An id belongs to one member only: the receivers know the stream by it.
    var streams: [String: GroupStream] = [:]
    /// Streams on the worker, of both directions, and whose they are.
    var mediaOwners: [StreamID: String] = [:]
    /// Under which id its receiver knows a down stream: that of the stream that it shows.
    var downStreams: [StreamID: String] = [:]
    private var idleSince: Timestamp
    /// The directory has given the group up: nobody gets in any more.
    private var isRetired = false

    init(
        name: String, description: GroupDescription, media: any MediaEngine, owner: UInt64, limits: Limits,
        logger: Logger, rtcConfiguration: @escaping @Sendable () -> RTCConfiguration = { RTCConfiguration() },
        lock: String? = nil, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.name = name
        self.description = description
        self.media = media
        self.owner = owner
        self.limits = limits
        self.logger = logger
        self.rtcConfiguration = rtcConfiguration
        self.lock = lock
        self.clock = clock
        history = ChatHistory(capacity: limits.history, maximumBytes: limits.historyBytes)
        idleSince = clock()
    }

    var memberCount: Int { members.count }

    /// Whether nobody has been in for as long as messages live. Public groups are listed also when nobody is in.
    var isIdle: Bool {
        members.isEmpty && !description.isPublic
            && clock().unixSeconds - idleSince.unixSeconds > description.maximumHistoryAge
    }

    /// Ends the group if nobody is in it. Whoever has found it before is turned away by
    /// ``join(_:as:certificate:mailbox:address:)``.
    func retire() -> Bool {
        if members.isEmpty { isRetired = true }
        return isRetired
    }

    // MARK: Coming and going

    /// Somebody looks at the group, or is about to join: what it does without an operator is due.
    ///
    /// - Returns: by what a newcomer is to be judged.
    func accessed() -> GroupDescription {
        actWithoutOperator()
        return description
    }

    /// Lets a client in that has been authorised, or says why not. The newcomer gets ``GroupEvent/joined(_:)`` before
    /// anything else.
    ///
    /// - Parameter certificate: the fingerprint that it is told; that of ``media`` as it is now if `nil`.
    func join(
        _ request: JoinRequest, as login: Authorisation.Login, certificate: CertificateFingerprint? = nil,
        mailbox: any GroupMember, address: Redacted<String>? = nil
    ) -> JoinRefusal? {
        guard !isRetired else { return .retired }
        if let refusal = refusal(of: login) { return refusal }
        let id = request.clientID
        guard !id.isEmpty else { return .missingClientID }
        guard members[id] == nil, expelled[id] == nil else { return .duplicateClient }

        let member = Member(
            id: id, username: login.username, permissions: login.permissions, data: request.data, address: address,
            mailbox: mailbox)
        broadcast(.user(member.change(.add)))
        let others = members.values.map { $0.change(.add) }
        members[id] = member
        mailbox.post(
            .joined(
                JoinedGroup(
                    group: name, username: member.username, permissions: member.permissions, state: state(),
                    history: history.messages(age: description.maximumHistoryAge, now: clock()),
                    users: [member.change(.add)] + others,
                    media: GroupMedia(
                        codecs: description.codecs.compactMap(Codec.init(rawValue:)), candidates: media.candidates,
                        fingerprint: certificate ?? media.fingerprint))))
        logger.debug("member joined", metadata: ["group": .string(name), "members": .stringConvertible(members.count)])
        return nil
    }

    /// Why somebody may not come in who has the right password. Operators always may.
    private func refusal(of login: Authorisation.Login) -> JoinRefusal? {
        guard !login.permissions.contains(.op) else { return nil }
        let now = clock()
        if let lock { return .locked(lock) }
        if let notBefore = description.notBefore, now < notBefore { return .notOpenYet }
        if let expires = description.expires, now > expires { return .closed }
        if description.autoKick, !hasOperator { return .noOperators }
        let maximum = description.maximumClients > 0 ? description.maximumClients : limits.members
        return members.count < maximum ? nil : .full
    }

    /// Takes a client out: the others see its streams end, then itself. Whoever is not in is ignored.
    func leave(_ id: String, mailbox: any GroupMember) {
        if expelled[id] === mailbox {
            expelled[id] = nil
            return
        }
        // By the mailbox: a client that was refused has no say about its namesake.
        guard let member = members[id], member.mailbox === mailbox else { return }
        remove(member)
        mailbox.post(.left(state()))
        actWithoutOperator()
    }

    /// Takes a member out that has not asked for it. What it is told is the last that it hears of the group.
    ///
    /// - Parameter by: who has asked; `nil` when it is the server itself.
    func expel(_ id: String, by kicker: Member? = nil, reason: String) {
        guard let member = members[id] else { return }
        expelled[id] = member.mailbox
        member.mailbox.post(
            .kicked(
                UserMessage(
                    kind: .kicked, id: kicker?.id, username: kicker?.username, dest: id, value: .string(reason),
                    privileged: true)))
        remove(member)
    }

    private func remove(_ member: Member) {
        endStreams(of: member.id)
        mediaOwners = mediaOwners.filter { $0.value != member.id }
        downStreams = downStreams.filter { mediaOwners[$0.key] != nil }
        members[member.id] = nil
        broadcast(.user(UserChange(kind: .delete, id: member.id, username: member.username)))
        if members.isEmpty { idleSince = clock() }
    }

    // MARK: What it is

    /// The description's file has changed. Whoever is in keeps the permissions that it came with.
    func update(_ description: GroupDescription) {
        self.description = description
        broadcast(.changed(state()))
        actWithoutOperator()
    }

    func state() -> GroupState { GroupState(status: status(), data: data, rtcConfiguration: rtcConfiguration()) }

    private var hasMoved: Bool { description.redirect.map { !$0.isEmpty } ?? false }

    /// What members are told; a stranger gets less (``publicStatus(base:)``).
    private func status() -> GroupStatus {
        guard !hasMoved else {
            return GroupStatus(
                name: name, redirect: description.redirect, displayName: description.displayName,
                description: description.description)
        }
        return GroupStatus(
            name: name, displayName: description.displayName, description: description.description,
            authServer: description.authServer, authPortal: description.authPortal, locked: lock != nil,
            clientCount: members.count)
    }

    func publicStatus(base: BaseURL) -> GroupStatus {
        guard !hasMoved else { return status() }
        actWithoutOperator()
        var status = status()
        status.location = base.page(ofGroup: name)
        status.endpoint = base.webSocket
        if !description.isPublic {
            status.clientCount = nil
            status.locked = false
        }
        return status
    }

    // MARK: Telling

    func broadcast(_ message: ServerMessage, except id: String? = nil) {
        broadcast(.message(SharedMessage(message)), except: id)
    }

    func broadcast(_ event: GroupEvent, except id: String? = nil) {
        for member in members.values where member.id != id { member.mailbox.post(event) }
    }
}
