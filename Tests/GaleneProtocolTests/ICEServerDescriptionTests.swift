// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@Suite("ice-servers.json", .row("N-01"))
struct ICEServerDescriptionTests {
    private func parse(_ text: String) throws -> (servers: [ICEServerDescription], mistakes: [FormatError]) {
        try ICEServerDescription.parse(Array(text.utf8))
    }

    @Test func `each kind of credential is read`() throws {
        let (servers, mistakes) = try parse(
            """
            [{"urls": ["stun:stun.example:3478"]},
             {"urls": "turn:turn.example:443?transport=tcp", "username": "u", "credential": "c"},
             {"urls": ["turns:turn.example"], "username": "u", "credential": "c", "credentialType": "password"},
             {"urls": ["turn:turn.example"], "username": "k", "credential": {"macKey": "m", "accessToken": "a"},
              "credentialType": "oauth"},
             {"urls": ["turn:turn.example", "turn:turn2.example"], "credential": "s", "credentialType": "hmac-sha1"}]
            """)
        #expect(mistakes.isEmpty)
        #expect(
            servers == [
                ICEServerDescription(urls: ["stun:stun.example:3478"]),
                ICEServerDescription(
                    urls: ["turn:turn.example:443?transport=tcp"], credential: .password(username: "u", "c")),
                ICEServerDescription(urls: ["turns:turn.example"], credential: .password(username: "u", "c")),
                ICEServerDescription(
                    urls: ["turn:turn.example"],
                    credential: .oauth(username: "k", ["macKey": "m", "accessToken": "a"])),
                ICEServerDescription(
                    urls: ["turn:turn.example", "turn:turn2.example"], credential: .sharedSecret(username: "", "s")),
            ])
    }

    @Test(arguments: [
        (#"{"urls":[]}"#, "1.urls"), ("{}", "1.urls"), (#"{"urls":["http://x"]}"#, "1.urls"),
        (#"{"urls":["stun:"]}"#, "1.urls"),
        (#"{"urls":["turn:x"]}"#, "1.credential"), (#"{"urls":["turn:x"],"credential":"c"}"#, "1.username"),
        (#"{"urls":["turn:x"],"credential":{},"username":"u"}"#, "1.credential"),
        (#"{"urls":["turn:x"],"credential":"c","credentialType":"oauth"}"#, "1.credential"),
        (#"{"urls":["turn:x"],"credentialType":"hmac-sha1"}"#, "1.credential"),
        (#"{"urls":["stun:x"],"credentialType":"magic"}"#, "1.credentialType"), (#"{"url":"stun:x"}"#, "1.url"),
        ("7", "1"),
    ])
    func `what a browser would choke on is left out and named, and the others stay`(entry: String, path: String) throws
    {
        let (servers, mistakes) = try parse(#"[{"urls":["stun:a"]},\#(entry),{"urls":["stun:b"]}]"#)
        #expect(servers.map(\.urls) == [["stun:a"], ["stun:b"]])
        #expect(mistakes.map(\.path) == [path])
    }

    @Test(arguments: ["{}", "", "[", "null"]) func `what is no array is an error`(text: String) {
        #expect(throws: FormatError.self) { try parse(text) }
    }
}
