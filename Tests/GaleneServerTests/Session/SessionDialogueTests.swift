// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("Session dialogues")
struct SessionDialogueTests {
    // MARK: Handshake

    @Test(.row("P-02")) func `answers the handshake with exactly one version`() {
        var client = SessionHarness(handshake: false)
        client.receive(#"{"type":"handshake","version":["2","1"],"id":"me"}"#)
        #expect(client.sent == [.handshake(Handshake(versions: ["2"]))])
        #expect(client.closure == nil)
    }

    @Test(.row("P-03")) func `warns a client of another version and goes on`() {
        var client = SessionHarness(handshake: false)
        client.receive(#"{"type":"handshake","version":["99"],"id":"me"}"#)
        guard case .userMessage(let warning)? = client.sent.last else {
            Issue.record("no warning")
            return
        }
        #expect(warning.kind == .warning && warning.privileged)
        client.receive(#"{"type":"ping"}"#)
        #expect(client.sent.last == .pong)
    }

    @Test(
        .row("P-48"),
        arguments: [
            #"{"type":"join","kind":"join","group":"demo"}"#, #"{"type":"ping"}"#, #"{}"#,
        ])
    func `a first message that is no handshake is a protocol error`(message: String) {
        var client = SessionHarness(handshake: false)
        client.receive(message)
        #expect(client.closure == .protocolError("expected handshake"))
        #expect(client.session.isFinished)
    }

    @Test func `a second handshake is a protocol error`() {
        var client = SessionHarness()
        client.receive(#"{"type":"handshake","version":["2"],"id":"other"}"#)
        #expect(client.sent.first?.errorText != nil)
        #expect(client.closure == .protocolError("unexpected handshake"))
    }

    // MARK: Before joining

    @Test(.row("P-04")) func `answers a ping before joining`() {
        var client = SessionHarness()
        client.receive(#"{"type":"ping"}"#)
        #expect(client.sent == [.pong])
    }

    @Test(arguments: [
        #"{"type":"chat","value":"hello"}"#, #"{"type":"usermessage","kind":"mute"}"#,
        #"{"type":"useraction","kind":"setdata","dest":"me","value":{}}"#, #"{"type":"groupaction","kind":"lock"}"#,
    ])
    func `words before joining are refused and the socket stays usable`(message: String) {
        var client = SessionHarness()
        client.receive(message)
        #expect(client.take().first?.errorText != nil)
        #expect(client.closure == nil && client.pending.isEmpty)
        client.receive(#"{"type":"ping"}"#)
        #expect(client.sent == [.pong])
    }

    @Test(.attack(24)) func `an offer before joining, and after a refused join, is aborted`() {
        var client = SessionHarness()
        client.receive(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
        #expect(client.sent.first == .abort(id: "s"))
        #expect(client.sent.last?.errorText != nil)
        client.receive(#"{"type":"join","kind":"join","group":"demo","username":"alice","password":"x"}"#)
        client.finish(.joinRefused(.full))
        client.sent.removeAll()
        client.receive(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
        #expect(client.sent.first == .abort(id: "s"))
        #expect(client.pending.isEmpty && client.closure == nil)
    }

    @Test func `a request before joining closes with 1011`() {
        var client = SessionHarness()
        client.receive(#"{"type":"request","request":{"":["audio"]}}"#)
        #expect(client.closure == .unexpected)
    }

    // MARK: Joining

    @Test(.row("P-07", "P-26", "P-12", "P-49")) func `a newcomer learns its state, the history, then the members`() {
        var client = SessionHarness()
        client.receive(
            #"{"type":"join","kind":"join","group":"demo","username":"alice","password":"x","data":{"a":1}}"#)
        guard case .join(let request)? = client.pending.first else {
            Issue.record("no join")
            return
        }
        #expect(request.clientID == "me" && request.username == "alice" && request.password == "x")
        #expect(request.data == ["a": 1])
        #expect(!client.session.acceptsMessages)
        client.handle(.joined(SessionHarness.group(permissions: [.present])))
        #expect(!client.session.acceptsMessages, "messages wait for the operation's end")
        client.finish()
        #expect(client.session.acceptsMessages)
        let joined = client.sent.first?.joined
        #expect(joined?.kind == .join && joined?.username == "alice" && joined?.permissions == [.present])
        #expect(joined?.rtcConfiguration != nil && joined?.status?.name == "demo")
        guard case .chatHistory(let chat) = client.sent[1], case .user(let own) = client.sent[2],
            case .user(let other) = client.sent[3]
        else {
            Issue.record("wrong order: \(client.sent)")
            return
        }
        #expect(chat.value == "before" && own.id == "me" && other.id == "bob-id")
    }

    @Test(.row("X-03", "P-09")) func `a wrong password is answered after 200 ms, and another may be tried`() {
        var client = SessionHarness()
        client.receive(#"{"type":"join","kind":"join","group":"demo","username":"alice","password":"wrong"}"#)
        client.finish(.joinRefused(.notAuthorised))
        #expect(client.sent.isEmpty && !client.session.acceptsMessages)
        client.advance(.milliseconds(199))
        #expect(client.sent.isEmpty)
        client.advance(.milliseconds(1))
        let joined = client.take().first?.joined
        #expect(joined?.kind == .fail && joined?.group == "demo" && joined?.error == nil)
        client.join()
        #expect(client.session.membership?.username == "alice")
    }

    @Test(.row("X-03"), .attack(27), arguments: [JoinRefusal.notAuthorised, .busy])
    func `the time of the answer does not tell what was compared`(refusal: JoinRefusal) {
        for duration in [0, 50, 199, 300] {
            var client = SessionHarness()
            client.receive(#"{"type":"join","kind":"join","group":"demo","username":"alice","password":"wrong"}"#)
            client.advance(.milliseconds(duration))
            client.finish(.joinRefused(refusal))
            if duration < 200 {
                #expect(client.sent.isEmpty)
                client.advance(.milliseconds(200 - duration))
            }
            #expect(client.sent.first?.joined?.kind == .fail)
        }
    }

    @Test(arguments: [
        JoinRefusal.noSuchGroup, .locked("later"), .noOperators, .missingClientID, .full, .notOpenYet, .closed,
        .duplicateClient, .internalError,
    ])
    func `other refusals are answered at once`(refusal: JoinRefusal) {
        var client = SessionHarness()
        client.receive(#"{"type":"join","kind":"join","group":"demo","username":"alice"}"#)
        client.finish(.joinRefused(refusal))
        #expect(client.sent.first?.joined?.kind == .fail)
        #expect(client.sent.first?.joined?.value == .string(refusal.text))
        #expect(client.session.acceptsMessages)
    }

    @Test(.row("P-10", "S-27")) func `a group that has moved says where`() {
        var client = SessionHarness()
        client.receive(#"{"type":"join","kind":"join","group":"demo","username":"alice"}"#)
        client.finish(.joinRefused(.redirect("https://example.org/group/demo/")))
        #expect(client.sent.first?.joined?.kind == .redirect)
        #expect(client.sent.first?.joined?.value == "https://example.org/group/demo/")
    }

    @Test(.attack(25), arguments: ["", "/", "/room", "room/", "../room", "room//one", "room\\\\one", ".room"])
    func `an illegal group name is refused without a look at any file`(name: String) {
        var client = SessionHarness()
        client.receive(#"{"type":"join","kind":"join","group":"\#(name)","username":"alice"}"#)
        #expect(client.pending.isEmpty)
        #expect(client.sent.first?.joined?.value == .string(JoinRefusal.illegalName.text))
    }

    @Test func `joining twice is a protocol error`() {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"join","kind":"join","group":"other","username":"alice"}"#)
        #expect(client.closure == .protocolError("cannot join multiple groups"))
        #expect(client.pending.map(\.name) == ["leave"])
    }

    @Test func `an unknown kind of join is a protocol error`() {
        var client = SessionHarness()
        client.receive(#"{"type":"join","kind":"dance","group":"demo"}"#)
        #expect(client.closure == .protocolError("unknown kind of join"))
    }

    @Test(.row("P-11")) func `a client leaves, and joins again on the same connection`() {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"join","kind":"leave","group":"demo"}"#)
        #expect(client.pending.map(\.name) == ["leave"])
        client.handle(.left(GroupState(status: GroupStatus(name: "demo"))))
        client.finish()
        let joined = client.take().first?.joined
        #expect(joined?.kind == .leave && joined?.permissions == [] && joined?.status?.name == "demo")
        client.join()
        #expect(client.session.membership != nil)
    }

    @Test func `leaving a group that one is not in closes with 1000`() {
        var client = SessionHarness()
        client.receive(#"{"type":"join","kind":"leave","group":"demo"}"#)
        #expect(client.sent.first?.errorText != nil)
        #expect(client.closure == .normal("you are not in this group"))
    }

    @Test func `a join whose client disappears is undone`() {
        var client = SessionHarness()
        client.receive(#"{"type":"join","kind":"join","group":"demo","username":"alice"}"#)
        _ = client.session.disconnected()
        #expect(!client.session.isFinished, "two operations are under way")
        client.handle(.joined(SessionHarness.group(permissions: [])))
        #expect(client.sent.isEmpty)
    }

    // MARK: Spoofing

    @Test(.row("P-05"), .attack(24)) func `a foreign source is a protocol error`() {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"chat","source":"bob-id","value":"I am Bob"}"#)
        #expect(client.sent.first?.errorText == "spoofed client id")
        #expect(client.closure == .protocolError("spoofed client id"))
        #expect(client.pending.map(\.name) == ["leave"])
    }

    @Test(.row("P-05"), .attack(24)) func `a foreign username is a protocol error, before joining too`() {
        var client = SessionHarness()
        client.receive(#"{"type":"ping","username":"bob"}"#)
        #expect(client.closure == .protocolError("spoofed username"))
        var member = SessionHarness()
        member.join()
        member.receive(#"{"type":"chat","username":"","value":"I am nobody"}"#)
        #expect(member.closure == .protocolError("spoofed username"))
    }

    // MARK: Words

    @Test(.row("P-24")) func `captions and chat need different permissions`() {
        var client = SessionHarness()
        client.join(permissions: [.caption])
        client.receive(#"{"type":"chat","value":"hello"}"#)
        #expect(client.take().first?.errorText == "not authorised")
        client.receive(#"{"type":"chat","kind":"caption","value":"hello"}"#)
        #expect(client.pending.map(\.name) == ["chat"])
    }

    @Test func `a message to nobody is a user error`() {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"chat","dest":"nobody","value":"hello"}"#)
        client.finish(.failed("no such user"))
        #expect(client.sent.first?.errorText == "no such user")
        #expect(client.closure == nil)
    }

    // MARK: Nonsense

    @Test(.attack(23), arguments: ["{", "[]", "null", #"{"type":1}"#, #"{"type":"chat","dest":{}}"#, ""])
    func `what cannot be decoded closes with 1011`(text: String) {
        var client = SessionHarness()
        client.join()
        client.receive(text)
        #expect(client.closure == .unexpected)
        #expect(client.pending.map(\.name) == ["leave"])
    }

    @Test(arguments: ["offer", "answer", "renegotiate", "close", "abort", "ice"])
    func `an empty stream id is a protocol error`(type: String) {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"\#(type)","id":""}"#)
        #expect(client.closure == .protocolError("bad stream id"))
    }

    @Test func `a null candidate is a protocol error`() {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"ice","id":"s","candidate":null}"#)
        #expect(client.closure == .protocolError("null candidate"))
    }

    @Test func `an unknown type is a protocol error`() {
        var client = SessionHarness()
        client.receive(#"{"type":"dance"}"#)
        #expect(client.closure == .protocolError("unexpected message"))
    }

    @Test(.attack(4)) func `candidates are neither kept nor followed`() {
        var client = SessionHarness()
        client.join()
        client.publish("s", media: stream(1))
        for number in 0..<5000 {
            client.receive(
                #"{"type":"ice","id":"s","candidate":{"candidate":"candidate:1 1 udp 1 host\#(number).example 0 typ host"}}"#
            )
        }
        #expect(client.sent.isEmpty && client.pending.isEmpty && client.closure == nil)
    }

    // MARK: Time

    @Test(.row("P-02")) func `no handshake in 15 s drops the connection`() {
        var client = SessionHarness(handshake: false)
        client.advance(.milliseconds(14_999))
        #expect(client.closure == nil)
        client.advance(.milliseconds(1))
        #expect(client.closure == .drop)
        #expect(client.session.deadline == nil)
    }

    @Test(.row("P-04")) func `silence brings pings at 20, 30 and 40 s and the end at 45`() {
        var client = SessionHarness()
        for _ in 0..<3 {
            client.advance(client.sent.isEmpty ? .seconds(20) : .seconds(10))
        }
        #expect(client.sent == [.ping, .ping, .ping])
        client.advance(.milliseconds(4_999))
        #expect(client.closure == nil)
        client.advance(.milliseconds(1))
        #expect(client.closure == .unexpected)
    }

    @Test(.row("P-04")) func `whoever answers pings stays`() {
        var client = SessionHarness()
        for _ in 0..<100 {
            client.advance(.seconds(20))
            #expect(client.take() == [.ping])
            client.receive(#"{"type":"pong"}"#)
        }
        #expect(client.closure == nil)
    }

    // MARK: Ends

    @Test(.row("P-29")) func `whoever is kicked is told, then disconnected with 1000`() {
        var client = SessionHarness()
        client.join()
        client.handle(.kicked(UserMessage(kind: .kicked, value: "enough", privileged: true)))
        guard case .userMessage(let message)? = client.sent.first else {
            Issue.record("not told")
            return
        }
        #expect(message.kind == .kicked)
        #expect(client.closure == .normal("enough"))
        #expect(client.pending.map(\.name) == ["leave"])
    }

    @Test(.row("S-11")) func `a server that stops says 1001 and leaves the group`() {
        var client = SessionHarness()
        client.join()
        let actions = client.session.shutDown()
        guard case .send(.userMessage(let message))? = actions.first,
            case .perform(.leave)? = actions.dropFirst().first,
            case .close(.goingAway)? = actions.last
        else {
            Issue.record("\(actions)")
            return
        }
        #expect(message.kind == .kicked && message.privileged && message.id == nil && message.username == nil)
        var stranger = SessionHarness()
        #expect(stranger.session.shutDown().count == 1, "nobody is sent out who is not in")
    }

    @Test func `nothing happens after the end`() {
        var client = SessionHarness()
        client.join()
        _ = client.session.disconnected()
        client.receive(#"{"type":"chat","value":"hello"}"#)
        client.handle(.stream(snapshot("s")))
        #expect(client.sent.isEmpty && client.pending.isEmpty)
    }
}
