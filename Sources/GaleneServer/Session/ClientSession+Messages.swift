// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase

/// One method a message.
extension ClientSession {
    mutating func dispatch(_ envelope: ClientEnvelope, now: Instant) {
        guard phase == .open else {
            guard case .handshake(let handshake) = envelope.message else {
                close(.protocolError("expected handshake"))
                return
            }
            receive(handshake)
            return
        }
        // The server fills in both fields itself. A client that names another is lying or broken.
        if let source = envelope.source, source != clientID { return protocolError("spoofed client id") }
        if let username = envelope.username, !envelope.message.isJoin, username != membership?.username ?? "" {
            return protocolError("spoofed username")
        }
        switch envelope.message {
        case .handshake: protocolError("unexpected handshake")
        case .ping: send(.pong)
        case .pong: break
        case .join(let join): receive(join, now: now)
        case .request(let selection): receive(selection)
        case .requestStream(let override): receive(override)
        case .offer(let offer): withStreamID(offer.id) { $0.receive(offer, now: now) }
        case .answer(let answer): withStreamID(answer.id) { $0.receive(answer) }
        case .ice(let candidate): withStreamID(candidate.id) { $0.receive(candidate) }
        case .renegotiate(let id): withStreamID(id) { $0.receiveRenegotiate(id) }
        case .close(let id): withStreamID(id) { $0.receiveClose(id) }
        case .abort(let id): withStreamID(id) { $0.receiveAbort(id) }
        case .chat(let chat): receive(chat)
        case .userMessage(let message): receive(message)
        case .userAction(let action): receive(action)
        case .groupAction(let action): receive(action)
        case .unknown: protocolError("unexpected message")
        }
    }

    private mutating func withStreamID(_ id: String, _ body: (inout ClientSession) -> Void) {
        guard !id.isEmpty, id.utf8.count <= limits.identifier else { return protocolError("bad stream id") }
        body(&self)
    }

    private mutating func receive(_ handshake: Handshake) {
        guard handshake.id.utf8.count <= limits.identifier else { return close(.protocolError("bad client id")) }
        clientID = handshake.id
        phase = .open
        send(.handshake(Handshake()))
        guard !handshake.versions.contains(Handshake.currentVersion) else { return }
        send(
            .userMessage(
                UserMessage(
                    kind: .warning, dest: clientID,
                    value: "This client speaks another version of the protocol: something may not work.",
                    privileged: true)))
    }

    private mutating func receive(_ candidate: TrickledCandidate) {
        // Nothing is done with it: our half of ICE is lite, clients check our addresses, and theirs are learnt from
        // authenticated checks. No name is resolved and no address dialled that a client made up.
        if candidate.candidate == nil { protocolError("null candidate") }
    }

    // MARK: Text

    private mutating func receive(_ chat: Chat) {
        guard let membership else { return userError("join a group first") }
        guard membership.permissions.contains(chat.kind.permission) else { return userError(Group.notAuthorised) }
        guard isShort(chat.id, chat.kind.rawValue) else { return }
        perform(.chat(chat))
    }

    private mutating func receive(_ message: UserMessage) {
        guard let membership else { return userError("join a group first") }
        guard membership.permissions.contains(.message) else { return userError(Group.notAuthorised) }
        guard isShort(message.id, message.kind.rawValue) else { return }
        perform(.userMessage(message))
    }

    private mutating func isShort(_ id: String?, _ kind: String) -> Bool {
        guard max(id?.utf8.count ?? 0, kind.utf8.count) > limits.identifier else { return true }
        userError("the message's id or kind is too long")
        return false
    }
}

extension ClientMessage {
    fileprivate var isJoin: Bool {
        if case .join = self { true } else { false }
    }
}
