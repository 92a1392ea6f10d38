// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import NIOHTTP1
import RTCTestKit
import Synchronization
import Testing

@Suite("Joining by a token", .row("C-12"), .timeLimit(.minutes(1)))
struct AuthorisationTests {
    /// What the client sent as its join, when the authorisation server answered like that.
    private func join(_ answer: FakeServer.Answer) async throws -> (join: Join?, asked: String) {
        let joined = Mutex<Join?>(nil)
        nonisolated(unsafe) var asked = ""
        try await FakeServer.run(answer: { _ in answer }) { text, client in
            switch try? ClientMessage(parsing: text) {
            case .handshake: client.say(#"{"type":"handshake","version":["2"]}"#)
            case .join(let join):
                joined.withLock { $0 = join }
                client.say(#"{"type":"joined","kind":"join","group":"g","username":"ada"}"#)
            default: break
            }
        } _: { server in
            let connection = try ServerConnection()
            try await connection.connect(to: server.endpoint)
            defer { asked = server.received.last { $0.uri == "/auth" }?.body ?? "" }
            try await connection.join(
                group: "g", username: "ada",
                credentials: .authorisationServer(
                    url: server.url + "auth", location: "https://h/group/g/", password: "secret"))
            await connection.close()
        }
        return (joined.withLock { $0 }, asked)
    }

    @Test(.row("C-11")) func `a token that names nobody asks for a name, and lets in with one`() async throws {
        let joins = Mutex<[Join]>([])
        try await FakeServer.run(hear: { text, client in
            switch try? ClientMessage(parsing: text) {
            case .handshake: client.say(#"{"type":"handshake","version":["2"]}"#)
            case .join(let join):
                joins.withLock { $0.append(join) }
                client.say(
                    join.username == nil
                        ? #"{"type":"joined","kind":"fail","group":"g","error":"need-username","value":"who are you?"}"#
                        : #"{"type":"joined","kind":"join","group":"g","username":"ada"}"#)
            default: break
            }
        }) { server in
            let connection = try ServerConnection()
            try await connection.connect(to: server.endpoint)
            let error = await #expect(throws: ServerConnectionError.self) {
                try await connection.join(group: "g", username: nil, credentials: .token("a.b.c"))
            }
            #expect(error?.code == .refused && error?.identifier == .needUsername)
            #expect(error?.description == "who are you?")
            #expect(await connection.group == nil)
            try await connection.join(group: "g", username: "ada", credentials: .token("a.b.c"))
            #expect(await connection.group == "g")
            #expect(await connection.username == "ada")
            await connection.close()
        }
        let sent = joins.withLock { $0 }
        #expect(sent.map(\.token) == ["a.b.c", "a.b.c"] && sent.map(\.username) == [nil, "ada"])
        #expect(sent.allSatisfy { $0.password == "" && $0.group == "g" && $0.kind == .join })
    }

    @Test func `its token is used with the same name`() async throws {
        let (join, asked) = try await join(.init(type: "application/jwt; x=y", body: "a.b.c\n"))
        #expect(join?.token == "a.b.c" && join?.username == "ada" && join?.password == "")
        #expect(
            try JSONValue(parsing: asked)
                == ["location": "https://h/group/g/", "username": "ada", "password": "secret"])
    }

    @Test func `without content it leaves it to the password`() async throws {
        let (join, _) = try await join(.init(status: .noContent))
        #expect(join?.token == nil && join?.password == "secret")
    }

    @Test(arguments: [
        FakeServer.Answer(status: .forbidden), .init(status: .internalServerError), .init(status: .ok, body: "a.b.c"),
        .init(type: "application/jwt", body: ""), .init(status: .seeOther),
        .init(type: "application/jwt", body: String(repeating: "x", count: 100_000)),
    ])
    func `whatever else it says is an error in words`(answer: FakeServer.Answer) async throws {
        let error = await #expect(throws: ServerConnectionError.self) { _ = try await join(answer) }
        #expect(error?.description.isEmpty == false)
    }
}
