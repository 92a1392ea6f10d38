// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import RTCBase
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("Order in a group")
struct ModerationTests {
    let alice = NotingMember()
    let bob = NotingMember()

    func makeGroup(_ description: GroupDescription = GroupDescription()) -> Group {
        Group(
            name: "demo", description: description, media: FakeMedia(), owner: 1, limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: { Timestamp(unixSeconds: 1_000_000) })
    }

    func join(
        _ group: Group, _ id: String, _ permissions: [Permission], _ member: NotingMember
    ) async -> JoinRefusal? {
        await group.join(
            JoinRequest(group: "demo", clientID: id, username: id, password: "", token: nil, data: [:]),
            as: Authorisation.Login(username: id, permissions: permissions), mailbox: member,
            address: Redacted("192.0.2.7:4000"))
    }

    /// Alice, an operator, and Bob, who may talk.
    func meeting(_ description: GroupDescription = GroupDescription()) async -> Group {
        let group = makeGroup(description)
        #expect(await join(group, "alice", [.op, .present, .message], alice) == nil)
        #expect(await join(group, "bob", [.present, .message], bob) == nil)
        _ = alice.take()
        _ = bob.take()
        return group
    }

    static let everything: [Moderation] = [
        .changePermissions(of: "alice", .unop), .kick("alice", reason: nil), .identify("alice"),
        .clearChat(.everything), .lock(message: nil), .unlock, .setData(["a": 1]),
    ]

    @Test(.attack(24), arguments: everything)
    func `who is no operator at this moment moderates nothing`(moderation: Moderation) async {
        let group = await meeting()
        #expect(await group.moderate(moderation, by: "bob") == "not authorised")
        #expect(await group.moderate(moderation, by: "stranger") == "not authorised")
        await group.setPermissions(of: "alice", to: [.message])
        _ = alice.take()
        _ = bob.take()
        #expect(await group.moderate(moderation, by: "alice") == "not authorised")
        #expect(alice.take().isEmpty && bob.take().isEmpty)
    }

    @Test(
        arguments: [
            .changePermissions(of: "carol", .op), .kick("carol", reason: nil), .identify("carol"),
        ] as [Moderation])
    func `an action on nobody is an error`(moderation: Moderation) async {
        let group = await meeting()
        #expect(await group.moderate(moderation, by: "alice") == "no such user")
        #expect(alice.take().isEmpty && bob.take().isEmpty)
    }

    // MARK: Sending away

    @Test(.row("P-37", "P-29", "P-49")) func `who is kicked is told by whom and why, and is gone at once`() async {
        let group = await meeting()
        #expect(await group.moderate(.kick("bob", reason: "enough"), by: "alice") == nil)
        guard case .kicked(let message)? = bob.take().first else {
            Issue.record("not told")
            return
        }
        #expect(message.id == "alice" && message.username == "alice" && message.value == "enough")
        #expect(message.privileged && message.dest == "bob" && message.source == nil)
        #expect(alice.story() == ["user delete bob"])
        #expect(await group.memberCount == 1)
        #expect(await group.chat(Chat(value: "one more thing"), from: "bob") == nil)
        #expect(alice.take().isEmpty)
    }

    @Test(.row("P-37"), .attack(24)) func `the id of whoever was kicked is free when its client has left`() async {
        let group = await meeting()
        #expect(await group.moderate(.kick("bob", reason: nil), by: "alice") == nil)
        let other = NotingMember()
        #expect(await join(group, "bob", [.op], other) == .duplicateClient)
        await group.leave("bob", mailbox: bob)
        #expect(await join(group, "bob", [], other) == nil)
        await group.leave("bob", mailbox: bob)
        #expect(await group.memberCount == 2, "one departure ends one membership")
    }

    // MARK: Addresses

    @Test(.row("P-38", "P-32")) func `an address is told to the operator who asks, and that to whom it belongs to`()
        async
    {
        let group = await meeting()
        #expect(await group.moderate(.identify("bob"), by: "alice") == nil)
        guard case .message(let told)? = alice.take().first, case .userMessage(let info) = told.message,
            case .message(let warned)? = bob.take().first, case .userMessage(let warning) = warned.message
        else {
            Issue.record("not told")
            return
        }
        #expect(info.kind == .userInfo && info.privileged && info.source == nil && info.dest == "alice")
        #expect(info.value == ["id": "bob", "username": "bob", "address": "192.0.2.7:4000"])
        #expect(warning.kind == .warning && warning.privileged && warning.dest == "bob")
        #expect(warning.value?.stringValue?.contains("alice") == true)
    }

    // MARK: Locks

