// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import ClientTestKit
import GaleneClient
import ServerTestKit
import Testing

@testable import galene

@Suite("A meeting line by line", .timeLimit(.minutes(1)))
struct PlainTranscriptTests {
    private static let operators = #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"op"}}"#

    private func join(_ server: RunningServer) async throws -> Meeting {
        let options = try MeetingOptions.parse([server.page("demo"), "--username", "ada"])
        return try await options.join(environment: [:])
    }

    @Test func `ends quietly when nobody reads any more`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            let meeting = try await join(server)
            let console = TestConsole(readLines: 2)
            // Nothing is typed.
            let (typed, input) = AsyncStream.makeStream(of: String.self)
            let transcript = PlainTranscript(to: console.console.output) { await typed.first { _ in true } }
            let session = try await transcript.join(meeting, JoinSession.Options())
            async let end = transcript.run(session)
            let bob = try await TestMember(server, "bob")
            try await bob.connection.chat("hello")
            #expect(await end == MeetingEnd(.over, ""))
            #expect(console.lines.count == 2 && console.lines[0].hasPrefix("You are ada in "))
            input.finish()
            await meeting.leave()
            await bob.leave()
        }
    }

    @Test func `does not begin when nobody reads that it has begun`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            let meeting = try await join(server)
            let transcript = PlainTranscript(to: TestConsole(readLines: 1).console.output) { nil }
            await #expect(throws: CommandError(.outputClosed, "")) {
                _ = try await transcript.join(meeting, JoinSession.Options())
            }
            await meeting.leave()
        }
    }
}
