// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneProtocol
import NIOCore
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("The web server under attack", .timeLimit(.minutes(1)))
struct HTTPAttackTests {
    /// A folder with a secret in every place where there should be none to be had.
    static func hide(_ folder: TemporaryFolder) {
        folder.write("secret", "SECRET")
        folder.write("secret.json", #"{"displayName":"SECRET","public":true}"#)
        folder.write("data/secret.json", #"{"displayName":"SECRET"}"#)
        folder.write("data/config.json", #"{"users":{"SECRET":{"password":"SECRET","permissions":"admin"}}}"#)
        folder.write("static/.htpasswd", "SECRET")
        folder.write("static/.git/config", "SECRET")
        folder.write("static/app/x.js", "x")
        folder.write("groups/.hidden.json", #"{"displayName":"SECRET"}"#)
        folder.write("groups/demo/.hidden.json", #"{"displayName":"SECRET"}"#)
        folder.link("static/link", to: "../secret")
        folder.link("static/folder", to: "../data")
        folder.link("static/absolute", to: folder.path + "/secret")
    }

    static let ways = [
        "/../secret", "/../../../../../../etc/passwd", "/app/../../secret", "/./../secret", "/..%2fsecret",
        "/%2e%2e/secret", "/%2e%2e%2fsecret", "/app/..%2f..%2fsecret", "/..%252fsecret", "/%252e%252e/secret",
        "/..%5csecret", "/..\\secret", "/app\\..\\..\\secret", "/%5c..%5csecret", "/..%c0%afsecret",
        "/%c0%ae%c0%ae/secret",
        "/..%00/secret", "/secret%00.html", "/%uff0e%uff0e/secret", "/%ef%bc%8e%ef%bc%8e/secret",
        "/%ef%bc%8e%ef%bc%8e%ef%bc%8fsecret", "/..;/secret", "/.%2e/secret", "/....//secret", "//secret",
        "///../secret",
        "/.htpasswd", "/%2ehtpasswd", "/.git/config", "/%2egit/config", "/app/../.git/config", "/.git%2fconfig",
        "/link", "/folder/config.json", "/absolute", "/link/", "/folder/", "/app/x.js/../../../secret",
        "/group/../secret/.status", "/group/..%2fsecret/.status", "/group/..%2fdata%2fsecret/.status",
        "/group/%2e%2e%2fsecret/.status", "/group/..%5csecret/.status", "/group/..%00secret/.status",
        "/group/%ef%bc%8e%ef%bc%8e%2fsecret/.status", "/group/.hidden/.status", "/group/%2ehidden/.status",
        "/group/demo/.hidden/.status", "/group/demo%2f.hidden/.status", "/group/demo/../../secret/.status",
        "/group//secret/.status", "/group/demo%2f..%2f..%2fsecret/", "/group/secret%2fx/..%2f.status",
        "http://h.example/../secret", "*", "secret", "\\secret",
    ]

    @Test(.attack(25)) func `no way of writing a path leads out`() async throws {
        try await TestServer.run(prepare: Self.hide) { server async throws in
            for way in Self.ways {
                let response = try await server.get(way)
                let status = response?.status ?? 400
                #expect([307, 308, 400, 403, 404].contains(status), "\(way): \(status)")
                #expect(response?.body.contains("SECRET") != true, "\(way)")
                #expect(response?.body.contains("root:") != true, "\(way)")
                guard let location = response?.fields["location"] else { continue }
                #expect(location.hasPrefix("/") && !location.hasPrefix("//") && !location.hasPrefix("/\\"), "\(way)")
                // Whoever follows gets nothing either.
                let next = try await server.get(location)
                #expect(next?.body.contains("SECRET") != true, "\(way) and then \(location)")
            }
            #expect(try await server.get("/app/x.js")?.body == "x")
        }
    }

    @Test(.attack(25)) func `no name of a group that is joined leads out`() async throws {
        try await TestServer.run(prepare: Self.hide) { server async throws in
            let socket = try await RawWebSocket.open(port: server.port)
            try await socket.send(.handshake(Handshake(id: "a")))
            for name in [
                "../secret", "../data/secret", "..\\secret", "demo/../../secret", "/secret", "./demo", "demo/", "..",
                ".hidden", "demo/.hidden", "\u{ff0e}\u{ff0e}/secret", "..\u{0}/secret", "..%2fsecret", "",
                "\u{2025}/secret", "demo\u{2215}..", "secret",
            ] {
                try await socket.send(.join(Join(group: name, username: "op", password: "x")))
                guard case .joined(let joined)? = await socket.message(where: { $0.joined != nil }) else {
                    Issue.record("no answer to \(name)")
                    return
                }
                #expect(joined.kind == .fail, "\(name)")
            }
        }
    }

    @Test(.attack(26)) func `a redirection to the canonical host goes there and nowhere else`() async throws {
        try await TestServer.run(prepare: {
            $0.write("data/config.json", #"{"canonicalHost":"real.example"}"#)
        }) { server async throws in
            for (target, fields) in [
                ("/", [:]), ("//evil.example/", [:]), ("///evil.example", [:]), ("/%2f%2fevil.example/", [:]),
                ("/\\evil.example", [:]), ("/%5cevil.example", [:]), ("/@evil.example/", [:]), ("/.evil.example", [:]),
                ("/%0d%0aLocation:%20https://evil.example/", [:]), ("/?x=%0d%0a", [:]), ("/", ["Host": "evil.example"]),
                ("/", ["Host": "real.example.evil.example"]), ("/", ["Host": "real.example@evil.example"]),
                ("/", ["X-Forwarded-Host": "evil.example"]), ("/", ["Forwarded": "host=evil.example"]),
                ("http://evil.example/", [:]),
            ] as [(String, [String: String])] {
                let response = try await server.get(target, fields)
                guard let response, response.status != 400 else { continue }
                #expect((301...308).contains(response.status), "\(target): \(response.status)")
                let location = response.fields["location"] ?? ""
                #expect(location.hasPrefix("https://real.example/"), "\(target): \(location)")
                #expect(!location.contains("\r") && !location.contains("\n"))
            }
        }
    }

    @Test(.attack(26)) func `every page says what it may load, and nothing may be taken for another type`() async throws
    {
        try await TestServer.run { server async throws in
            for path in ["/", "/group/demo/", "/missing", "/group/none/"] {
                let policy = try await server.get(path)?.fields["content-security-policy"] ?? ""
                #expect(policy.contains("default-src 'self'"), "\(path)")
                #expect(!policy.contains("unsafe-inline") && !policy.contains("*"), "\(path)")
            }
            for path in [
                "/", "/missing", "/group/demo/.status", "/public-groups.json", "/group/%5c/", "/galene-api/v0/.stats",
            ] {
                #expect(try await server.get(path)?.fields["x-content-type-options"] == "nosniff", "\(path)")
            }
        }
    }

    @Test(.attack(26)) func `who asks for a file and does not read it is not waited for`() async throws {
        var limits = Limits()
        limits.idleTimeout = .milliseconds(300)
        // More than both kernels' buffers hold.
        let bytes = [UInt8](repeating: 120, count: 48 << 20)
        try await TestServer.run(limits: limits, prepare: { $0.write("static/large", bytes) }) { server async throws in
            let deaf = try await RawClient.connect(port: server.port, readsNothing: true)
            try await deaf.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
            // What the kernels have taken is read at last; the rest does not come. On a busy machine they take it slowly:
            // several connections that come after it have to end for idleness before this one is looked at.
            for _ in 0..<8 {
                let idle = try await RawClient.connect(port: server.port)
                #expect(try await idle.request("GET", "/")?.status == 200)
                await idle.waitForEnd()
            }
            deaf.channel.read()
            try await deaf.channel.setOption(.autoRead, value: true).get()
            let read = await deaf.readToEnd()
            #expect(read < bytes.count, "the server has not waited until somebody read")
        }
    }
}
