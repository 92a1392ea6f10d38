// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import GaleneProtocol
import ICE
import Logging
import MediaLoop
import RTCBase
import RTCCrypto
import RTCTestKit
import RTP
import SFU
import Synchronization
import Testing
import WebRTC

@testable import GaleneServer

/// A member that notes what it is told.
final class NotingMember: GroupMember {
    private let events = Mutex<[GroupEvent]>([])

    func post(_ event: GroupEvent) { events.withLock { $0.append(event) } }

    func take() -> [GroupEvent] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }

    /// What happened since the last look, in short words.
    func story() -> [String] {
        take().map { event in
            switch event {
            case .joined(let group): "joined \(group.history.count) \(group.users.map(\.id))"
            case .left: "left"
            case .permissionsChanged(let permissions, _): "permissions \(permissions.map(\.rawValue))"
            case .changed(let state):
                "\(state.status.locked ? "locked" : "changed") \(state.status.displayName ?? "-") \(state.data.keys.sorted())"
            case .message(let message): Self.words(message.message)
            case .stream(let stream):
                "stream \(stream.id) \(stream.tracks.map(\.id.handle.index)) replaces \(stream.replaces)"
            case .streamsClosed(let ids): "closed \(ids)"
            case .media: "media"
            case .trackStarted(let id): "started \(id)"
            case .kicked(let message): "kicked by \(message.username ?? "-"): \(message.value?.stringValue ?? "")"
            }
        }
    }

    private static func words(_ message: ServerMessage) -> String {
        switch message {
        case .user(let change): "user \(change.kind.rawValue) \(change.id)"
        case .chat(let chat): "chat \(chat.value?.stringValue ?? "")"
        case .userMessage(let message): "usermessage \(message.kind.rawValue)"
        default: "\(message)"
        }
    }
}

/// A worker without threads: streams are numbers.
final class FakeMedia: MediaEngine {
    let candidates: [ICECandidate] = []
    let fingerprint = CertificateFingerprint(algorithm: .sha256, digest: Array(repeating: 1, count: 32))

    func events(owner: UInt64) -> AsyncStream<MediaEvent> { AsyncStream { $0.finish() } }
    func endEvents(owner: UInt64) {}
    func openUpStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, remote: RemoteTransport,
        tracks: [NegotiatedTrack]
    ) async throws(MediaError) -> StreamID { stream(1) }
    func updateUpStream(
        _ id: StreamID, local: ICECredentials, remote: RemoteTransport, tracks: [NegotiatedTrack]
    ) async throws(MediaError) {}
    func startedTracks(of id: StreamID) async throws(MediaError) -> [UpTrackInfo] { [] }
    func openDownStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, tracks: [DownTrackParameters]
    ) async throws(MediaError) -> StreamID { stream(2) }
    func connectDownStream(_ id: StreamID, remote: RemoteTransport, rejected: Set<String>) async throws(MediaError) {}
    func updateDownStream(
        _ id: StreamID, local: ICECredentials, tracks: [DownTrackParameters]
    ) async throws(MediaError) {}
    func close(_ id: StreamID) async {}
    func statistics(of ids: [StreamID]) async -> [StreamStatistics?] { ids.map { _ in nil } }
}

@Suite("A group")
struct GroupTests {
    func makeGroup(_ description: GroupDescription = GroupDescription(), limits: Limits = Limits()) -> Group {
        Group(
            name: "demo", description: description, media: FakeMedia(), owner: 1, limits: limits,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: { Timestamp(unixSeconds: 1_000_000) })
    }

    func request(_ id: String) -> JoinRequest {
        JoinRequest(group: "demo", clientID: id, username: id, password: "", token: nil, data: [:])
    }

    func join(
        _ group: Group, _ id: String, permissions: [Permission] = [.present, .message]
    ) async -> NotingMember {
        let member = NotingMember()
        let login = Authorisation.Login(username: id, permissions: permissions)
        #expect(await group.join(request(id), as: login, mailbox: member) == nil)
        return member
    }

