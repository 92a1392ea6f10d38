// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("The web server over loopback", .timeLimit(.minutes(1)))
struct HTTPServerTests {
    @Test(.row("A-01", "A-02", "A-03", "S-03", "S-04"))
    func `serves files with their headers, whole, in part and not at all`()
        async throws
    {
        try await TestServer.run(prepare: { $0.write("static/app/a.js", "0123456789") }) { server async throws in
            let whole = try await server.get("/app/a.js")
            #expect(whole?.status == 200 && whole?.body == "0123456789")
            #expect(whole?.fields["content-type"] == "text/javascript; charset=utf-8")
            #expect(whole?.fields["cache-control"] == "max-age=1800")
            #expect(whole?.fields["x-content-type-options"] == "nosniff")
            #expect(whole?.fields["referrer-policy"] == "no-referrer")
            #expect(whole?.fields["content-security-policy"]?.contains("default-src 'self'") == true)
            let tag = try #require(whole?.fields["etag"])
            let date = try #require(whole?.fields["last-modified"])
            #expect(try await server.get("/app/a.js", ["If-None-Match": tag])?.status == 304)
            #expect(try await server.get("/app/a.js", ["If-Modified-Since": date])?.status == 304)
            #expect(try await server.get("/app/a.js", ["If-Match": "\"other\""])?.status == 412)
            let part = try await server.get("/app/a.js", ["Range": "bytes=2-4"])
            #expect(part?.status == 206 && part?.body == "234")
            #expect(part?.fields["content-range"] == "bytes 2-4/10")
            #expect(try await server.get("/app/a.js", ["Range": "bytes=10-"])?.status == 416)
            #expect(try await server.get("/app/a.js", ["Range": "bytes=0-1", "If-Range": "\"old\""])?.status == 200)
            for path in ["/nothing", "/app", "/ws", "/group/nowhere/", "/%00"] {
                let client = try await RawClient.connect(port: server.port)
                let refused = try await client.request("HEAD", path)
                #expect(refused.map { $0.status >= 300 } == true, "\(path)")
                // A content would be taken for the next answer.
                #expect(try await client.request("GET", "/app/a.js")?.status == 200, "\(path)")
                try? await client.close()
            }
            let head = try await server.request("HEAD", "/app/a.js")
            #expect(head?.status == 200 && head?.fields["content-length"] == "10" && head?.body == "")
        }
    }

    @Test(.row("A-01"), .attack(25)) func `folders, missing files and what is hidden`() async throws {
        try await TestServer.run(prepare: { folder in
            folder.write("static/.env", "secret")
            folder.write("static/app/a.js", "x")
            folder.write("secret", "secret")
            folder.link("static/escape", to: "../secret")
        }) { server async throws in
            #expect(try await server.get("/")?.body == "<p>index")
            let slash = try await server.get("/app?x=1")
            #expect(slash?.status == 308 && slash?.fields["location"] == "/app/?x=1")
            #expect(try await server.get("/app/")?.status == 403)
            for path in ["/missing", "/.env", "/escape", "/app/a.js/", "/group/none/", "/group/none/.status"] {
                let response = try await server.get(path)
                #expect(response?.status == 404 && response?.body == "<p>missing", "\(path)")
            }
            for path in ["/..%2fsecret", "/../secret", "/app/..%2f..%2fsecret"] {
                let response = try await server.get(path)
                #expect(response?.status == 307 && response?.fields["location"] == "/secret", "\(path)")
            }
            #expect(try await server.get("/..%5csecret")?.status == 400)
        }
    }

