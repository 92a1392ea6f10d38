// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import GaleneClient
import GaleneProtocol
import ServerTestKit
import Synchronization
import Testing

@testable import galene

@Suite("A person in a meeting, with a server")
struct JoinSessionTests {
    /// What a session shows, each time that it has changed.
    private final class Watcher: Sendable {
        private let said = Mutex<[String]>([])
        private let (changes, input) = AsyncStream.makeStream(of: Void.self)

        func note(_ texts: [String]) {
            said.withLock { $0 += texts }
            input.yield()
        }

        func until(_ isThere: ([String]) -> Bool) async {
            if isThere(said.withLock(\.self)) { return }
            for await _ in changes where isThere(said.withLock(\.self)) { return }
            Issue.record("it was not said, but \(said.withLock(\.self))")
        }
    }

    private struct Member {
        let session: JoinSession
        let watcher: Watcher
        let connection: ServerConnection

        func hears(_ text: String) async { await watcher.until { $0.contains(text) } }
    }

    private func join(_ server: RunningServer, _ name: String, directory: String = ".") async throws -> Member {
        let options = try MeetingOptions.parse([server.page("demo"), "--username", name])
        let meeting = try await options.join(environment: [:])
        let watcher = Watcher()
        let session = await JoinSession(meeting, .init(directory: directory)) { session, _ in
            watcher.note(session.withModel { $0.takeAnnouncements() })
        }
        return Member(session: session, watcher: watcher, connection: meeting.connection)
    }

    private static let operators = #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"op"}}"#

    @Test(.timeLimit(.minutes(1))) func `two people write, act and leave`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            let ada = try await join(server, "ada")
            let bob = try await join(server, "bob")
            async let adasEnd = ada.session.run()
            async let bobsEnd = bob.session.run()
            await bob.hears("ada is here.")
            #expect(await ada.session.submit("hello") == nil)
            await bob.hears("ada: hello")
            #expect(await bob.session.submit("/msg ada psst") == nil)
            await ada.hears("bob, privately to you: psst")
            #expect(await bob.session.submit("/raise") == nil)
            await ada.hears("bob has raised a hand.")
            #expect(await ada.session.submit("/nope")?.hasPrefix("There is no command") == true)
            #expect(await ada.session.submit("/kick bob enough") == nil)
            #expect(await bobsEnd == MeetingEnd(.kicked, "you were removed from the group by ada: enough"))
            await bob.connection.close()
            await ada.hears("bob has left.")
            #expect(await ada.session.submit("/leave") == nil)
            #expect(await adasEnd == MeetingEnd(.over, ""))
            await ada.connection.close()
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a file is offered, accepted and stored; another is refused`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("galene-join-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("in"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let content = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        try content.write(to: folder.appendingPathComponent("data.bin"))
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            let ada = try await join(server, "ada", directory: folder.appendingPathComponent("in").path)
            let bob = try await join(server, "bob")
            async let adasEnd = ada.session.run()
            async let bobsEnd = bob.session.run()
            await bob.hears("ada is here.")
            #expect(await bob.session.submit("/sendfile ada \(folder.path)/data.bin") == nil)
            await ada.watcher.until { $0.contains { $0.hasPrefix("File 1, data.bin (100 kB) from bob, is offered") } }
            #expect(await ada.session.submit("/accept") == nil)
            await ada.watcher.until { $0.contains { $0.hasPrefix("data.bin (100 kB) from bob is here:") } }
            #expect(try Data(contentsOf: folder.appendingPathComponent("in/data.bin")) == content)
            #expect(await bob.session.submit("/sendfile ada \(folder.path)/data.bin") == nil)
            await ada.watcher.until { $0.contains { $0.hasPrefix("File 2") } }
            #expect(await ada.session.submit("/refuse 2") == nil)
            await bob.hears("Warning: data.bin (100 kB) to ada was not transferred: declined")
            #expect(await bob.session.submit("/sendfile ada /nowhere") == nil)
            await bob.watcher.until { $0.contains { $0.hasPrefix("Warning: Not done:") } }
            await ada.session.leave()
            await bob.session.leave()
            _ = await (adasEnd, bobsEnd)
            await ada.connection.close()
            await bob.connection.close()
        }
    }
}
