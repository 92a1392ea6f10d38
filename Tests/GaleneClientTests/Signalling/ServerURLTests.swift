// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import RTCTestKit
import Testing

@Suite("URLs of a group")
struct ServerURLTests {
    @Test(arguments: [
        ("http://127.0.0.1:8443/group/demo/", false, "127.0.0.1", 8443, "/group/demo/", "127.0.0.1:8443"),
        ("HTTPS://example.org/group/a", true, "example.org", 443, "/group/a", "example.org"),
        ("wss://[::1]:9/ws?x=1#y", true, "::1", 9, "/ws?x=1", "[::1]:9"),
        ("ws://h", false, "h", 80, "/", "h"),
        ("http://h?q", false, "h", 80, "/?q", "h"),
    ])
    func `are taken apart`(
        text: String, isSecure: Bool, host: String, port: Int, path: String, authority: String
    ) throws {
        let url = try #require(ServerURL(text))
        #expect(url.isSecure == isSecure)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.path == path)
        #expect(url.authority == authority)
    }

    @Test(arguments: [
        "", "demo", "ftp://h/", "http://", "http:///x", "http://h:0/", "http://h:65536/", "http://h:x/",
        "http://[::1/", "http://[::1]x/", "http://user:secret@h/",
    ])
    func `are refused when they are none, or carry a password`(text: String) {
        #expect(ServerURL(text) == nil)
    }

    @Test(arguments: [
        ("http://h/group/demo/", "demo"), ("http://h/group/a/b", "a/b"), ("http://h/x/group/demo/?t=1", "demo"),
        ("http://h/group/caf%C3%A9/", "café"),
    ])
    func `name the group`(text: String, name: String) {
        #expect(ServerURL(text)?.groupName == name)
    }

    @Test(arguments: [
        "http://h/", "http://h/group/", "http://h/group/%zz/", "http://h/group/%ff/", "http://h/group/%4",
    ])
    func `name no group elsewhere`(text: String) {
        #expect(ServerURL(text)?.groupName == nil)
    }
}