    func opening(_ id: String, replaces: String? = nil) -> UpStreamOpening {
        UpStreamOpening(
            id: id, label: "camera", replaces: replaces, local: ICECredentials(ufrag: "u", password: "p"),
            remote: RemoteTransport(
                credentials: ICECredentials(ufrag: "r", password: "p"),
                fingerprint: FakeMedia().fingerprint, isICELite: false, candidates: [], localRole: .client),
            tracks: [
                NegotiatedTrack(mid: "0", kind: .audio, codecs: []),
                NegotiatedTrack(mid: "1", kind: .video, codecs: [], rids: ["h", "l"]),
            ])
    }

    // MARK: Members

    @Test(.row("P-12", "P-49")) func `members see a newcomer, who sees itself first`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        #expect(alice.story() == [#"joined 0 ["alice"]"#])
        let bob = await join(group, "bob")
        #expect(alice.story() == ["user add bob"])
        #expect(bob.story() == [#"joined 0 ["bob", "alice"]"#])
    }

    @Test(.row("P-49")) func `the streams of a departing member end before it does`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        let bob = await join(group, "bob")
        #expect(await group.addStream(opening("s"), owner: "bob", media: stream(1)) == nil)
        _ = alice.take()
        _ = bob.take()
        await group.leave("bob", mailbox: bob)
        #expect(alice.story() == [#"closed ["s"]"#, "user delete bob"])
        #expect(bob.story() == ["left"])
    }

    @Test(.attack(24)) func `a client id is taken until its owner leaves, and only the owner can`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        let thief = NotingMember()
        let login = Authorisation.Login(username: "thief", permissions: [.op])
        #expect(await group.join(request("alice"), as: login, mailbox: thief) == .duplicateClient)
        await group.leave("alice", mailbox: thief)
        #expect(await group.memberCount == 1)
        await group.leave("alice", mailbox: alice)
        #expect(await group.memberCount == 0)
        #expect(await group.join(request(""), as: login, mailbox: thief) == .missingClientID)
    }

    @Test(.row("S-28", "X-02")) func `a full group admits operators only`() async {
        var description = GroupDescription()
        description.maximumClients = 1
        let group = makeGroup(description)
        _ = await join(group, "alice")
        let member = NotingMember()
        let login = Authorisation.Login(username: "bob", permissions: [.present])
        #expect(await group.join(request("bob"), as: login, mailbox: member) == .full)
        let operatorLogin = Authorisation.Login(username: "bob", permissions: [.op])
        #expect(await group.join(request("bob"), as: operatorLogin, mailbox: member) == nil)
    }

    @Test(
        .row("S-30", "X-02"),
        arguments: [
            (2_000_000, nil, .notOpenYet), (nil, 500_000, .closed),
        ] as [(Int64?, Int64?, JoinRefusal)])
    func `a group has opening hours, except for operators`(
        opens: Int64?, closes: Int64?, expected: JoinRefusal
    ) async {
        var description = GroupDescription()
        description.notBefore = opens.map { Timestamp(unixSeconds: $0) }
        description.expires = closes.map { Timestamp(unixSeconds: $0) }
        let group = makeGroup(description)
        let member = NotingMember()
        let login = Authorisation.Login(username: "bob", permissions: [.present])
        #expect(await group.join(request("bob"), as: login, mailbox: member) == expected)
        let operatorLogin = Authorisation.Login(username: "bob", permissions: [.op])
        #expect(await group.join(request("bob"), as: operatorLogin, mailbox: member) == nil)
    }

    @Test(.row("S-23", "P-08")) func `a changed description is told to all`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        _ = alice.take()
        var description = GroupDescription()
        description.displayName = "New"
        await group.update(description)
        #expect(alice.story() == ["changed New []"])
        description.redirect = "https://else.example/"
        await group.update(description)
        let status = await group.state().status
        #expect(status.redirect == description.redirect && status.displayName == "New" && status.clientCount == nil)
    }

    @Test(.row("S-50", "P-39")) func `user data is merged, null deletes, and everybody sees it`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        _ = alice.take()
        #expect(await group.setUserData(["raisehand": true, "x": 1], of: "alice") == nil)
        #expect(await group.setUserData(["x": nil], of: "alice") == nil)
        guard case .message(let last)? = alice.take().last, case .user(let change) = last.message else {
            Issue.record("no change")
            return
        }
        #expect(change.kind == .change && change.data == ["raisehand": true])
    }

    @Test(.attack(29)) func `data cannot grow without bound`() async {
        let group = makeGroup()
        _ = await join(group, "alice")
        var refused = false
        for number in 0..<100 {
            let value = JSONValue.string(String(repeating: "x", count: 1000))
            if await group.setUserData(["key\(number)": value], of: "alice") != nil { refused = true }
        }
        #expect(refused)
    }

    // MARK: Permissions

    @Test(.row("P-35", "P-49")) func `streams of whoever may not present any more end before everybody learns it`()
        async
    {
        let group = makeGroup()
        let alice = await join(group, "alice")
        let bob = await join(group, "bob")
        _ = await group.addStream(opening("s"), owner: "bob", media: stream(1))
        _ = await group.addStream(opening("t", replaces: "s"), owner: "bob", media: stream(2))
        _ = await group.addStream(opening("u"), owner: "alice", media: stream(3))
        await group.bind(stream(4), to: "bob", as: "u")
        _ = alice.take()
        _ = bob.take()
        await group.setPermissions(of: "bob", to: [.message])
        #expect(alice.story() == [#"closed ["t", "s"]"#, "user change bob"])
        #expect(bob.story() == [#"permissions ["message"]"#, "user change bob"])
        await group.refresh(nil, for: "alice")
        #expect(alice.story() == [])
        await group.refresh(nil, for: "bob")
        #expect(bob.story().count == 1, "who may not present still receives")
        await group.handle(.failed(stream: stream(2), reason: "silence"))
        await group.handle(.failed(stream: stream(4), reason: "silence"))
        #expect(bob.story() == ["media"])
    }

    @Test(.row("P-35"), .attack(24)) func `a stream that was opened for somebody who may not present is not taken up`()
        async
    {
        let group = makeGroup()
        _ = await join(group, "alice", permissions: [.message])
        #expect(await group.addStream(opening("s"), owner: "alice", media: stream(1)) == "not authorised")
    }

    @Test(.row("P-12")) func `a change of permissions is told once, in full, and the same again not at all`() async {
        let group = makeGroup()
        let alice = await join(group, "alice", permissions: [.op])
        _ = await join(group, "bob", permissions: [.present, .message])
        _ = alice.take()
        for _ in 0..<3 { #expect(await group.moderate(.changePermissions(of: "bob", .shutUp), by: "alice") == nil) }
        let events = alice.take()
        guard events.count == 1, case .message(let message) = events[0], case .user(let change) = message.message else {
            Issue.record("\(events)")
            return
        }
        #expect(change.kind == .change && change.id == "bob" && change.username == "bob")
        #expect(change.permissions == [.present])
    }

    @Test(.attack(24)) func `only an operator changes permissions, and only of a member`() async {
        let group = makeGroup()
        _ = await join(group, "alice", permissions: [.op])
        let bob = await join(group, "bob", permissions: [.present, .message, .record, .token])
        _ = bob.take()
        #expect(await group.moderate(.changePermissions(of: "bob", .op), by: "bob") == "not authorised")
        #expect(await group.moderate(.changePermissions(of: "alice", .unop), by: "nobody") == "not authorised")
        #expect(await group.moderate(.changePermissions(of: "nobody", .op), by: "alice") == "no such user")
        #expect(await group.moderate(.changePermissions(of: "alice", .unop), by: "alice") == nil)
        #expect(await group.moderate(.changePermissions(of: "alice", .op), by: "alice") == "not authorised")
        #expect(bob.story() == ["user change alice"])
    }

    @Test(
        .row("P-34", "P-35", "P-36"),
        arguments: [
            (.op, true, [.present, .op, .record]), (.op, false, [.present, .op]),
            (.present, true, [.present]), (.unpresent, true, []), (.shutUp, true, [.present]),
            (.unshutUp, true, [.present, .message]), (.unop, true, [.present]),
        ] as [(PermissionChange, Bool, [Permission])])
    func `what each change does to who may present`(
        change: PermissionChange, allowsRecording: Bool, expected: [Permission]
    ) {
        #expect(change.applied(to: [.present], allowsRecording: allowsRecording) == expected)
    }

    @Test(.row("P-34", "P-36")) func `an operator loses what made it one, and keeps the rest`() {
        let permissions: [Permission] = [.op, .present, .message, .caption, .token, .record]
        #expect(
            PermissionChange.unop.applied(to: permissions, allowsRecording: true)
                == [.present, .message, .caption, .token])
        #expect(!PermissionChange.shutUp.applied(to: permissions, allowsRecording: true).contains(.message))
    }

    // MARK: Words

    @Test(.row("P-21", "P-25"))
    func `a broadcast has an id and a time, and reaches its sender unless it does not want it`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        let bob = await join(group, "bob")
        _ = alice.take()
        _ = bob.take()
        #expect(await group.chat(Chat(source: "alice", username: "alice", value: "hello"), from: "alice") == nil)
        for member in [alice, bob] {
            guard case .message(let message)? = member.take().first, case .chat(let chat) = message.message else {
                Issue.record("no chat")
                return
            }
            #expect(chat.id?.count == 11 && chat.time == Timestamp(unixSeconds: 1_000_000))
        }
        #expect(await group.chat(Chat(value: "again", noEcho: true), from: "alice") == nil)
        #expect(alice.story() == [] && bob.story() == ["chat again"])
    }

    @Test(.row("P-22")) func `a private message reaches one, is not kept, and has to find somebody`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        let bob = await join(group, "bob")
        _ = alice.take()
        _ = bob.take()
        #expect(await group.chat(Chat(dest: "bob", value: "psst"), from: "alice") == nil)
        #expect(alice.story() == [] && bob.story() == ["chat psst"])
        #expect(await group.chat(Chat(dest: "nobody", value: "psst"), from: "alice") != nil)
        #expect(await join(group, "carol").story().first?.hasPrefix("joined 0") == true)
    }

    @Test(.row("P-26", "S-48")) func `of 60 messages a newcomer gets the last 50, oldest first`() async {
        let group = makeGroup()
        _ = await join(group, "alice")
        for number in 1...60 { _ = await group.chat(Chat(value: .integer(Int64(number))), from: "alice") }
        guard case .joined(let joined)? = await join(group, "bob").take().first else {
            Issue.record("not joined")
            return
        }
        #expect(joined.history.map(\.value) == (11...60).map { .integer($0) })
    }

    @Test(.row("P-24")) func `captions are not kept`() async {
        let group = makeGroup()
        _ = await join(group, "alice", permissions: [.caption])
        _ = await group.chat(Chat(kind: .caption, value: "subtitle"), from: "alice")
        #expect(await join(group, "bob").story().first?.hasPrefix("joined 0") == true)
    }

    @Test(.row("S-29")) func `old messages are forgotten`() {
        var history = ChatHistory(capacity: 50, maximumBytes: 1000)
        history.append(Chat(value: "old", time: Timestamp(unixSeconds: 100)), size: 10)
        history.append(Chat(value: "new", time: Timestamp(unixSeconds: 200)), size: 10)
        #expect(history.messages(age: 50, now: Timestamp(unixSeconds: 220)).map(\.value) == ["new"])
    }

    @Test(.row("P-24"), .attack(29)) func `old messages make room for new ones, by number and by bytes`() {
        var history = ChatHistory(capacity: 4, maximumBytes: 100)
        let now = Timestamp(unixSeconds: 1)
        let sizes = [10, 10, 10, 10, 10, 60, 30, 101, 100]
        for (number, size) in zip(1..., sizes) {
            history.append(Chat(value: .integer(Int64(number)), time: now), size: size)
            let expected: [Int64] =
                switch number {
                case 1...4: Array(1...Int64(number))
                case 5: [2, 3, 4, 5]
                case 6: [3, 4, 5, 6]
                // 10 + 60 + 30; one that is too large by itself is not kept.
                case 7, 8: [5, 6, 7]
                default: [9]
                }
            #expect(history.messages(age: 10, now: now).map(\.value) == expected.map { .integer($0) })
        }
    }

    @Test(.row("P-27", "P-33")) func `user messages are forwarded and never kept`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        let bob = await join(group, "bob")
        _ = alice.take()
        _ = bob.take()
        #expect(await group.userMessage(UserMessage(kind: .mute, dest: "bob"), from: "alice") == nil)
        #expect(await group.userMessage(UserMessage(kind: .info, value: "x"), from: "alice") == nil)
        #expect(bob.story() == ["usermessage mute", "usermessage info"] && alice.story() == ["usermessage info"])
        #expect(await group.userMessage(UserMessage(kind: .mute, dest: "nobody"), from: "alice") != nil)
    }

    // MARK: Streams

    @Test(.attack(18)) func `an id belongs to one member, who alone may close it`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        _ = await join(group, "bob")
        #expect(await group.addStream(opening("s"), owner: "alice", media: stream(1)) == nil)
        #expect(await group.addStream(opening("s"), owner: "bob", media: stream(2)) != nil)
        await group.removeStream("s", owner: "bob")
        _ = alice.take()
        await group.refresh(nil, for: "bob")
        await group.push("s", owner: "bob")
        #expect(alice.story() == [])
    }

    @Test(.row("M-15")) func `tracks are shown in the order of the session description`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        let bob = await join(group, "bob")
        #expect(await group.addStream(opening("s"), owner: "bob", media: stream(1)) == nil)
        _ = alice.take()
        _ = bob.take()
        await group.handle(.upTrackStarted(stream: stream(1), track(3, .video, rid: "l")))
        await group.handle(.upTrackStarted(stream: stream(1), track(2, .video, rid: "h")))
        await group.handle(.upTrackStarted(stream: stream(1), track(1, .audio)))
        #expect(bob.story() == ["started s", "started s", "started s"])
        #expect(alice.story() == [], "nothing is offered before the push")
        await group.refresh(nil, for: "alice")
        #expect(alice.story() == ["stream s [1, 2, 3] replaces []"])
        await group.push("s", owner: "bob")
        #expect(alice.story() == ["stream s [1, 2, 3] replaces []"] && bob.story() == [])
    }

    @Test(.row("M-13")) func `a snapshot says which sections were negotiated with several encodings`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        _ = await join(group, "bob")
        _ = await group.addStream(opening("s"), owner: "bob", media: stream(1))
        await group.handle(.upTrackStarted(stream: stream(1), track(3, .video, rid: "l")))
        _ = alice.take()
        await group.refresh("s", for: "alice")
        guard case .stream(let snapshot)? = alice.take().first else {
            Issue.record("no stream")
            return
        }
        #expect(snapshot.simulcastSections == ["1"] && snapshot.tracks.count == 1)
    }

    @Test(.row("P-19")) func `a successor inherits what its predecessor was to replace until that is pushed`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        _ = await join(group, "bob")
        _ = await group.addStream(opening("a"), owner: "bob", media: stream(1))
        await group.handle(.upTrackStarted(stream: stream(1), track(1, .audio)))
        await group.push("a", owner: "bob")
        _ = await group.addStream(opening("b", replaces: "a"), owner: "bob", media: stream(2))
        _ = await group.addStream(opening("c", replaces: "b"), owner: "bob", media: stream(3))
        await group.handle(.upTrackStarted(stream: stream(3), track(2, .audio)))
        _ = alice.take()
        await group.push("c", owner: "bob")
        await group.push("c", owner: "bob")
        #expect(alice.story() == [#"stream c [2] replaces ["b", "a"]"#, "stream c [2] replaces []"])
    }

    @Test(.row("P-19"), .attack(29)) func `a chain of successors does not grow without bound`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        _ = await join(group, "bob")
        _ = await group.addStream(opening("s0"), owner: "bob", media: stream(0))
        for number in 1...100 {
            _ = await group.addStream(
                opening("s\(number)", replaces: "s\(number - 1)"), owner: "bob", media: stream(UInt32(number)))
        }
        await group.push("s100", owner: "bob")
        let story = alice.story()
        #expect(story.filter { $0.hasPrefix("closed") }.count == 92)
        #expect(story.last == #"stream s100 [] replaces ["s99", "s98", "s97", "s96", "s95", "s94", "s93", "s92"]"#)
    }

    @Test func `events of a stream reach its owner, those of unknown streams nobody`() async {
        let group = makeGroup()
        let alice = await join(group, "alice")
        _ = alice.take()
        await group.bind(stream(7), to: "alice", as: "s")
        await group.handle(.failed(stream: stream(7), reason: "silence"))
        await group.handle(.failed(stream: stream(8), reason: "silence"))
        #expect(alice.story() == ["media"])
        await group.unbind(stream(7))
        await group.handle(.connected(stream: stream(7)))
        #expect(alice.story() == [])
    }
}
