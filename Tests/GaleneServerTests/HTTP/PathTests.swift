// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("Paths and routes", .attack(25))
struct PathTests {
    func route(_ target: String) -> Route? { RequestPath(target: target).map(Route.init) }

    @Test(
        .row("A-04", "A-06", "A-08", "A-11", "A-29"),
        arguments: [
            ("/", .file("/")), ("/lib/galene.js", .file("/lib/galene.js")), ("/ws", .webSocket), ("/ws?x", .webSocket),
            ("/public-groups.json", .publicGroups), ("/group/a/", .groupPage("a")), ("/group/a/b/", .groupPage("a/b")),
            ("/group/a", .redirect(to: "/group/a/", permanent: true)),
            ("/group", .redirect(to: "/group/", permanent: false)),
            ("/group/", .notFound), ("/group/.x", .notFound), ("/group/a/.status", .groupStatus("a")),
            ("/group/salle%203/.status", .groupStatus("salle 3")),
            ("/group/a/.status.json", .redirect(to: "/group/a/.status", permanent: true)),
            ("/group/a/.status/x", .notFound), ("/group/a/.whip", .notFound), ("/group/a/.git/config", .notFound),
            ("/.git/config", .notFound), ("/a/.env", .notFound),
            ("//evil.example/", .redirect(to: "/evil.example/", permanent: false)),
            ("/a/../../b", .redirect(to: "/b", permanent: false)),
            ("/a/./b/", .redirect(to: "/a/b/", permanent: false)),
            ("/..%2f..%2fetc/passwd", .redirect(to: "/etc/passwd", permanent: false)),
            ("/%2e%2e/x", .redirect(to: "/x", permanent: false)),
        ] as [(String, Route)])
    func `a target leads to`(target: String, expected: Route) {
        #expect(route(target) == expected)
    }

    @Test(arguments: ["", "x", "http://h/x", "/%", "/%4", "/%zz", "/%00", "/a\\b", "/%5c", "/%ff%fe", "*"])
    func `a target that is no path of ours is refused`(target: String) {
        #expect(RequestPath(target: target) == nil)
    }

    @Test(
        .attack(26),
        arguments: [
            ("//evil.example/a", "/evil.example/a"), ("/a b?token=t%20u", "/a%20b?token=t%20u"), ("/é", "/%C3%A9"),
            ("/%0d%0aSet-Cookie:x", "/%0D%0ASet-Cookie:x"),
        ])
    func `a redirection stays on this host and keeps the query`(target: String, expected: String) {
        let path = RequestPath(target: target)
        #expect(path?.location(path?.path ?? "") == expected)
    }

    @Test(
        .row("S-17"),
        arguments: [
            ("", true, "https://h.example"), ("", false, "http://h.example"), ("/p", true, "https://h.example/p"),
            ("http:", true, "http://h.example"), ("https:/p", false, "https://h.example/p"),
            ("https://out.example", false, "https://out.example"),
            ("https://out.example/", true, "https://out.example"),
        ])
    func `the base URL takes what the proxy overrides`(proxy: String, isTLS: Bool, expected: String) {
        #expect(BaseURL(proxy: proxy, host: "h.example", isTLS: isTLS).text == expected)
    }

    @Test func `the WebSocket's URL follows the scheme`() {
        #expect(BaseURL(proxy: nil, host: "h:1", isTLS: true).webSocket == "wss://h:1/ws")
        #expect(BaseURL(proxy: "http:", host: "h:1", isTLS: true).webSocket == "ws://h:1/ws")
    }

    @Test(
        .attack(23), .row("A-11", "S-15"),
        arguments: [
            (nil, true), ("https://h.example", true), ("http://H.EXAMPLE", true), ("https://evil.example", false),
            ("https://h.example.evil", false), ("null", false), ("", false), ("https://friend.example:8443", true),
            ("https://friend.example", false),
        ] as [(String?, Bool)])
    func `pages of this host and of configured origins may connect`(origin: String?, expected: Bool) {
        #expect(
            OriginPolicy.allows(
                origin: origin, host: "h.example", allowed: ["https://Friend.example:8443"]) == expected)
    }

    @Test(
        .row("A-26"),
        arguments: [
            (true, nil, "*", nil, .failed), (true, nil, nil, "*", .proceed), (false, nil, nil, "*", .proceed),
            (true, "\"a\"", "\"b\"", nil, .failed), (false, "\"a\"", "\"b\", \"a\"", nil, .proceed),
            (true, "\"a\"", nil, "\"a\"", .notModified), (true, "\"a\"", nil, "*", .notModified),
            (false, "\"a\"", nil, "\"a\"", .failed), (false, "\"a\"", nil, "*", .failed),
            (true, "\"a\"", nil, "W/\"a\"", .proceed),
        ] as [(Bool, String?, String?, String?, Precondition)])
    func `preconditions`(isRead: Bool, tag: String?, ifMatch: String?, ifNoneMatch: String?, expected: Precondition) {
        #expect(Precondition.evaluate(isRead: isRead, tag: tag, ifMatch: ifMatch, ifNoneMatch: ifNoneMatch) == expected)
    }

    @Test(
        .row("A-02"), .attack(26),
        arguments: [
            (nil, .whole), ("bytes=0-0", .part(0..<1)), ("bytes=2-", .part(2..<10)), ("bytes=-3", .part(7..<10)),
            ("bytes=5-100", .part(5..<10)), ("bytes=10-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=-100", .part(0..<10)), ("bytes=3-2", .whole), ("bytes=0-1,3-4", .whole), ("bytes=a-b", .whole),
            ("items=0-1", .whole), ("bytes=-9223372036854775808", .whole),
            ("bytes=0-9223372036854775807", .part(0..<10)),
        ] as [(String?, ByteRange)])
    func `ranges of ten bytes`(header: String?, expected: ByteRange) {
        #expect(ByteRange(header, size: 10) == expected)
    }

    @Test func `dates of header fields`() {
        #expect(HTTPDate.text(unixSeconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.unixSeconds("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(HTTPDate.unixSeconds("yesterday") == nil)
        #expect(HTTPDate.unixSeconds("Sun, 99 Nov 1994 08:49:37 GMT") == nil)
    }
}
