// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("Session dialogues about actions")
struct ActionDialogueTests {
    @Test func `an unknown group action, and user action, closes with 1000`() {
        for type in ["groupaction", "useraction"] {
            var client = SessionHarness()
            client.join()
            client.receive(#"{"type":"\#(type)","kind":"dance"}"#)
            #expect(client.sent.first?.errorText != nil)
            guard case .code(1000, _)? = client.closure else {
                Issue.record("\(type): \(String(describing: client.closure))")
                continue
            }
        }
    }

    @Test(.row("P-39")) func `own data may be set, that of others may not`() {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"useraction","kind":"setdata","dest":"me","value":{"raisehand":true}}"#)
        guard case .setUserData(["raisehand": true])? = client.pending.first else {
            Issue.record("\(client.pending)")
            return
        }
        client.finish()
        client.receive(#"{"type":"useraction","kind":"setdata","dest":"bob-id","value":{"raisehand":true}}"#)
        #expect(client.take().last?.errorText == "not authorised")
        client.receive(#"{"type":"useraction","kind":"setdata","dest":"me","value":[1]}"#)
        #expect(client.take().last?.errorText == "the data is not an object")
        #expect(client.pending.isEmpty && client.closure == nil)
    }

    @Test(.attack(24), arguments: ["kick", "op", "unop", "present", "unpresent", "shutup", "unshutup", "identify"])
    func `moderation without permission is a user error`(kind: String) {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"useraction","kind":"\#(kind)","dest":"bob-id"}"#)
        #expect(client.sent.first?.errorText == "not authorised")
        #expect(client.pending.isEmpty && client.closure == nil)
    }

    @Test(
        .row("P-34", "P-35", "P-36"),
        arguments: [
            ("op", .op), ("unop", .unop), ("present", .present), ("unpresent", .unpresent), ("shutup", .shutUp),
            ("unshutup", .unshutUp),
        ] as [(String, PermissionChange)])
    func `an operator changes the permissions of a member`(kind: String, expected: PermissionChange) {
        var client = SessionHarness()
        client.join(permissions: [.op])
        client.receive(#"{"type":"useraction","kind":"\#(kind)","dest":"bob-id"}"#)
        guard case .moderate(.changePermissions("bob-id", expected))? = client.pending.first else {
            Issue.record("\(client.pending)")
            return
        }
        client.finish(.failed("no such user"))
        #expect(client.sent.map(\.errorText) == ["no such user"] && client.closure == nil)
    }

    @Test(
        .row("P-37", "P-38", "P-40", "P-41", "P-44"),
        arguments: [
            (#""useraction","kind":"kick","dest":"bob-id","value":"enough""#, .kick("bob-id", reason: "enough")),
            (#""useraction","kind":"kick","dest":"bob-id","value":7"#, .kick("bob-id", reason: nil)),
            (#""useraction","kind":"identify","dest":"bob-id""#, .identify("bob-id")),
            (#""groupaction","kind":"lock","value":"later""#, .lock(message: "later")),
            (#""groupaction","kind":"lock""#, .lock(message: nil)),
            (#""groupaction","kind":"unlock""#, .unlock),
            (#""groupaction","kind":"setdata","value":{"a":1,"b":null}"#, .setData(["a": 1, "b": nil])),
            (#""groupaction","kind":"clearchat""#, .clearChat(.everything)),
            (#""groupaction","kind":"clearchat","value":{"userId":"u"}"#, .clearChat(.messages(source: "u"))),
        ] as [(String, Moderation)])
    func `what an operator asks for`(fields: String, expected: Moderation) {
        var client = SessionHarness()
        client.join(permissions: [.op])
        client.receive(#"{"type":\#(fields)}"#)
        guard case .moderate(expected)? = client.pending.first else {
            Issue.record("\(client.pending)")
            return
        }
        var member = SessionHarness()
        member.join(permissions: [.present, .message, .caption, .token, .record, .admin])
        member.receive(#"{"type":\#(fields)}"#)
        #expect(member.sent.map(\.errorText) == ["not authorised"] && member.pending.isEmpty)
    }

    @Test(.row("P-40"), arguments: [#"{"id":"m"}"#, #""m""#, "[]", #"{"userId":1}"#])
    func `a part of the chat that cannot be is a user error`(value: String) {
        var client = SessionHarness()
        client.join(permissions: [.op])
        client.receive(#"{"type":"groupaction","kind":"clearchat","value":\#(value)}"#)
        #expect(client.sent.first?.errorText != nil && client.pending.isEmpty && client.closure == nil)
    }

    @Test(.attack(29)) func `an operator's words have an end`() {
        var client = SessionHarness()
        client.join(permissions: [.op])
        let words = String(repeating: "é", count: 5000)
        client.receive(#"{"type":"groupaction","kind":"lock","value":"\#(words)"}"#)
        guard case .moderate(.lock(let message?))? = client.pending.first else {
            Issue.record("\(client.pending)")
            return
        }
        #expect(message.utf8.count == Limits().notice)
    }

    @Test(.attack(24), arguments: ["maketoken", "edittoken", "listtokens"])
    func `nobody may have tokens, and is told so in terms of programs`(kind: String) {
        var client = SessionHarness()
        client.join(permissions: [.op, .present, .message, .caption, .token])
        client.receive(#"{"type":"groupaction","kind":"\#(kind)","value":{}}"#)
        guard case .userMessage(let reply)? = client.sent.first else {
            Issue.record("\(client.sent)")
            return
        }
        #expect(reply.kind == (kind == "listtokens" ? .tokenList : .token) && reply.error == "not-authorised")
        #expect(reply.privileged && reply.dest == "me" && client.pending.isEmpty && client.closure == nil)
    }

    @Test(.attack(24), arguments: ["record", "unrecord"])
    func `nobody may record`(kind: String) {
        var client = SessionHarness()
        client.join(permissions: [.op, .record])
        client.receive(#"{"type":"groupaction","kind":"\#(kind)"}"#)
        #expect(client.sent.map(\.errorText) == ["not authorised"] && client.pending.isEmpty)
    }
}
