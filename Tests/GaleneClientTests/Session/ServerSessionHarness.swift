// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase
import RTP

@testable import GaleneClient

/// A session with nothing around it: what it says and wants is noted, time is set by the test.
struct ServerSessionHarness {
    var session: ServerSession
    var now = Instant.zero
    /// Everything that it wanted, in order and in short.
    var log: [String] = []
    var sent: [ClientMessage] = []

    init(isOpen: Bool = true, isResumable: Bool = false) {
        session = ServerSession(id: "me", isResumable: isResumable)
        session.opened(now: now)
        drain()
        guard isOpen else { return }
        receive(#"{"type":"handshake","version":["2"]}"#)
        log = []
        sent = []
    }

    /// In the group `g` as `Ann`, who may present.
    static func joined() throws -> ServerSessionHarness {
        var harness = ServerSessionHarness()
        try harness.join("g", "Ann")
        harness.receive(#"{"type":"joined","kind":"join","group":"g","username":"Ann","permissions":["present"]}"#)
        harness.receive(#"{"type":"user","kind":"add","id":"me","username":"Ann","permissions":["present"]}"#)
        harness.log = []
        harness.sent = []
        return harness
    }

    mutating func join(_ group: String, _ username: String) throws {
        try session.join(group: group, username: username, credentials: .none, data: [:], now: now)
        drain()
    }

    mutating func receive(_ json: String) {
        do throws(FormatError) {
            session.receive(try ServerMessage(parsing: json), now: now)
        } catch {
            session.receiveUnreadable(error)
        }
        drain()
    }

    /// Does something with the session and notes what it wants then.
    mutating func with<R>(_ body: (inout ServerSession) throws -> R) rethrows -> R {
        defer { drain() }
        return try body(&session)
    }

    /// Lets time pass, with every wake-up that the session asks for.
    mutating func advance(_ duration: Duration) {
        let end = now + duration
        while let deadline = session.deadline, deadline <= end {
            now = max(now, deadline)
            session.handleTimeout(now: now)
            drain()
        }
        now = end
    }

    mutating func take() -> [String] {
        defer { log = [] }
        return log
    }

    private mutating func drain() {
        for effect in session.takeEffects() {
            log.append(Self.short(effect))
            if case .send(let message) = effect { sent.append(message) }
        }
    }

    private static func short(_ effect: SessionEffect) -> String {
        switch effect {
        case .send(let message):
            switch message {
            case .offer(let offer):
                "> offer \(offer.id)" + (offer.replace.map { " for \($0)" } ?? "") + (offer.kind.map { " \($0)" } ?? "")
            case .answer(let answer): "> answer \(answer.id)"
            case .ice(let ice): "> ice \(ice.id) \(ice.candidate?.candidate ?? "")"
            case .close(let id): "> close \(id)"
            case .abort(let id): "> abort \(id)"
            case .renegotiate(let id): "> renegotiate \(id)"
            case .requestStream(let request):
                "> requestStream \(request.id) \(request.tracks.map { $0.map(\.rawValue).joined(separator: "+") } ?? "null")"
            case .ping: "> ping"
            case .pong: "> pong"
            case .handshake: "> handshake"
            case .join(let join): "> \(join.kind.rawValue) \(join.group)"
            default: "> message"
            }
        case .report(let event):
            switch event {
            case .connected(let version): "connected \(version)"
            case .joined(let change): "joined \(change.kind.rawValue) \(change.group)"
            case .user(let kind, let user):
                "user \(kind.rawValue) \(user.id)"
                    + user.streams.sorted { $0.key < $1.key }.map { label, kinds in
                        " \(label):\(kinds.map(\.rawValue).sorted().joined(separator: "+"))"
                    }.joined()
            case .fileTransfer(let file): "file \(file.id)"
            case .downStream(let stream): "down stream \(stream.id)"
            case .chat(let chat): "chat\(chat.isHistory ? " of before" : "") \(chat.text)"
            case .userMessage(let message): "message \(message.kind.rawValue) \(message.text)"
            case .reconnecting(let attempt): "reconnecting \(attempt.number)"
            case .reconnected: "reconnected"
            case .failed(let error): "failed \(error.code)"
            case .closed(let code, let reason): "closed \(code) \(reason)"
            }
        case .joinEnded(.success): "join succeeded"
        case .joinEnded(.failure(let error)): "join failed: \(error.code) \(error.identifier?.rawValue ?? "")"
        case .offered(let offer): "offered \(offer.id)\(offer.isRenegotiation ? " again" : "")"
        case .answered(let stream, _): "answered \(stream)"
        case .candidate(let stream, let candidate): "candidate \(stream) \(candidate.candidate)"
        case .restartICE(let stream): "restart \(stream)"
        case .failStream(let stream, let error): "fail \(stream) \(error.code)"
        case .endStream(let stream, let isReplaced, let isAborted):
            "end \(stream)\(isReplaced ? " replaced" : isAborted ? " aborted" : "")"
        case .fileTransfer: "file"
        case .lost(let error): "lost \(error.code)"
        case .closeSocket: "close socket"
        }
    }
}

extension ServerSession {
    /// At the beginning of a test's time.
    mutating func offer(_ stream: String, sdp: String) { offer(stream, sdp: sdp, now: .zero) }
}
