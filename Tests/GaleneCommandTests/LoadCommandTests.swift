// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Testing

@testable import galene

struct LoadCommandTests {
    @Test func `a load test is one publisher and ten subscribers unless told otherwise`() throws {
        let command = try #require(
            try GaleneCommand.parseAsRoot(["load", "http://127.0.0.1:8443/group/demo/"]) as? LoadCommand)
        #expect(command.publishers == 1 && command.subscribers == 10 && command.each == nil && !command.output.json)
    }

    @Test func `without a group there is no load test`() {
        #expect(throws: (any Error).self) { try GaleneCommand.parseAsRoot(["load"]) }
    }
}