    @Test(.row("S-01", "S-02"))
    func `a Unix-domain socket serves pages and meetings, also after a server that left one behind`()
        async throws
    {
        let folder = TemporaryFolder()
        let path = folder.path + "/http"
        for _ in 0..<2 {
            try await TestServer.run(configure: { $0.http = path }) { _ async throws in
                let client = try await RawClient.connect(socket: path)
                #expect(try await client.request("GET", "/")?.body == "<p>index")
                let socket = RawWebSocket(client: try await RawClient.connect(socket: path))
                try await socket.client.send(RawWebSocket.handshake(origin: nil))
                #expect(await socket.client.read(through: "\r\n\r\n")?.hasPrefix("HTTP/1.1 101") == true)
                try await socket.send(.handshake(Handshake(id: "a")))
                try await socket.send(.join(Join(group: "demo", username: "op", password: "x")))
                try await socket.send(.userAction(UserAction(kind: .identify, dest: "a")))
                guard case .userMessage(let info)? = await socket.message(where: { $0.userInfo != nil }) else {
                    Issue.record("not identified")
                    return
                }
                #expect(info.value == ["id": "a", "username": "op"], "there is no address")
            }
        }
        folder.write("file", "mine")
        await #expect(throws: StartupError.self) {
            try await TestServer.run(configure: { $0.http = folder.path + "/file" }) { _ async throws in }
        }
    }

    @Test(.row("A-28"), .attack(26)) func `other methods are not allowed`() async throws {
        try await TestServer.run { server async throws in
            for path in ["/", "/group/demo/", "/group/demo/.status", "/public-groups.json"] {
                let response = try await server.request("POST", path, ["Content-Length": "2"], body: "{}")
                #expect(response?.status == 405 && response?.fields["allow"] == "OPTIONS, GET, HEAD", "\(path)")
            }
            #expect(try await server.request("OPTIONS", "/")?.status == 200)
        }
    }

    @Test(.row("A-04", "A-06", "A-07", "A-08", "A-09", "A-10", "S-24", "S-25", "S-26", "S-37"))
    func `group pages and their status`()
        async throws
    {
        try await TestServer.run(prepare: { folder in
            folder.write(
                "groups/private.json",
                #"{"displayName":"Private","description":"Ours","contact":"root","comment":"for us","authServer":"https://auth.example/x","authPortal":"https://portal.example/"}"#
            )
            folder.write("groups/moved.json", #"{"redirect":"https://else.example/group/moved/"}"#)
            folder.write("groups/bad.json", "{")
        }) { server async throws in
            let page = try await server.get("/group/demo/")
            #expect(page?.status == 200 && page?.body == "<p>group")
            let slash = try await server.get("/group/demo?token=t")
            #expect(slash?.status == 308 && slash?.fields["location"] == "/group/demo/?token=t")
            let moved = try await server.get("/group/moved/")
            #expect(moved?.status == 308 && moved?.fields["location"] == "https://else.example/group/moved/")
            let policy = try await server.get("/group/private/")?.fields["content-security-policy"]
            #expect(policy?.contains("connect-src https://auth.example/x ws: wss: 'self'") == true)
            #expect(try await server.get("/group/bad/")?.status == 500)

            let status = try await server.get("/group/demo/.status")
            #expect(status?.fields["cache-control"] == "no-cache")
            let demo = try GroupStatus(parsing: Array((status?.body ?? "").utf8))
            #expect(demo.name == "demo" && demo.displayName == "Demo" && demo.clientCount == 0)
            #expect(demo.location == "http://h.example/group/demo/" && demo.endpoint == "ws://h.example/ws")
            let other = try GroupStatus(
                parsing: Array((try await server.get("/group/private/.status")?.body ?? "").utf8))
            #expect(other.clientCount == nil && other.displayName == "Private" && other.description == "Ours")
            #expect(other.authServer == "https://auth.example/x" && other.authPortal == "https://portal.example/")
            #expect(try await server.request("HEAD", "/group/demo/.status")?.status == 200)
            let json = try await server.get("/group/demo/.status.json")
            #expect(json?.status == 308 && json?.fields["location"] == "/group/demo/.status")
            let list = try await server.get("/public-groups.json")?.body
            #expect(list?.hasPrefix(#"[{"name":"demo""#) == true && list?.contains("private") == false)
        }
    }

    @Test(.row("A-06", "S-15"), .attack(23)) func `pages that may connect may read where to`() async throws {
        try await TestServer.run(prepare: { folder in
            folder.write("data/config.json", #"{"allowOrigin":["https://friend.example"]}"#)
        }) { server async throws in
            for path in ["/group/demo/.status", "/public-groups.json"] {
                for (origin, isAllowed) in [
                    ("https://friend.example", true), ("http://h.example", true), ("https://foe.example", false),
                    ("null", false),
                ] {
                    let response = try await server.get(path, ["Origin": origin])
                    #expect(response?.status == 200 && response?.fields["vary"] == "Origin")
                    #expect(
                        response?.fields["access-control-allow-origin"] == (isAllowed ? origin : nil),
                        "\(path) \(origin)")
                }
                #expect(try await server.get(path)?.fields["access-control-allow-origin"] == nil)
            }
        }
    }

    @Test(.row("S-13", "S-14", "A-05")) func `one canonical host, from a file that is read again`() async throws {
        try await TestServer.run { server async throws in
            #expect(try await server.get("/")?.status == 200)
            server.folder.write("data/config.json", #"{"canonicalHost":"real.example:8443"}"#)
            let redirected = try await server.get("/group/demo/?token=t")
            #expect(redirected?.status == 301)
            #expect(redirected?.fields["location"] == "https://real.example:8443/group/demo/?token=t")
            #expect(try await server.get("/", ["Host": "REAL.example:8443"])?.status == 200)
            server.folder.write("data/config.json", #"{"canonicalHost":12}"#)
            #expect(try await server.get("/")?.status == 301, "a malformed file leaves the old configuration")
            server.folder.remove("data/config.json")
            #expect(try await server.get("/")?.status == 200)
        }
    }

    @Test(.attack(26), arguments: ["", "a b", "h/x", "h\"x", "<script>"])
    func `a host that is none is refused`(host: String) async throws {
        try await TestServer.run { server async throws in
            #expect(try await server.get("/group/demo/.status", ["Host": host])?.status == 400)
        }
    }

    @Test func `a request for another protocol is answered, first or not, and ends the connection`() async throws {
        try await TestServer.run { server async throws in
            let upgrade = ["Upgrade": "h2c", "Connection": "Upgrade"]
            let first = try await RawClient.connect(port: server.port)
            let answer = try await first.request("GET", "/", upgrade)
            #expect(answer?.status == 200 && answer?.fields["connection"] == "close")
            await first.waitForEnd()
            let second = try await RawClient.connect(port: server.port)
            #expect(try await second.request("GET", "/missing")?.status == 404)
            #expect(try await second.request("GET", "/ws", upgrade)?.status == 400)
            await second.waitForEnd()
        }
    }

    @Test(.row("A-11")) func `the WebSocket's path without a proper handshake is a bad request`() async throws {
        try await TestServer.run { server async throws in
            #expect(try await server.get("/ws")?.status == 400)
            let upgrade = ["Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "8"]
            #expect(try await server.get("/ws", upgrade)?.status == 400)
        }
    }

    @Test(
        .row("S-10"), .attack(26),
        arguments: [
            "", "GET / HTTP/1.1\r\nHost: h", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx",
        ])
    func `a request that does not end, or has not begun, ends the connection`(beginning: String) async throws {
        var limits = Limits()
        limits.headerTimeout = .milliseconds(50)
        try await TestServer.run(limits: limits) { server async throws in
            let client = try await RawClient.connect(port: server.port)
            // On a slow machine the connection may have ended before its first byte.
            try? await client.send(beginning)
            await client.waitForEnd()
        }
    }

    @Test(.row("S-10")) func `a connection without further requests ends`() async throws {
        var limits = Limits()
        limits.idleTimeout = .milliseconds(50)
        try await TestServer.run(limits: limits) { server async throws in
            let idle = try await RawClient.connect(port: server.port)
            #expect(try await idle.request("GET", "/")?.status == 200)
            await idle.waitForEnd()
        }
    }

    @Test func `what is no HTTP is a bad request, first or not`() async throws {
        try await TestServer.run { server async throws in
            for isFirst in [true, false] {
                let client = try await RawClient.connect(port: server.port)
                if !isFirst { #expect(try await client.request("GET", "/")?.status == 200) }
                try await client.send("nonsense\r\n\r\n")
                #expect(await client.read(through: "\r\n\r\n")?.hasPrefix("HTTP/1.1 400") == true)
                await client.waitForEnd()
            }
        }
    }

    @Test(.attack(26)) func `a body or a header beyond its limit ends the connection`() async throws {
        var limits = Limits()
        limits.requestBody = 1000
        try await TestServer.run(limits: limits) { server async throws in
            let body = try await RawClient.connect(port: server.port)
            try? await body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n")
            try? await body.send([UInt8](repeating: 120, count: 5000))
            await body.waitForEnd()
            let header = try await RawClient.connect(port: server.port)
            try? await header.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "x", count: 200_000))
            await header.waitForEnd()
            #expect(try await server.get("/")?.status == 200)
        }
    }

    @Test(.attack(29)) func `no more connections than the limit, and the next when one ends`() async throws {
        var limits = Limits()
        limits.connections = 2
        try await TestServer.run(limits: limits) { server async throws in
            let first = try await RawClient.connect(port: server.port)
            let second = try await RawClient.connect(port: server.port)
            #expect(try await first.request("GET", "/")?.status == 200)
            #expect(try await second.request("GET", "/")?.status == 200)
            // The third waits in the kernel's queue and is served when the first has gone.
            let third = try await RawClient.connect(port: server.port)
            async let answer = third.request("GET", "/")
            try await first.close()
            #expect(try await answer?.status == 200)
        }
    }
}
