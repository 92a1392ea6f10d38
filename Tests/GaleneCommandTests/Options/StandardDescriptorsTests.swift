// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import Foundation
import GaleneProtocol
import ServerTestKit
import Testing

@Suite("Closed standard input and output", .timeLimit(.minutes(1)))
struct StandardDescriptorsTests {
    /// Beside the tests' own.
    private static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("galene")

    @Test func `no file or socket gets their numbers`() async throws {
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            var bob = try await TestMember(server, "bob")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = [
                "-c", "exec \"$0\" \"$@\" <&- >&- 2>&-", Self.executable.path, "listen", server.page("demo"), "-u",
                "ann",
            ]
            try process.run()
            defer { process.terminate() }
            try await bob.user(.add, "ann")
            // It has its sockets, and whatever else it opens.
            for descriptor in 0...2 {
                let path = "/proc/\(process.processIdentifier)/fd/\(descriptor)"
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "/dev/null")
            }
            process.terminate()
            try await bob.user(.delete, "ann")
            await bob.leave()
        }
    }
}
