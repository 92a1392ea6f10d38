// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("Authorisation")
struct AuthorisationTests {
    static let file = #"""
        {"users":{
           "alice":{"password":"swordfish","permissions":"op"},
           "bob":{"password":{"type":"pbkdf2","hash":"sha-256","iterations":4096,"salt":"0011223344556677",
             "key":"ad18679cee07acd2653c83cea1da2cbfb77806919e16757cdbebcf2dfbf70033"},"permissions":"present"},
           "carol":{"permissions":"op"},
           "erin":{"password":{"type":"bcrypt","key":"$2a$08$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y"},
             "permissions":"message"},
           "frank":{"password":{"type":"md5","key":"guest"},"permissions":"op"}},
         "wildcard-user":{"password":"guest","permissions":"message"}}
        """#

    func login(
        _ username: String?, _ password: String, token: String? = nil
    ) async throws -> Result<Authorisation.Login, JoinRefusal> {
        await Authorisation().authorise(
            JoinRequest(
                group: "g", clientID: "c", username: username, password: password, token: token, data: [:]),
            by: try GroupDescription(parsing: Array(Self.file.utf8)))
    }

    @Test(
        .row("X-01", "S-36", "S-42", "S-43", "S-44", "S-45"),
        arguments: [
            ("alice", "swordfish", [.op, .present, .message, .caption, .token]),
            ("bob", "swordfish", [.present, .message]), ("erin", "swordfish", [.message]),
            ("dave", "guest", [.message]), ("", "guest", [.message]),
        ] as [(String, String, [Permission])])
    func `the right password gives the user's permissions`(
        username: String, password: String, permissions: [Permission]
    ) async throws {
        #expect(try await login(username, password) == .success(.init(username: username, permissions: permissions)))
    }

    @Test(
        .attack(24), .row("S-45"),
        arguments: [
            ("alice", "guest"), ("alice", ""), ("bob", "swordfisH"), ("carol", ""), ("carol", "guest"),
            ("erin", "swordfisH"), ("erin", ""), ("frank", "guest"),
            ("dave", "swordfish"),
            ("../dave", "guest"), ("a\nb", "guest"), ("a\\b", "guest"),
        ])
    func `anything else is refused without a reason`(username: String, password: String) async throws {
        #expect(try await login(username, password) == .failure(.notAuthorised))
    }

    @Test(.attack(24)) func `tokens are not known, and do not fall back to the password`() async throws {
        #expect(try await login("alice", "swordfish", token: "t") == .failure(.notAuthorised))
        #expect(try await login(nil, "guest") == .failure(.notAuthorised))
    }
}
