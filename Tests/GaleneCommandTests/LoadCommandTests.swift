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

    @Test(arguments: [
        ["--seconds", "nan"], ["--seconds", "1e300"], ["--seconds", "inf"], ["--seconds", "0"], ["--warmup", "inf"],
        ["--warmup", "nan"], ["--warmup", "1e300"], ["--warmup=-1"],
    ])
    func `a time that is none is a wrong option`(options: [String]) {
        let error = #expect(throws: (any Error).self) {
            try GaleneCommand.parseAsRoot(["load", "http://127.0.0.1:1/group/demo/"] + options)
        }
        #expect(error.map { GaleneCommand.exitCode(for: $0).rawValue } == 64)
    }

    @Test(arguments: [
        ["--publishers", "4000000000", "--subscribers", "4000000000"], ["--each", "9223372036854775807"],
        ["--each=-9223372036854775808"], ["--churn", "1e-300"], ["--rate", "1e-300"], ["--burst", "0"],
        ["--packet-size=-1"], ["--threads", "1000000000000"],
    ])
    func `a number that nobody can load with is a wrong option`(options: [String]) async throws {
        let command = try #require(
            try GaleneCommand.parseAsRoot(["load", "http://127.0.0.1:1/group/demo/"] + options) as? LoadCommand)
        let error = await #expect(throws: (any Error).self) {
            try await command.run(on: TestConsole().console, interruption: .none())
        }
        #expect(error.map { CommandError($0).exitCode } == 64)
    }

    @Test func `without a group there is no load test`() {
        #expect(throws: (any Error).self) { try GaleneCommand.parseAsRoot(["load"]) }
    }
}
