// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Testing

@testable import galene

@Suite("Options of galene watch")
struct WatchCommandTests {
    private func isWanted(_ options: String..., username: String?, id: String, label: String = "camera") throws -> Bool
    {
        let command = try #require(
            try GaleneCommand.parseAsRoot(["watch", "http://127.0.0.1:1/group/demo/"] + options) as? WatchCommand)
        return command.isWanted(username: username, id: id, label: label)
    }

    @Test func `everybody is seen, or those who are named, by name or client id`() throws {
        #expect(try isWanted(username: nil, id: "1"))
        for (name, id, isSeen) in [("ann", "1", true), ("bob", "2", true), ("eve", "3", false)] {
            #expect(try isWanted("--from", "ann", "--from", "2", username: name, id: id) == isSeen)
        }
        #expect(try !isWanted("--from", "ann", "--label", "screenshare", username: "ann", id: "1"))
        #expect(try isWanted("--label", "screenshare", username: "ann", id: "1", label: "screenshare"))
    }
}
