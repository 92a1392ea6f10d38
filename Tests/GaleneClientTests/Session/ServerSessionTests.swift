// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import GaleneClient

@Suite("The client's side of the protocol: connection and group", .row("C-01", "C-02", "C-09", "C-10"))
struct ServerSessionTests {
    @Test func `the handshake comes first, both ways`() {
        var harness = ServerSessionHarness(isOpen: false)
        #expect(harness.take() == ["> handshake"])
        #expect(harness.sent == [.handshake(Handshake(versions: ["2"], id: "me"))])
        harness.receive(#"{"type":"handshake","version":["2"]}"#)
        #expect(harness.take() == ["connected 2"])
        #expect(harness.session.version == "2")
    }

    @Test(arguments: [
        #"{"type":"ping"}"#, #"{"type":"handshake"}"#, #"{"type":"handshake","version":["1","3"]}"#, "nonsense",
        #"{"type":"handshake","version":2}"#, #"{"type":"joined","kind":"join","group":"g"}"#,
    ])
    func `whatever else comes first ends the connection`(json: String) {
        var harness = ServerSessionHarness(isOpen: false)
        harness.log = []
        harness.receive(json)
        #expect(harness.take() == ["failed protocolViolation", "close socket"])
        #expect(harness.session.version == nil)
        // And nothing that still comes counts.
        harness.receive(#"{"type":"handshake","version":["2"]}"#)
        #expect(harness.take() == [])
    }

    @Test func `a server that says nothing is given up after ten seconds`() {
        var harness = ServerSessionHarness(isOpen: false)
        harness.log = []
        harness.advance(.seconds(9))
        #expect(harness.take() == [])
        harness.advance(.seconds(1))
        #expect(harness.take() == ["failed timedOut", "close socket"])
    }

    @Test func `a server that may be gone is asked at once, and has four seconds`() {
        var harness = ServerSessionHarness(isResumable: true)
        harness.advance(.seconds(1))
        harness.with { $0.doubt(now: Instant.zero + .seconds(1)) }
        #expect(harness.take() == ["> ping"])
        // Once is enough.
        harness.with { $0.doubt(now: Instant.zero + .seconds(1)) }
        harness.advance(.seconds(3))
        #expect(harness.take() == [])
        harness.receive(#"{"type":"pong"}"#)
        harness.advance(.seconds(10))
        #expect(harness.take() == [])
        harness.with { $0.doubt(now: Instant.zero + .seconds(14)) }
        harness.advance(.seconds(4))
        #expect(harness.take() == ["> ping", "lost timedOut"])
    }

    @Test(arguments: [
        (1000, false), (1001, true), (1002, false), (1005, true), (1006, true), (1008, false), (1009, false),
        (1011, true), (1012, true), (1013, true), (1014, true), (4000, false),
    ])
    func `by the code of a close one knows whether somebody wanted it`(code: Int, isLoss: Bool) {
        #expect(ServerSessionHarness(isResumable: true).session.isLoss(closeCode: code) == isLoss)
        #expect(!ServerSessionHarness().session.isLoss(closeCode: code))
        var closing = ServerSessionHarness(isResumable: true)
        closing.with { $0.close() }
        #expect(!closing.session.isLoss(closeCode: code))
    }

    @Test func `whoever was thrown out by somebody has lost nothing`() {
        func isLoss(after json: String) -> Bool {
            var harness = ServerSessionHarness(isResumable: true)
            harness.receive(json)
            return harness.session.isLoss(closeCode: 1006)
        }
        #expect(!isLoss(after: #"{"type":"usermessage","kind":"kicked","id":"op","privileged":true,"value":"no"}"#))
        // A server of before stops with an ordinary close.
        var dismissed = ServerSessionHarness(isResumable: true)
        dismissed.receive(#"{"type":"usermessage","kind":"kicked","privileged":true,"value":"restart"}"#)
        #expect(dismissed.session.isLoss(closeCode: 1000))
        // A server that stops, a member who plays one.
        #expect(isLoss(after: #"{"type":"usermessage","kind":"kicked","privileged":true,"value":"restart"}"#))
        #expect(isLoss(after: #"{"type":"usermessage","kind":"kicked","id":"op","source":"x","value":"no"}"#))
    }

    @Test func `a silent server is asked, and given up after a good minute`() {
        var harness = ServerSessionHarness()
        harness.receive(#"{"type":"ping"}"#)
        #expect(harness.take() == ["> pong"])
        harness.advance(.seconds(19))
        #expect(harness.take() == [])
        harness.advance(.seconds(1))
        #expect(harness.take() == ["> ping"])
        harness.receive(#"{"type":"pong"}"#)
        harness.advance(.seconds(69))
        #expect(harness.take().allSatisfy { $0 == "> ping" })
        harness.advance(.seconds(10))
        #expect(harness.take().last == "close socket")
    }

    @Test(.row("C-05", "C-11", "C-13")) func `a group is joined, left, and another joined`() throws {
        var harness = ServerSessionHarness()
        try harness.join("g", "Ann")
        #expect(throws: ServerConnectionError.self) { try harness.join("h", "Ann") }
        harness.receive(
            #"""
            {"type":"joined","kind":"join","group":"g","username":"Ann","permissions":["op"],"status":{"name":"g"},
             "data":{"x":1},"rtcConfiguration":{"iceServers":[{"urls":["stun:h"]}]}}
            """#)
        #expect(harness.take() == ["> join g", "joined join g", "join succeeded"])
        #expect(harness.session.group == "g")
        #expect(harness.session.username == "Ann")
        #expect(harness.session.permissions == [.op])
        #expect(harness.session.rtcConfiguration?.iceServers.count == 1)
        // What a change does not speak of stays.
        harness.receive(#"{"type":"joined","kind":"change","group":"g","username":"Ann","permissions":["present"]}"#)
        #expect(harness.session.permissions == [.present])
        #expect(harness.session.data == ["x": 1])
        #expect(harness.session.status?.name == "g")
        // A change of another group is none of ours.
        harness.receive(#"{"type":"joined","kind":"change","group":"h","username":"Eve","permissions":["op"]}"#)
        #expect(harness.session.permissions == [.present])
        #expect(harness.take() == ["joined change g"])
        harness.receive(#"{"type":"user","kind":"add","id":"me","username":"Ann"}"#)
        try harness.with { try $0.leave(group: "g") }
        harness.receive(#"{"type":"joined","kind":"leave","group":"g","username":"Ann"}"#)
        #expect(harness.take() == ["user add me", "> leave g", "user delete me", "joined leave g"])
        #expect(harness.session.group == nil)
        #expect(harness.session.users.isEmpty)
        try harness.join("h", "Ann")
        harness.receive(#"{"type":"joined","kind":"join","group":"h","username":"Ann"}"#)
        #expect(harness.session.group == "h")
    }

    @Test func `a refusal and a redirection say why, and leave the connection open`() throws {
        var harness = ServerSessionHarness()
        try harness.join("g", "")
        harness.receive(
            #"{"type":"joined","kind":"fail","group":"g","username":"","error":"need-username","value":"who are you?"}"#
        )
        #expect(harness.take() == ["> join g", "joined fail g", "join failed: refused need-username"])
        try harness.join("g", "Ann")
        harness.receive(#"{"type":"joined","kind":"redirect","group":"g","username":"","value":"https://h/group/g/"}"#)
        #expect(harness.take() == ["> join g", "joined redirect g", "join failed: redirected "])
        #expect(harness.session.group == nil)
    }

    @Test func `a join that is not answered ends after half a minute`() throws {
        var harness = ServerSessionHarness()
        try harness.join("g", "Ann")
        for _ in 0..<6 {
            harness.advance(.seconds(5))
            harness.receive(#"{"type":"pong"}"#)
        }
        #expect(harness.take().contains("join failed: timedOut "))
        try harness.join("g", "Ann")
    }

    @Test(.row("C-04")) func `members come, change and go`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.receive(#"{"type":"user","kind":"add","id":"b","username":"Bob","permissions":["op"],"data":{"a":1}}"#)
        #expect(harness.session.users["b"]?.data == ["a": 1])
        // A change is the whole new state.
        harness.receive(#"{"type":"user","kind":"change","id":"b","username":"Bob"}"#)
        #expect(harness.session.users["b"]?.data == [:])
        #expect(harness.session.users["b"]?.permissions == [])
        harness.receive(#"{"type":"user","kind":"delete","id":"b","username":"Bob"}"#)
        harness.receive(#"{"type":"user","kind":"delete","id":"b","username":"Bob"}"#)
        harness.receive(#"{"type":"user","kind":"dance","id":"c","username":"Bob"}"#)
        #expect(harness.take() == ["user add b", "user change b", "user delete b"])
        #expect(harness.session.users.keys.sorted() == ["me"])
    }

    @Test(.row("C-07", "C-08")) func `what is said is told, with what the server says of it`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.receive(#"{"type":"chathistory","id":"1","source":"b","username":"Bob","value":"before"}"#)
        harness.receive(#"{"type":"chat","id":"2","source":"b","username":"Bob","value":"now","privileged":true}"#)
        harness.receive(#"{"type":"chat","source":"b","value":{"b":[1,null]}}"#)
        harness.receive(#"{"type":"chat","source":"b"}"#)
        harness.receive(#"{"type":"usermessage","kind":"warning","privileged":true,"value":"careful"}"#)
        harness.receive(#"{"type":"usermessage","kind":"filetransfer","source":"b","value":{}}"#)
        harness.receive(#"{"type":"something new","value":7}"#)
        #expect(
            harness.take() == [
                "chat of before before", "chat now", #"chat {"b":[1,null]}"#, "chat ", "message warning careful",
                "file",
            ])
    }

    @Test(.row("P-48")) func `when the socket closes everything ends in the documented order`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.receive(#"{"type":"user","kind":"add","id":"b","username":"Bob"}"#)
        harness.receive(#"{"type":"offer","id":"d","label":"camera","source":"b","username":"Bob","sdp":"x"}"#)
        harness.with { session in
            _ = session.openUp("u", label: "camera", replacing: nil)
            session.offer("u", sdp: "x")
        }
        harness.log = []
        harness.with { $0.socketClosed(code: 1001, reason: "restart") }
        #expect(
            harness.take() == [
                "end u", "end d", "user delete b", "user delete me", "joined leave g", "closed 1001 restart",
            ])
        #expect(harness.session.permissions.isEmpty && harness.session.username == nil)
        harness.with { $0.socketClosed(code: 1006, reason: "") }
        #expect(harness.take() == [])
        #expect(throws: ServerConnectionError.self) { try harness.join("g", "Ann") }
    }

    @Test func `a join under way fails when the socket closes`() throws {
        var harness = ServerSessionHarness()
        try harness.join("g", "Ann")
        harness.with { $0.socketClosed(code: 1006, reason: "") }
        #expect(harness.take() == ["> join g", "join failed: closed ", "closed 1006 "])
    }

    @Test func `an answer to a join that was given up is none to the next one`() throws {
        var harness = ServerSessionHarness()
        try harness.join("slow", "Ann")
        for _ in 0..<6 {
            harness.advance(.seconds(5))
            harness.receive(#"{"type":"pong"}"#)
        }
        try harness.join("g", "Ann")
        harness.log = []
        harness.receive(#"{"type":"joined","kind":"join","group":"slow","username":"Ann"}"#)
        #expect(harness.take() == ["> leave slow"])
        #expect(harness.session.group == nil)
        harness.receive(#"{"type":"joined","kind":"join","group":"g","username":"Ann"}"#)
        #expect(harness.take() == ["joined join g", "join succeeded"])
    }

    @Test(.attack(19)) func `what a server tells of members has a bound in bytes`() throws {
        var harness = try ServerSessionHarness.joined()
        for number in 0..<40 {
            harness.session.receive(
                .user(UserChange(kind: .add, id: "u\(number)", username: "x")), size: 1 << 20, now: harness.now)
        }
        #expect(harness.session.users.count <= 33)
        #expect(harness.session.phase == .ending)
        // Who goes makes room.
        var other = try ServerSessionHarness.joined()
        for _ in 0..<100 {
            other.session.receive(.user(UserChange(kind: .add, id: "u", username: "x")), size: 1 << 20, now: other.now)
            other.session.receive(.user(UserChange(kind: .delete, id: "u", username: "x")), size: 100, now: other.now)
        }
        #expect(other.session.phase == .open)
    }
}
