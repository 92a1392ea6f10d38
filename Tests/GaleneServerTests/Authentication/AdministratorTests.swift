// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("Administrators of the server")
struct AdministratorTests {
    private static let file = #"""
        {"users":{
           "root":{"password":"swordfish","permissions":"admin"},
           "list":{"password":"swordfish","permissions":["admin"]},
           "slow":{"password":{"type":"pbkdf2","hash":"sha-256","iterations":4096,"salt":"0011223344556677",
             "key":"ad18679cee07acd2653c83cea1da2cbfb77806919e16757cdbebcf2dfbf70033"},"permissions":"admin"},
           "strong":{"password":{"type":"bcrypt","key":"$2a$08$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y"},
             "permissions":"admin"},
           "op":{"password":"swordfish","permissions":"op"},
           "plain":{"password":"swordfish"},
           "hashed":{"password":{"type":"bcrypt","key":"$2a$08$abc"},"permissions":"admin"},
           "locked":{"permissions":"admin"}}}
        """#

    private func isAdmitted(_ credentials: [(String, String)], _ file: String = Self.file) async throws -> Bool {
        try await Authorisation().isAdministrator(
            credentials.map { BasicCredentials(username: $0, password: $1) },
            by: try ServerConfiguration(parsing: Array(file.utf8)))
    }

    @Test(.row("S-19"), arguments: ["root", "list", "slow", "strong"])
    func `their password and the permission let them in`(name: String) async throws {
        #expect(try await isAdmitted([(name, "swordfish")]))
        #expect(try await isAdmitted([("op", "x"), (name, "swordfish")]))
    }

    @Test(
        .row("S-19"), .attack(24),
        arguments: [
            ("root", "swordfisH"), ("root", ""), ("root", "swordfish\0"), ("slow", "swordfisH"),
            ("strong", "swordfisH"), ("op", "swordfish"),
            ("plain", "swordfish"), ("hashed", "$2a$08$abc"), ("locked", ""), ("locked", "swordfish"),
            ("nobody", "swordfish"), ("nobody", ""), ("", ""), ("ROOT", "swordfish"),
        ])
    func `nothing else does`(name: String, password: String) async throws {
        #expect(try await !isAdmitted([(name, password)]))
    }

    @Test(.row("S-19"), .attack(24)) func `without administrators nobody is let in`() async throws {
        #expect(try await !isAdmitted([("", ""), ("root", "swordfish")], "{}"))
        #expect(try await !isAdmitted([]))
    }

    @Test(.attack(24)) func `credentials as browsers send them, and nothing that is not`() {
        let root = BasicCredentials(username: "root", password: "sword:fish")
        #expect(BasicCredentials.all(in: "Basic cm9vdDpzd29yZDpmaXNo") == [root])
        #expect(BasicCredentials.all(in: "basic  cm9vdDpzd29yZDpmaXNo") == [root])
        #expect(BasicCredentials.all(in: "Bearer abc, BASIC cm9vdDpzd29yZDpmaXNo") == [root])
        #expect(BasicCredentials.all(in: "Basic w6k6w7w=") == [BasicCredentials(username: "é", password: "ü")])
        #expect(BasicCredentials.all(in: "Basic Og==") == [BasicCredentials(username: "", password: "")])
        for text in [
            "", "Basic", "Basic ", "Basic cm9vdA==", "Basic !!!", "Basic /zr/", "Bearer cm9vdDp4", "cm9vdDp4",
            "Basic cm9vdDp4 x", ",,,",
        ] {
            #expect(BasicCredentials.all(in: text).isEmpty, "\(text)")
        }
        #expect(BasicCredentials.all(in: nil).isEmpty)
        let many = Array(repeating: "Basic Og==", count: 1000).joined(separator: ",")
        #expect(BasicCredentials.all(in: many).count == BasicCredentials.maximum)
    }
}
