// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import GaleneClient
import GaleneProtocol
import RTCTestKit
import ServerTestKit
import Testing

/// Against a whole server.
@Suite("A connection to a server", .timeLimit(.minutes(2)))
struct ServerConnectionTests {
    static let groups = [
        "demo": #"""
        {"users":{"ada":{"password":"correct horse","permissions":"op"}},
         "wildcard-user":{"password":{"type":"wildcard"},"permissions":"present"}}
        """#,
        "moved": #"{"redirect":"https://example.org/group/moved/"}"#,
        "closed": #"{"users":{"ada":{"password":"correct horse","permissions":"present"}}}"#,
    ]

    @Test(.row("C-01", "C-02", "C-05", "C-09", "C-11", "C-16"), arguments: [false, true])
    func `two members meet, talk and part`(secure: Bool) async throws {
        try await RunningServer.run(secure: secure, groups: Self.groups) { server in
            var ada = try await TestMember(server, "ada", .password("correct horse"))
            #expect(await ada.connection.permissions.contains(.op))
            #expect(await ada.connection.group == "demo")
            #expect(await ada.connection.username == "ada")
            #expect(await ada.connection.version == "2")
            var bob = try await TestMember(server, "bob")
            let bobID = bob.connection.id
            #expect(try await ada.user(.add, "bob").id == bobID)
            #expect(try await bob.user(.add, "ada").permissions.contains(.op))

            try await bob.connection.chat("Good day.")
            let heard = try await ada.chat()
            #expect(heard.text == "Good day." && heard.username == "bob" && heard.source == bobID && heard.dest == nil)
            #expect(!heard.isPrivileged && heard.time != nil && heard.id != nil)
            #expect(try await bob.chat().text == "Good day.")
            try await ada.connection.chat("only you", kind: .me, to: bobID)
            let whisper = try await bob.chat()
            #expect(whisper.text == "only you" && whisper.dest == bobID && whisper.kind == .me && whisper.isPrivileged)

            try await ada.connection.userMessage(.warning, to: bobID, value: "careful")
            let warning = try await bob.message()
            #expect(warning.kind == .warning && warning.text == "careful" && warning.isPrivileged)
            try await bob.connection.userAction(.setData, on: bobID, value: ["raisehand": true])
            #expect(try await ada.user(.change, "bob").data["raisehand"] == true)
            try await ada.connection.groupAction(.lock, value: "back soon")
            let change = try await bob.next {
                if case .joined(let change) = $0, change.kind == .change { change } else { nil }
            }
            #expect(change.status?.locked == true)
            #expect(await bob.connection.status?.locked == true)

            // A newcomer is refused, and hears why.
            await #expect {
                _ = try await TestMember(server, "carol")
            } throws: { error in
                guard let error = error as? ServerConnectionError else { return false }
                return error.code == .refused && error.description == "back soon"
            }
            try await ada.connection.userAction(.kick, on: bobID, value: "goodbye")
            let kicked = try await bob.message()
            #expect(kicked.kind == .kicked && kicked.text == "goodbye" && kicked.id == ada.connection.id)
            let end = try await bob.next {
                if case .closed(let code, let reason) = $0 { (code, reason) } else { nil }
            }
            #expect(end.0 == 1000)
            #expect(try await bob.events.next() == nil)
            #expect(try await ada.user(.delete, "bob").id == bobID)
            await ada.connection.close()
            _ = try await ada.next { if case .closed(1000, _) = $0 { true } else { nil } }
            #expect(await ada.connection.users.isEmpty)
        }
    }

    @Test(.row("C-07", "C-13")) func `one leaves, and joins again by the same connection`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            var ada = try await TestMember(server, "ada", .password("correct horse"))
            try await ada.connection.chat("before")
            _ = try await ada.chat()
            await #expect(throws: ServerConnectionError.self) { try await ada.connection.leave(group: "moved") }
            try await ada.connection.leave(group: "demo")
            _ = try await ada.next { if case .joined(let change) = $0, change.kind == .leave { change } else { nil } }
            #expect(await ada.connection.group == nil)
            await #expect(throws: ServerConnectionError.self) { try await ada.connection.chat("to nobody") }
            try await ada.connection.join(group: "demo", username: "eve", credentials: .none)
            let history = try await ada.chat()
            #expect(history.isHistory && history.text == "before" && history.username == "ada")
            #expect(await ada.connection.username == "eve")
            await ada.connection.close()
        }
    }

    @Test func `refusals are errors in words, and another join may follow`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            let connection = try ServerConnection()
            let status = try await connection.status(of: server.page("closed"))
            try await connection.connect(to: status)
            let error = await #expect(throws: ServerConnectionError.self) {
                try await connection.join(group: "closed", username: "ada", credentials: .password("wrong"))
            }
            #expect(error?.code == .refused && error?.description == "not authorised")
            try await connection.join(group: "closed", username: "ada", credentials: .password("correct horse"))
            #expect(await connection.group == "closed")
            await connection.close()
        }
    }

    @Test func `a group that has moved says where`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            let connection = try ServerConnection()
            #expect(
                try await connection.status(of: server.page("moved")).redirect == "https://example.org/group/moved/")
            try await connection.connect(to: server.endpoint)
            let error = await #expect(throws: ServerConnectionError.self) {
                try await connection.join(group: "moved", username: "ada", credentials: .none)
            }
            #expect(error?.code == .redirected && error?.location == "https://example.org/group/moved/")
            await connection.close()
        }
    }

    @Test func `what cannot be connected to says so`() async throws {
        let connection = try ServerConnection()
        for text in ["", "demo", "ftp://h/ws", "wss://user:secret@h/ws"] {
            let error = await #expect(throws: ServerConnectionError.self) { try await connection.connect(to: text) }
            #expect(error?.code == .invalidArgument)
        }
        let error = await #expect(throws: ServerConnectionError.self) {
            try await connection.connect(to: "ws://127.0.0.1:1/ws")
        }
        #expect(error?.code == .unreachable)
        // Nothing has been opened: it may be tried again, with the right address.
        try await RunningServer.run(groups: Self.groups) { server in
            let refused = await #expect(throws: ServerConnectionError.self) {
                try await connection.connect(to: "ws://127.0.0.1:\(server.port)/elsewhere")
            }
            #expect(refused?.code == .refused)
            let missing = await #expect(throws: ServerConnectionError.self) {
                _ = try await connection.status(of: server.page("nothing"))
            }
            #expect(missing?.code == .refused)
            try await connection.connect(to: server.endpoint)
            await #expect(throws: ServerConnectionError.self) { try await connection.connect(to: server.endpoint) }
            await connection.close()
        }
    }

    @Test func `a certificate that nobody vouches for is refused`() async throws {
        try await RunningServer.run(secure: true, groups: Self.groups) { server in
            let connection = try ServerConnection()
            let error = await #expect(throws: ServerConnectionError.self) {
                try await connection.connect(to: server.endpoint)
            }
            #expect(error?.code == .unreachable)
        }
    }
}
