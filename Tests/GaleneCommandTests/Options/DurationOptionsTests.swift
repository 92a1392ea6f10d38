// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Synchronization
import Testing

@testable import galene

@Suite("For how long", .timeLimit(.minutes(1)))
struct DurationOptionsTests {
    private struct Broken: Error {}

    private func options(_ arguments: String...) throws -> DurationOptions { try DurationOptions.parse(arguments) }

    @Test(arguments: ["listen", "record", "publish", "watch"], ["0", "-1", "nan", "inf", "1e10", "soon"])
    func `times that make no sense are refused by every command`(command: String, time: String) {
        let source = command == "publish" ? ["test:"] : []
        #expect(throws: (any Error).self) {
            try GaleneCommand.parseAsRoot([command, "https://h/group/x/", "--for=\(time)"] + source)
        }
        #expect(throws: Never.self) {
            try GaleneCommand.parseAsRoot([command, "https://h/group/x/", "--for=0.5"] + source)
        }
    }

    @Test func `when the time is over the body is cancelled, and brought to its end`() async throws {
        let isDone = Mutex(false)
        try await options("--for", "0.01").limit {
            let (never, _) = AsyncStream.makeStream(of: Never.self)
            for await _ in never {}
            isDone.withLock { $0 = Task.isCancelled }
            try Task.checkCancellation()
        }
        let wasCancelled = isDone.withLock { $0 }
        #expect(wasCancelled)
    }

    @Test func `what goes wrong then is told as well`() async throws {
        let options = try options("--for", "0.01")
        await #expect(throws: Broken.self) {
            try await options.limit {
                let (never, _) = AsyncStream.makeStream(of: Never.self)
                for await _ in never {}
                throw Broken()
            }
        }
    }

    @Test(arguments: [[], ["--for", "1000"]]) func `without more to do it waits for nothing`(
        arguments: [String]
    ) async throws {
        let options = try DurationOptions.parse(arguments)
        try await options.limit {}
        await #expect(throws: Broken.self) { try await options.limit { throw Broken() } }
    }
}
