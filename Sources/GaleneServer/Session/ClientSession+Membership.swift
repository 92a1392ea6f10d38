// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import RTCBase

/// What a client is while it is in a group.
struct Membership: Sendable {
    let group: String
    let username: String
    var permissions: [Permission]
    let media: GroupMedia
    /// What the client wants by label; `nil` before its first `request`.
    var selection: [String: [RequestedTrack]]?
    var upStreams: [String: UpStream] = [:]
    var downStreams: [String: DownStream] = [:]
    /// Openings under way whose stream has been given up meanwhile: their results, which come first, are for nobody.
    var abandonedOpenings: [String: Int] = [:]

    /// When the next stream is to be offered to the others.
    var nextPush: Instant? {
        upStreams.values.reduce(nil) { Instant.earliest($0, $1.pushAt) }
    }

    /// The streams that the worker carries for this member: those that we send before those that we receive, so that
    /// nothing is forwarded to a stream that is being taken down.
    var mediaStreams: [StreamID] { downStreams.values.compactMap(\.media) + upStreams.values.compactMap(\.media) }
}

/// Entering and leaving a group, and what the group says in between.
extension ClientSession {
    mutating func receive(_ join: Join, now: Instant) {
        switch join.kind {
        case .join:
            guard case .outside = place else { return protocolError("cannot join multiple groups") }
            enter(join, now: now)
        case .leave:
            guard case .member(let membership) = place, membership.group == join.group else {
                userError("you are not in this group")
                return close(.normal("you are not in this group"))
            }
            place = .leaving(membership)
            perform(.leave(streams: membership.mediaStreams))
        default:
            protocolError("unknown kind of join")
        }
    }

    private mutating func enter(_ join: Join, now: Instant) {
        let sizes = [join.group, join.username ?? "", join.password, join.token ?? ""].map(\.utf8.count)
        let request = JoinRequest(
            group: join.group, clientID: clientID, username: join.username, password: join.password,
            token: join.token, data: join.data.filter { !$0.value.isNull })
        place = .joining(request, since: now)
        // A token of any kind has its place in these.
        guard sizes[0] <= limits.identifier, GroupName.isValid(join.group) else {
            return refuse(.illegalName, now: now)
        }
        guard sizes[1] <= limits.identifier, sizes[2] <= limits.data, sizes[3] <= limits.data else {
            return refuse(.notAuthorised, now: now)
        }
        guard JSONValue.object(request.data).encoded().count <= limits.userData else {
            return refuse(.dataTooLarge, now: now)
        }
        perform(.join(request))
    }

    /// Ends an attempt to join.
    private mutating func refuse(_ refusal: JoinRefusal, now: Instant) {
        guard case .joining(let request, let since) = place else { return }
        place = .outside
        if case .redirect(let url) = refusal {
            send(.joined(Joined(kind: .redirect, group: request.group, value: .string(url))))
            return
        }
        let message = Joined(
            kind: .fail, group: request.group, error: refusal.failure, value: .string(refusal.text))
        // Whoever guesses passwords gets five tries a second, however fast the machine is. From the question on, so that
        // what was compared does not show in when the answer comes.
        if refusal.isDelayed, now < since + limits.refusalDelay {
            self.refusal = (message, since + limits.refusalDelay)
        } else {
            send(.joined(message))
        }
    }

    mutating func operationFinished(_ result: SessionResult, now: Instant) {
        switch result {
        case .done: break
        case .failed(let text): if phase == .open { userError(text) }
        case .joinRefused(let refusal): refuse(refusal, now: now)
        case .upStreamOpened(let id, let media): upStreamOpened(id, media, now: now)
        case .upStreamUpdated(let id): upStreamUpdated(id, now: now)
        case .upStreamFailed(let id, let reason): upStreamFailed(id, reason)
        case .downStreamOpened(let id, let media): downStreamOpened(id, media)
        case .downStreamRefused(let id): downStreamRefused(id)
        case .downStreamFailed(let id, let media): downStreamFailed(id, media)
        }
    }

    mutating func groupEvent(_ event: GroupEvent, now: Instant) {
        switch event {
        case .joined(let group): joined(group)
        case .left(let state): left(state)
        case .message(let message): forward(message)
        case .changed(let state): changed(state, data: state.data)
        case .permissionsChanged(let permissions, let state): permissionsChanged(permissions, state)
        case .stream(let stream): considerStream(stream)
        case .streamsClosed(let ids): for id in ids { closeDownStream(id) }
        case .media(let event): mediaEvent(event, now: now)
        case .trackStarted(let id): schedulePush(id, now: now)
        case .kicked(let message):
            send(.userMessage(message))
            close(.normal(message.value?.stringValue ?? "kicked"))
        }
    }

    private mutating func joined(_ group: JoinedGroup) {
        guard case .joining = place else { return }
        place = .member(
            Membership(
                group: group.group, username: group.username, permissions: group.permissions, media: group.media))
        send(
            .joined(
                Joined(
                    kind: .join, group: group.group, username: group.username, permissions: group.permissions,
                    status: group.state.status, data: group.state.data,
                    rtcConfiguration: group.state.rtcConfiguration)))
        for chat in group.history { send(.chatHistory(chat)) }
        for user in group.users { send(.user(user)) }
    }

    private mutating func permissionsChanged(_ permissions: [Permission], _ state: GroupState) {
        guard withMembership({ $0.permissions = permissions }) != nil else { return }
        // Without data: absent means as before.
        changed(state, data: nil)
        if !permissions.contains(.present) { revokeUpStreams() }
    }

    private mutating func changed(_ state: GroupState, data: [String: JSONValue]?) {
        guard let membership else { return }
        send(
            .joined(
                Joined(
                    kind: .change, group: membership.group, username: membership.username,
                    permissions: membership.permissions, status: state.status, data: data,
                    rtcConfiguration: state.rtcConfiguration)))
    }

    private mutating func left(_ state: GroupState) {
        guard case .leaving(let membership) = place else { return }
        place = .outside
        send(
            .joined(
                Joined(
                    kind: .leave, group: membership.group, username: membership.username, status: state.status,
                    data: state.data)))
    }

    /// The connection ends: the group and the worker are told, the client is not.
    mutating func leaveSilently() {
        switch place {
        case .outside: return
        case .member(let membership): perform(.leave(streams: membership.mediaStreams))
        // The join may yet succeed, and is undone after it.
        case .joining: perform(.leave(streams: []))
        case .leaving: return
        }
        place = .outside
    }
}
