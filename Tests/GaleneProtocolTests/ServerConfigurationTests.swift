// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

let configurationFile = """
    {"canonicalHost": "h.example:8443", "allowOrigin": ["https://a.example"], "allowAdminOrigin": [],
     "proxyURL": "https:", "writableGroups": true,
     "users": {"root": {"password": "pw", "permissions": "admin"}}, "admin": []}
    """

@Suite("Server configuration", .row("S-13"))
struct ServerConfigurationTests {
    @Test func `every field is read`() throws {
        let configuration = try ServerConfiguration(parsing: Array(configurationFile.utf8))
        #expect(configuration.canonicalHost == "h.example:8443")
        #expect(configuration.allowOrigin == ["https://a.example"])
        #expect(configuration.allowAdminOrigin == [])
        #expect(configuration.proxyURL == "https:")
        #expect(configuration.writableGroups)
        #expect(configuration.users["root"]?.permissions == .named(.admin))
        #expect(configuration.warnings.map(\.path) == ["admin"])
        #expect(try ServerConfiguration(parsing: Array("{}".utf8)) == ServerConfiguration())
    }

    @Test(arguments: [
        (#"{"canonicalhost":"x"}"#, "canonicalhost"), (#"{"allowOrigin":"x"}"#, "allowOrigin"),
        (#"{"writableGroups":1}"#, "writableGroups"), (#"{"users":{"a":{"admin":true}}}"#, "users.a.admin"), ("", ""),
    ])
    func `a mistake is an error that names its field`(text: String, path: String) throws {
        let error = try #require(throws: FormatError.self) { try ServerConfiguration(parsing: Array(text.utf8)) }
        #expect(error.path == path)
    }
}
