// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ICE
import MediaLoop
import RTCBase
import RTCCrypto
import RTCTestKit
import RTP
import Testing
import WebRTC

@testable import GaleneServer

/// A session with nothing around it: what it says and asks for is noted, time is set by the test.
struct SessionHarness {
    var session: ClientSession
    var now = Instant.zero
    /// Messages to the client, oldest first, until a test takes them.
    var sent: [ServerMessage] = []
    /// Operations that have not been answered.
    var pending: [SessionOperation] = []
    var closure: SessionClosure?

    init(handshake: Bool = true, limits: Limits = Limits()) {
        session = ClientSession(limits: limits, random: SeededRandom(seed: 1), now: .zero)
        guard handshake else { return }
        receive(#"{"type":"handshake","version":["2"],"id":"me"}"#)
        sent.removeAll()
    }

    mutating func receive(_ json: String) {
        guard let envelope = try? ClientEnvelope(parsing: json) else {
            return note(session.receiveUnreadable(now: now))
        }
        note(session.receive(envelope, now: now))
    }

    mutating func receive(_ message: ClientMessage) {
        receive(String(decoding: message.encoded(), as: UTF8.self))
    }

    mutating func handle(_ event: GroupEvent) { note(session.handle(event, now: now)) }

    /// Answers the oldest operation.
    mutating func finish(_ result: SessionResult = .done) {
        pending.removeFirst()
        note(session.finish(result, now: now))
    }

    mutating func disconnect() { note(session.disconnected()) }

    /// Lets time pass, with every wake-up that the session asks for.
    mutating func advance(_ duration: Duration) {
        let end = now + duration
        while let deadline = session.deadline, deadline <= end {
            now = max(now, deadline)
            note(session.handleTimeout(now: now))
        }
        now = end
    }

    mutating func take() -> [ServerMessage] {
        defer { sent.removeAll() }
        return sent
    }

    private mutating func note(_ actions: [SessionAction]) {
        for action in actions {
            switch action {
            case .send(let message): sent.append(message)
            case .forward(let message): sent.append(message.message)
            case .perform(let operation): pending.append(operation)
            case .close(let how): closure = how
            }
        }
    }

    // MARK: Situations

    /// Joins `demo` as `alice`.
    mutating func join(permissions: [Permission] = [.present, .message]) {
        receive(#"{"type":"join","kind":"join","group":"demo","username":"alice","password":"x"}"#)
        handle(.joined(Self.group(permissions: permissions)))
        finish()
        sent.removeAll()
    }

    static func group(permissions: [Permission]) -> JoinedGroup {
        JoinedGroup(
            group: "demo", username: "alice", permissions: permissions,
            state: GroupState(status: GroupStatus(name: "demo")),
            history: [Chat(id: "h", value: "before")],
            users: [
                UserChange(kind: .add, id: "me", username: "alice", permissions: permissions),
                UserChange(kind: .add, id: "bob-id", username: "bob"),
            ],
            media: GroupMedia(
                codecs: [.vp8, .opus],
                candidates: [
                    ICECandidate.host(TransportAddress(IPAddress(v4: 0xc000_0201), port: 8444)),
                    ICECandidate.host(TransportAddress(.v4Loopback, port: 8444)),
                ],
                fingerprint: CertificateFingerprint(algorithm: .sha256, digest: Array(repeating: 7, count: 32))))
    }

    static let offerSDP = Fixture.text("offer-chromium.sdp")

    /// Publishes a stream up to the answer.
    mutating func publish(_ id: String, label: String = "camera", replace: String? = nil, media: StreamID) {
        receive(.offer(Offer(id: id, label: label, sdp: Self.offerSDP, replace: replace)))
        finish(.upStreamOpened(id: id, media))
        while !pending.isEmpty { finish() }
        sent.removeAll()
    }

    /// Receives a stream of another member up to the given answer.
    mutating func subscribe(_ stream: StreamSnapshot, media: StreamID) {
        handle(.stream(stream))
        finish(.downStreamOpened(id: stream.id, media))
        answer(stream.id)
        finish()
        sent.removeAll()
    }

    /// Answers the last offer of a stream as a browser with these codecs would.
    mutating func answer(_ id: String, codecs: [Codec] = Codec.allCases) {
        guard let sdp = sent.compactMap({ $0.offer }).last(where: { $0.id == id })?.sdp else {
            Issue.record("there is no offer to answer")
            return
        }
        receive(.answer(Answer(id: id, sdp: Self.browserAnswer(to: sdp, codecs: codecs))))
    }

    static func browserAnswer(to offer: String, codecs: [Codec] = Codec.allCases) -> String {
        var browser = ReceiverNegotiation(codecs: codecs)
        let local = LocalTransport(
            credentials: ICECredentials(ufrag: "brow", password: "browserbrowserbrowser12"),
            fingerprint: CertificateFingerprint(algorithm: .sha256, digest: Array(repeating: 9, count: 32)),
            isICELite: false)
        return (try? browser.answer(offer: offer, local: local).sdp) ?? ""
    }
}

extension ServerMessage {
    var offer: Offer? { if case .offer(let offer) = self { offer } else { nil } }
    var answer: Answer? { if case .answer(let answer) = self { answer } else { nil } }
    var joined: Joined? { if case .joined(let joined) = self { joined } else { nil } }
    var userInfo: UserMessage? {
        if case .userMessage(let message) = self, message.kind == .userInfo { message } else { nil }
    }
    var isICE: Bool { if case .ice = self { true } else { false } }
    /// The text of an error message from the server itself.
    var errorText: String? {
        guard case .userMessage(let message) = self, message.kind == .error, message.privileged, message.source == nil
        else { return nil }
        return message.value?.stringValue
    }
}

extension DownTrackParameters {
    /// What feeds the track, by the numbers of ``track(_:_:rid:mid:codec:)``.
    var sourceNumbers: [UInt32] { sources.map(\.handle.index) }
}

extension SessionOperation {
    /// What a worker is told about a stream without the client's knowledge.
    var update: DownStreamUpdate? {
        if case .updateDownStream(_, _, let update) = self { update } else { nil }
    }
    /// What a worker is told when a client has answered.
    var connection: DownStreamAnswer? {
        if case .connectDownStream(_, let answer) = self { answer } else { nil }
    }

    var name: String { String(describing: self).split(separator: "(").first.map(String.init) ?? "" }
}

func stream(_ number: UInt32) -> StreamID { StreamID(Handle(index: number, generation: 1)) }

/// An up track as the worker describes it.
func track(
    _ number: UInt32, _ kind: MediaKind, rid: String? = nil, mid: String? = nil, codec: Codec? = nil
) -> UpTrackInfo {
    UpTrackInfo(
        id: UpTrackID(Handle(index: number, generation: 1)), kind: kind,
        codec: NegotiatedCodec(
            codec: codec ?? (kind == .audio ? .opus : .vp8), payloadType: kind == .audio ? 111 : 120),
        rid: rid, mid: mid ?? (kind == .audio ? "0" : "1"), streamID: "msid", trackID: "track\(number)", cname: "cname")
}

/// A stream of another member; its sections are simulcast where a track has a rid.
func snapshot(
    _ id: String, label: String = "camera", replaces: [String] = [],
    tracks: [UpTrackInfo] = [track(1, .audio), track(2, .video)]
) -> StreamSnapshot {
    StreamSnapshot(
        id: id, source: "bob-id", username: "bob", label: label, replaces: replaces, tracks: tracks,
        simulcastSections: Set(tracks.filter { $0.rid != nil }.map(\.mid)))
}
