// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import ServerTestKit
import Testing

@testable import galene

@Suite("A person in a meeting, with a server")
struct JoinSessionTests {
    private static let operators = #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"op"}}"#

    @Test(.timeLimit(.minutes(1))) func `two people write, act and leave`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            let ada = try await JoinedPerson.join(server, "ada")
            let bob = try await JoinedPerson.join(server, "bob")
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
            let ada = try await JoinedPerson.join(server, "ada", directory: folder.appendingPathComponent("in").path)
            let bob = try await JoinedPerson.join(server, "bob")
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
