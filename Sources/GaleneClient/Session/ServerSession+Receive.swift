// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase

extension ServerSession {
    /// A message from the server. Spec 11.1.3, 11.1.9 and 11.1.12.
    ///
    /// - Parameter size: of its text, in bytes.
    mutating func receive(_ message: ServerMessage, size: Int = 0, now: Instant) {
        guard phase == .handshaking || phase == .open else { return }
        liveness?.received(now: now)
        if phase == .handshaking {
            guard case .handshake(let handshake) = message else {
                return fail(ServerConnectionError(.protocolViolation, "the server spoke before its handshake"))
            }
            return receive(handshake)
        }
        switch message {
        case .handshake:
            fail(ServerConnectionError(.protocolViolation, "the server sent a second handshake"))
        case .ping: send(.pong)
        case .pong, .unknown: break
        case .joined(let joined): receive(joined)
        case .user(let change): receive(change, size: size)
        case .offer(let offer): receive(offer, now: now)
        case .answer(let answer): receive(answer)
        case .ice(let trickled): receive(trickled, now: now)
        case .renegotiate(let stream): if up[stream] != nil { perform(.restartICE(stream: stream)) }
        case .close(let stream): if down[stream] != nil { endStream(stream, isReplaced: false) }
        case .abort(let stream): if up[stream] != nil { endStream(stream, isReplaced: false, isAborted: true) }
        case .chat(let chat): report(.chat(ChatMessage(chat, isHistory: false)))
        case .chatHistory(let chat): report(.chat(ChatMessage(chat, isHistory: true)))
        case .userMessage(let message):
            if message.kind == .fileTransfer {
                perform(.fileTransfer(message))
            } else {
                // Without an id it is the server's: it shuts down, and may come back.
                if message.kind == .kicked, message.privileged, message.id != nil { isExpelled = true }
                report(.userMessage(ReceivedUserMessage(message)))
            }
        }
    }

    /// A message that is none.
    mutating func receiveUnreadable(_ error: FormatError) {
        fail(ServerConnectionError(.protocolViolation, "the server sent a message that is none: \(error)"))
    }

    private mutating func receive(_ handshake: Handshake) {
        guard handshake.versions.contains(Handshake.currentVersion) else {
            let spoken = handshake.versions.prefix(4).joined(separator: ", ")
            return fail(
                ServerConnectionError(
                    .protocolViolation,
                    "the server speaks version \(spoken.prefix(40)) of the protocol, this library \(Handshake.currentVersion)"
                ))
        }
        phase = .open
        version = Handshake.currentVersion
        report(.connected(version: Handshake.currentVersion))
    }

    private mutating func receive(_ joined: Joined) {
        guard joined.group == joining?.group || abandoned.remove(joined.group) == nil else {
            // Nobody waits for it any more.
            if joined.kind == .join { send(.join(Join(kind: .leave, group: joined.group))) }
            return
        }
        let text = joined.value?.displayText
        let change = GroupChange(
            kind: joined.kind, group: joined.group, permissions: joined.permissions, status: joined.status,
            data: joined.data, error: joined.error, message: text)
        switch joined.kind {
        case .join:
            guard group == nil else {
                return fail(ServerConnectionError(.protocolViolation, "the server let us into a second group"))
            }
            adopt(joined)
            report(.joined(change))
            endJoin(.success(change))
        case .change:
            guard joined.group == group else { return }
            adopt(joined)
            report(.joined(change))
        case .fail:
            leaveGroup()
            report(.joined(change))
            endJoin(
                .failure(
                    ServerConnectionError(
                        .refused, text ?? "the server refuses without a reason", identifier: joined.error)))
        case .redirect:
            leaveGroup()
            report(.joined(change))
            endJoin(
                .failure(
                    ServerConnectionError(
                        .redirected, "the group has moved to \(text ?? "somewhere else")", location: text)))
        case .leave:
            leaveGroup()
            report(.joined(change))
        default:
            report(.joined(change))
        }
    }

    private mutating func adopt(_ joined: Joined) {
        group = joined.group
        username = joined.username
        permissions = joined.permissions
        if let configuration = joined.rtcConfiguration { rtcConfiguration = configuration }
        if let status = joined.status { self.status = status }
        if let data = joined.data { self.data = data }
    }

    /// Everything that was of the group goes with it, so that another may be joined.
    private mutating func leaveGroup() {
        endAllStreams()
        forgetUsers()
        group = nil
        username = nil
        permissions = []
        rtcConfiguration = nil
        status = nil
        data = [:]
    }

    private mutating func receive(_ change: UserChange, size: Int) {
        guard !formerIDs.contains(change.id) else { return }
        switch change.kind {
        case .add, .change:
            allUserBytes += size - (userBytes.updateValue(size, forKey: change.id) ?? 0)
            guard users[change.id] != nil || users.count < Self.maximumUsers, allUserBytes <= Self.maximumUserBytes
            else {
                return fail(ServerConnectionError(.protocolViolation, "the server tells of too many members"))
            }
            let isKnown = users[change.id] != nil
            var user = users[change.id] ?? User(id: change.id, username: "", permissions: [], data: [:])
            user.username = change.username
            user.permissions = change.permissions
            user.data = change.data
            users[change.id] = user
            // What is reported is what has happened here: a member who is added twice has changed.
            report(.user(isKnown ? .change : .add, user))
            if !isKnown { summarizeStreams(of: change.id == id ? nil : change.id) }
        case .delete:
            guard let user = users.removeValue(forKey: change.id) else { return }
            allUserBytes -= userBytes.removeValue(forKey: change.id) ?? 0
            report(.user(.delete, user))
        default:
            break
        }
    }
}
