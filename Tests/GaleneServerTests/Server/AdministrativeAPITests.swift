// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneLoad
import GaleneProtocol
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("The administrative API over loopback", .timeLimit(.minutes(2)))
struct AdministrativeAPITests {
    private static let path = "/galene-api/v0/.stats"
    private static let configuration = #"""
        {"users":{"root":{"password":"swordfish","permissions":"admin"},
                  "op":{"password":"swordfish","permissions":"op"}},
         "allowAdminOrigin":["https://admin.example"]}
        """#
    /// root:swordfish
    private static let administrator = ["Authorization": "Basic cm9vdDpzd29yZGZpc2g="]

    private static func prepare(_ folder: TemporaryFolder) { folder.write("data/config.json", configuration) }

    @Test(.row("A-15", "A-28", "S-19"), .attack(24)) func `statistics are for administrators`() async throws {
        var limits = Limits()
        limits.refusalDelay = .milliseconds(50)
        try await TestServer.run(limits: limits, prepare: Self.prepare) { server async throws in
            let unasked = try #require(try await server.get(Self.path))
            #expect(unasked.status == 401)
            #expect(unasked.fields["www-authenticate"] == #"Basic realm="/galene-api/""#)
            #expect(unasked.fields["cache-control"] == "no-cache")
            let refused = [
                // root:swordfisH, nobody:swordfish, op:swordfish, and what is not understood.
                "Basic cm9vdDpzd29yZGZpc0g=", "Basic bm9ib2R5OnN3b3JkZmlzaA==", "Basic b3A6c3dvcmRmaXNo", "Basic ?",
                "Bearer swordfish",
            ]
            for credentials in refused {
                for method in ["GET", "HEAD"] {
                    let begun = ContinuousClock.now
                    let response = try #require(
                        try await server.request(method, Self.path, ["Authorization": credentials]))
                    #expect(response.status == 401, "\(credentials)")
                    // Not a byte tells one refusal from another, nor from having said nothing.
                    #expect(response.fields.filter { $0.key != "date" } == unasked.fields.filter { $0.key != "date" })
                    #expect(response.body == (method == "GET" ? unasked.body : ""))
                    if credentials.hasPrefix("Basic "), credentials != "Basic ?" {
                        #expect(ContinuousClock.now - begun >= limits.refusalDelay, "guessing has its price")
                    }
                }
            }
            let answer = try #require(try await server.get(Self.path, Self.administrator))
            #expect(answer.status == 200)
            #expect(answer.fields["content-type"] == "application/json")
            #expect(answer.fields["cache-control"] == "no-cache")
            #expect(answer.fields["www-authenticate"] == nil)
            // Public groups are in memory from the start.
            #expect(answer.body == #"[{"name":"demo"}]"#)
            let head = try await server.request("HEAD", Self.path, Self.administrator)
            #expect(head?.status == 200 && head?.body == "")
            #expect(head?.fields["content-length"] == answer.fields["content-length"])
        }
    }

    @Test(.row("A-15", "S-13")) func `nobody is an administrator until the file says so`() async throws {
        try await TestServer.run { server async throws in
            #expect(try await server.get(Self.path, Self.administrator)?.status == 401)
            server.folder.write("data/config.json", Self.configuration)
            #expect(try await server.get(Self.path, Self.administrator)?.status == 200)
            // One host for all pages is not one for programs.
            server.folder.write(
                "data/config.json", #"{"canonicalHost":"else.example","# + Self.configuration.dropFirst())
            #expect(try await server.get("/")?.status == 301)
            #expect(try await server.get(Self.path, Self.administrator)?.status == 200)
        }
    }

    @Test(.row("A-27", "A-28", "S-16")) func `methods, other paths, and pages of other origins`() async throws {
        try await TestServer.run(prepare: Self.prepare) { server async throws in
            for method in ["POST", "PUT", "DELETE", "PATCH"] {
                let response = try await server.request(method, Self.path, Self.administrator)
                #expect(response?.status == 405 && response?.fields["allow"] == "OPTIONS, GET, HEAD", "\(method)")
            }
            for path in [
                "/galene-api/", "/galene-api/v1/.stats", "/galene-api/v0/.stats/", "/galene-api/v0/.statsx",
                "/galene-api/v0/", "/galene-api/v0/x/.stats",
            ] {
                #expect(try await server.get(path, Self.administrator)?.status == 404, "\(path)")
            }
            let options = try await server.request("OPTIONS", Self.path, ["Origin": "https://admin.example"])
            #expect(options?.status == 200)
            #expect(options?.fields["access-control-allow-methods"] == "OPTIONS, GET, HEAD")
            #expect(options?.fields["access-control-allow-headers"] == "Authorization, Content-Type")
            for (origin, isAllowed) in [
                ("https://admin.example", true), ("https://h.example", true), ("https://evil.example", false),
            ] {
                let fields = Self.administrator.merging(["Origin": origin]) { $1 }
                let response = try await server.get(Self.path, fields)
                #expect(response?.status == 200)
                #expect(response?.fields["vary"] == "Origin")
                #expect(response?.fields["access-control-allow-origin"] == (isAllowed ? origin : nil), "\(origin)")
                #expect(response?.fields["access-control-allow-credentials"] == nil)
            }
        }
    }

    @Test(.row("M-38", "A-15")) func `two members, and how the media between them fares`() async throws {
        try await TestServer.run(prepare: Self.prepare) { server async throws in
            let url = try #require(ServerURL("http://127.0.0.1:\(server.port)/group/demo/"))
            // Looked at whenever the meeting says that it goes on, until it ends by itself.
            let (ticks, input) = AsyncStream.makeStream(of: String.self)
            let meeting = Task {
                defer { input.finish() }
                let options = LoadOptions(group: url, shape: .each(2), rate: 200, duration: .seconds(60))
                _ = try await LoadTest(options) { input.yield($1) }.run()
            }
            defer { meeting.cancel() }
            let client = try await RawClient.connect(port: server.port)
            var latest = ""
            for await _ in ticks {
                let response = try #require(try await client.request("GET", Self.path, Self.administrator))
                latest = response.body
                if try Self.isComplete(JSONValue(parsing: latest)) { return }
            }
            Issue.record("the statistics never became complete: \(latest)")
        }
    }

    private static func names(_ object: JSONValue) -> Set<String> { Set((object.objectValue ?? [:]).keys) }

    /// Checks the shape of what there is (spec 7.15). - Returns: whether everything that is to come is there.
    private static func isComplete(_ statistics: JSONValue) throws -> Bool {
        let groups = try #require(statistics.arrayValue)
        try #require(groups.count == 1)
        #expect(groups[0]["name"] == "demo")
        #expect(Self.names(groups[0]).isSubset(of: ["name", "clients"]))
        guard let clients = groups[0]["clients"]?.arrayValue, clients.count == 2 else { return false }
        let ids = clients.compactMap { $0["id"]?.stringValue }
        #expect(ids == ids.sorted() && Set(ids).count == 2)
        var measured = 0
        for (client, other) in [(clients[0], clients[1]), (clients[1], clients[0])] {
            #expect(Self.names(client).isSubset(of: ["id", "up", "down"]))
            guard let up = client["up"]?.arrayValue?.first, let down = other["down"]?.arrayValue?.first,
                let received = up["tracks"]?.arrayValue?.first, let sent = down["tracks"]?.arrayValue?.first
            else { continue }
            // Sender and receiver know the stream by one id.
            #expect(up["id"] == down["id"])
            #expect(Self.names(up).isSubset(of: ["id", "maxBitrate", "tracks"]))
            for track in [received, sent] {
                #expect(
                    Self.names(track)
                        .isSubset(of: ["bitrate", "maxBitrate", "loss", "rtt", "jitter"]))
                let loss = try #require(track["loss"]?.doubleValue)
                #expect((0...1).contains(loss))
                #expect(try #require(track["bitrate"]?.integerValue) < 10_000_000)
            }
            #expect(received["rtt"] == nil)
            guard let incoming = received["bitrate"]?.integerValue, incoming > 100_000,
                let outgoing = sent["bitrate"]?.integerValue, outgoing > 100_000,
                up["maxBitrate"] != nil, down["maxBitrate"] != nil, received["maxBitrate"] != nil,
                sent["maxBitrate"] != nil, let roundTrip = sent["rtt"]?.doubleValue
            else { continue }
            #expect(roundTrip >= 0 && roundTrip < 2000)
            measured += 1
        }
        return measured == 2
    }
}