    @Test(.row("P-41", "S-47", "P-08", "X-02")) func `a lock keeps everybody out but operators, with its message`()
        async
    {
        let group = await meeting()
        #expect(await group.moderate(.lock(message: "back at noon"), by: "alice") == nil)
        #expect(alice.story() == ["locked - []"] && bob.story() == ["locked - []"])
        let carol = NotingMember()
        #expect(await join(group, "carol", [.present, .message], carol) == .locked("back at noon"))
        #expect(JoinRefusal.locked("back at noon").text == "back at noon")
        #expect(await join(group, "carol", [.op], carol) == nil)
        #expect(await group.moderate(.lock(message: nil), by: "alice") == nil)
        #expect(await join(group, "dave", [], NotingMember()) == .locked("this group is locked"))
        #expect(await group.moderate(.unlock, by: "alice") == nil)
        #expect(bob.story().last == "changed - []")
        #expect(await join(group, "dave", [], NotingMember()) == nil)
    }

    @Test(.row("X-02"), .attack(24)) func `whoever has no password learns neither of the lock nor of anything else`()
        async
    {
        let folder = TemporaryFolder()
        folder.write(
            "demo.json",
            #"{"autolock":true,"autokick":true,"max-clients":1,"expires":"2020-01-01T00:00:00Z","users":{"a":{"password":"x"}}}"#
        )
        let groups = GroupDirectory(
            directory: folder.path, workers: [FakeMedia()], limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for (username, password, text) in [
            ("a", "wrong", "not authorised"), ("b", "x", "not authorised"), ("a", "x", "this group is locked"),
        ] {
            var client = MeetingClient("me", groups)
            client.receive(
                #"{"type":"join","kind":"join","group":"demo","username":"\#(username)","password":"\#(password)"}"#)
            await client.settle()
            client.harness.advance(.milliseconds(200))
            #expect(client.harness.sent.compactMap(\.joined).map(\.value) == [.string(text)])
        }
    }

    @Test(.row("X-02")) func `of several reasons the lock is told first, then the hours, then that it is full`() async {
        var description = GroupDescription()
        description.maximumClients = 1
        description.expires = Timestamp(unixSeconds: 1)
        description.autoKick = true
        let group = makeGroup(description)
        #expect(await join(group, "alice", [.op], alice) == nil)
        await group.setLock("locked")
        #expect(await join(group, "bob", [], bob) == .locked("locked"))
        await group.setLock(nil)
        #expect(await join(group, "bob", [], bob) == .closed)
        description.expires = nil
        await group.update(description)
        #expect(await join(group, "bob", [], bob) == .full)
        await group.setPermissions(of: "alice", to: [])
        #expect(await join(group, "bob", [], bob) == .noOperators)
    }

    @Test(.attack(24)) func `what is taken from one is not taken from those who come later`() async {
        let folder = TemporaryFolder()
        folder.write("demo.json", #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"op"}}"#)
        let groups = GroupDirectory(
            directory: folder.path, workers: [FakeMedia()], limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for id in ["a", "b"] {
            var client = MeetingClient(id, groups)
            client.receive(#"{"type":"join","kind":"join","group":"demo","username":"\#(id)"}"#)
            for kind in ["shutup", "unpresent", "unop"] {
                client.receive(#"{"type":"useraction","kind":"\#(kind)","dest":"\#(id)"}"#)
            }
            await client.settle()
            let joined = client.harness.sent.compactMap(\.joined)
            #expect(joined.first?.permissions == [.op, .present, .message, .caption, .token])
            #expect(joined.last?.permissions == [.caption, .token])
        }
    }

    @Test(.row("A-07"), arguments: [true, false]) func `strangers see of public groups alone that they are locked`(
        isPublic: Bool
    ) async {
        var description = GroupDescription()
        description.isPublic = isPublic
        let group = await meeting(description)
        #expect(await group.moderate(.lock(message: nil), by: "alice") == nil)
        let status = await group.publicStatus(base: BaseURL(proxy: nil, host: "h.example", isTLS: true))
        #expect(status.locked == isPublic && status.clientCount == (isPublic ? 2 : nil))
    }

    // MARK: Chat

    @Test(
        .row("P-40", "P-30", "S-48"),
        arguments: [
            (.everything, []), (.messages(source: "bob"), ["a1"]), (.messages(source: "carol"), ["a1", "b1", "b2"]),
            (.message(id: "b1", source: "bob"), ["a1", "b2"]),
            (.message(id: "b1", source: "alice"), ["a1", "b1", "b2"]),
        ] as [(ClearedChat, [String])])
    func `what is cleared is gone for newcomers, and everybody is told`(
        cleared: ClearedChat, left: [String]
    ) async {
        let group = await meeting()
        for (id, author) in [("a1", "alice"), ("b1", "bob"), ("b2", "bob")] {
            #expect(await group.chat(Chat(id: id, value: "hello"), from: author) == nil)
        }
        _ = alice.take()
        _ = bob.take()
        #expect(await group.moderate(.clearChat(cleared), by: "alice") == nil)
        for member in [alice, bob] {
            guard case .message(let told)? = member.take().first, case .userMessage(let message) = told.message else {
                Issue.record("not told")
                return
            }
            #expect(message.kind == .clearChat && message.privileged && message.value == cleared.value)
            #expect(message.dest == nil && message.source == nil)
        }
        let carol = NotingMember()
        #expect(await join(group, "carol", [], carol) == nil)
        guard case .joined(let joined)? = carol.take().first else { return }
        #expect(joined.history.map(\.id) == left)
    }

    // MARK: Data

    @Test(.row("P-44", "S-49", "P-08")) func `group data is merged, null deletes, and newcomers get it`() async {
        let group = await meeting()
        #expect(await group.moderate(.setData(["a": 1, "b": 2]), by: "alice") == nil)
        #expect(await group.moderate(.setData(["a": nil]), by: "alice") == nil)
        #expect(bob.story() == [#"changed - ["a", "b"]"#, #"changed - ["b"]"#])
        let carol = NotingMember()
        #expect(await join(group, "carol", [], carol) == nil)
        guard case .joined(let joined)? = carol.take().first else { return }
        #expect(joined.state.data == ["b": 2])
        let long = JSONValue.string(String(repeating: "x", count: Limits().data))
        #expect(await group.moderate(.setData(["c": long]), by: "alice") == "the data is too large")
    }

    // MARK: Words

    @Test(.row("P-05"), .attack(24)) func `the group fills in who speaks, and with which authority`() async {
        let group = await meeting()
        for (author, authority) in [("alice", true), ("bob", false)] {
            _ = await group.chat(
                Chat(source: "", username: "Server", value: "x", privileged: !authority), from: author)
            _ = await group.userMessage(
                UserMessage(kind: .kicked, source: "x", username: "y", value: "z", privileged: true, error: "e"),
                from: author)
            let told = bob.take().compactMap { if case .message(let message) = $0 { message.message } else { nil } }
            guard told.count == 2, case .chat(let chat) = told[0], case .userMessage(let message) = told[1] else {
                Issue.record("\(told)")
                return
            }
            #expect(chat.source == author && chat.username == author && chat.privileged == authority)
            #expect(message.source == author && message.username == author && message.privileged == authority)
            #expect(message.error == nil)
        }
    }

    @Test(.row("P-36"), .attack(24)) func `who has been shut up is not heard, whatever its session believes`() async {
        let group = await meeting()
        #expect(await group.moderate(.changePermissions(of: "bob", .shutUp), by: "alice") == nil)
        _ = alice.take()
        #expect(await group.chat(Chat(value: "x"), from: "bob") == "not authorised")
        #expect(await group.chat(Chat(kind: .caption, value: "x"), from: "bob") == "not authorised")
        #expect(await group.userMessage(UserMessage(kind: .mute), from: "bob") == "not authorised")
        #expect(alice.take().isEmpty)
    }

    // MARK: Without an operator

    @Test(.row("S-34", "X-02")) func `a group with autolock is open only while an operator opens it`() async {
        var description = GroupDescription()
        description.autoLock = true
        let group = makeGroup(description)
        _ = await group.accessed()
        #expect(await join(group, "bob", [], bob) == .locked("this group is locked"))
        #expect(await join(group, "alice", [.op], alice) == nil)
        #expect(await join(group, "bob", [], bob) == .locked("this group is locked"), "an operator unlocks it")
        #expect(await group.moderate(.unlock, by: "alice") == nil)
        #expect(await join(group, "bob", [], bob) == nil)
        _ = bob.take()
        await group.leave("alice", mailbox: alice)
        #expect(bob.story() == ["user delete alice", "locked - []"])
        #expect(await group.memberCount == 1)
    }

    @Test(.row("S-34")) func `what an operator takes from itself locks the group at the next look at it`() async {
        var description = GroupDescription()
        description.autoLock = true
        let group = await meeting(description)
        #expect(await group.moderate(.changePermissions(of: "alice", .unop), by: "alice") == nil)
        _ = bob.take()
        #expect(await group.lock == nil)
        _ = await group.accessed()
        #expect(bob.story() == ["locked - []"])
    }

    @Test(.row("S-35", "P-29", "X-02")) func `the last operator of a group with autokick takes everybody along`() async
    {
        var description = GroupDescription()
        description.autoKick = true
        let group = makeGroup(description)
        #expect(await join(group, "bob", [], bob) == .noOperators)
        #expect(await join(group, "alice", [.op], alice) == nil)
        #expect(await join(group, "bob", [], bob) == nil)
        _ = bob.take()
        await group.leave("alice", mailbox: alice)
        #expect(bob.story() == ["user delete alice", "kicked by -: there are no operators in this group"])
        #expect(await group.memberCount == 0)
    }
}
