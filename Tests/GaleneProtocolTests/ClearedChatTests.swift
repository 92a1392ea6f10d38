// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@Suite("What clearchat names")
struct ClearedChatTests {
    @Test(
        .row("P-40"),
        arguments: [
            (nil, .everything), (.null, .everything), ([:], .everything), (["id": "", "userId": nil], .everything),
            (["userId": "u"], .messages(source: "u")),
            (["userId": "u", "id": "m", "more": 1], .message(id: "m", source: "u")),
        ] as [(JSONValue?, ClearedChat)])
    func `nothing, an empty object, a client, or a message of a client`(value: JSONValue?, expected: ClearedChat) throws
    {
        #expect(try ClearedChat(value) == expected)
        #expect(try ClearedChat(expected.value) == expected)
    }

    @Test(
        .row("P-40"),
        arguments: [["id": "m"], "m", 1, [], true, ["userId": 1], ["id": [:], "userId": "u"]] as [JSONValue])
    func `anything else is an error`(value: JSONValue) {
        #expect(throws: FormatError.self) { try ClearedChat(value) }
    }

    @Test(.row("P-40")) func `an id counts only with its author`() {
        let cleared = ClearedChat.message(id: "m", source: "u")
        #expect(cleared.includes(Chat(id: "m", source: "u", value: nil)))
        #expect(!cleared.includes(Chat(id: "m", source: "v", value: nil)))
        #expect(!cleared.includes(Chat(id: "n", source: "u", value: nil)))
        #expect(!ClearedChat.messages(source: "u").includes(Chat(id: "m", value: nil)))
    }
}
