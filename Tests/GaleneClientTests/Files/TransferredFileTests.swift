// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import Foundation
import GaleneClient
import RTCTestKit
import Testing

/// From Swift to Swift, straight.
@Suite("Files from member to member", .timeLimit(.minutes(3)))
struct TransferredFileTests {
    @Test(
        .row("F-01", "F-02", "F-04", "F-05", "F-06", "F-10", "F-11"), arguments: [0, 1, 16_384, 1_048_577, 20_000_000])
    func `a file arrives as it was, with every state on its way`(size: Int) async throws {
        try await FilePair.run { pair in
            let data = try pair.write("thesis.txt", size)
            let up = try await pair.send("thesis.txt")
            let down = try await pair.offered()
            #expect(down.name == "thesis.txt" && down.size == Int64(size) && down.mimeType == "text/plain")
            #expect(!down.isUp && down.username == "Ann" && down.userID == pair.ann.connection.id && up.isUp)
            #expect(await down.state == .inviting)
            try await down.receive(into: pair.inbox.path)
            let path = pair.inbox.appendingPathComponent("thesis.txt").path
            let sent = try await allEvents(up)
            let got = try await allEvents(down)
            #expect(
                got.events == [
                    .state(.inviting), .state(.connecting), .state(.connected), .state(.done), .stored(path: path),
                    .state(.closed),
                ])
            #expect(
                sent.events == [
                    .state(.inviting), .state(.connecting), .state(.connected), .state(.done), .state(.closed),
                ])
            for progress in [sent.progress, got.progress] {
                #expect(progress == progress.sorted() && (progress.last ?? 0) == Int64(size))
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == data)
            #expect(pair.received == ["thesis.txt"])
            // Who keeps a transfer that has ended keeps no file open.
            await eventually { pair.openFiles() == [] }
            #expect(up.isUp && down.name == "thesis.txt" && pair.openFiles() == [])
            #expect(await pair.ann.connection.transferredFiles.isEmpty)
            #expect(await pair.bob.connection.transferredFiles.isEmpty)
        }
    }

    @Test(.row("F-11"), .attack(19)) func `nothing that is there is overwritten, whatever the file is called`()
        async throws
    {
        try await FilePair.run { pair in
            _ = try pair.write("a.txt", 10)
            try Data("old".utf8).write(to: pair.inbox.appendingPathComponent("a.txt"))
            let path = pair.outbox.appendingPathComponent("a.txt").path
            for name in ["a.txt", "../inbox/a.txt", "../../a.txt"] {
                _ = try await pair.ann.connection.sendFile(path, to: pair.bob.connection.id, name: name)
                let down = try await pair.offered()
                try await down.receive(into: pair.inbox.path)
                _ = try await allEvents(down)
            }
            #expect(pair.received == ["a (1).txt", "a (2).txt", "a (3).txt", "a.txt"])
            #expect(try String(contentsOf: pair.inbox.appendingPathComponent("a.txt"), encoding: .utf8) == "old")
        }
    }

    @Test(.row("F-11")) func `of files of one name that come at the same time each gets a name of its own`()
        async throws
    {
        try await FilePair.run { pair in
            var expected: Set<Data> = []
            var files: [(up: TransferredFile, down: TransferredFile)] = []
            for size in [100_000, 200_000, 300_000, 400_000] {
                expected.insert(try pair.write("\(size)", size))
                let path = pair.outbox.appendingPathComponent("\(size)").path
                let up = try await pair.ann.connection.sendFile(path, to: pair.bob.connection.id, name: "a.txt")
                files.append((up, try await pair.offered()))
            }
            let inbox = pair.inbox.path
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for file in files {
                    tasks.addTask {
                        try await file.down.receive(into: inbox)
                        #expect(try await allEvents(file.down).events.contains(.state(.done)))
                        #expect(try await allEvents(file.up).events.contains(.state(.done)))
                    }
                }
                try await tasks.waitForAll()
            }
            #expect(pair.received == ["a (1).txt", "a (2).txt", "a (3).txt", "a.txt"])
            #expect(
                Set(try pair.received.map { try Data(contentsOf: pair.inbox.appendingPathComponent($0)) }) == expected)
        }
    }

    @Test(.row("F-03")) func `a file is refused, and withdrawn`() async throws {
        try await FilePair.run { pair in
            _ = try pair.write("a.txt", 10)
            let refused = try await pair.send("a.txt")
            try await pair.offered().cancel("no, thank you")
            #expect(
                try await allEvents(refused).events == [
                    .state(.inviting), .state(.cancelled), .cancelled(reason: "no, thank you"), .state(.closed),
                ])
            let withdrawn = try await pair.send("a.txt")
            let down = try await pair.offered()
            await withdrawn.cancel()
            #expect(
                try await allEvents(down).events == [
                    .state(.inviting), .state(.cancelled), .cancelled(reason: nil), .state(.closed),
                ])
            await #expect(throws: ServerConnectionError.self) { try await down.receive(into: pair.inbox.path) }
            #expect(pair.received.isEmpty)
        }
    }

    @Test(.row("F-03", "F-06"), arguments: [FileTransferState.connecting, .connected], [true, false])
    func `whoever cancels on the way, both know, and nothing is left`(
        state: FileTransferState, bySender: Bool
    ) async throws {
        try await FilePair.run { pair in
            _ = try pair.write("a.bin", 30_000_000)
            let up = try await pair.send("a.bin")
            let down = try await pair.offered()
            let (canceller, other) = bySender ? (up, down) : (down, up)
            let events = canceller.events
            let watching = Task { () -> [FileTransferEvent] in
                var seen: [FileTransferEvent] = []
                for try await event in events {
                    if case .progress(let bytes) = event {
                        // In the middle.
                        if state == .connected, bytes > 1_000_000 { await canceller.cancel("enough") }
                        continue
                    }
                    seen.append(event)
                    if event == .state(state), state == .connecting { await canceller.cancel("enough") }
                }
                return seen
            }
            try await down.receive(into: pair.inbox.path)
            let ending: [FileTransferEvent] = [.state(.cancelled), .cancelled(reason: "enough"), .state(.closed)]
            #expect(try await watching.value.suffix(3) == ending[...])
            #expect(try await allEvents(other).events.suffix(3) == ending[...])
            #expect(await pair.bob.connection.transferredFiles.isEmpty)
            try await pair.isEmptied()
        }
    }

    @Test(.row("F-05", "F-06"), arguments: [true, false])
    func `what is done cannot be cancelled any more`(bySender: Bool) async throws {
        try await FilePair.run { pair in
            let data = try pair.write("a.bin", 100_000)
            let up = try await pair.send("a.bin")
            let down = try await pair.offered()
            let (canceller, other) = bySender ? (up, down) : (down, up)
            let events = canceller.events
            try await down.receive(into: pair.inbox.path)
            for try await event in events where event == .state(.done) { await canceller.cancel("too late") }
            let ended = try await allEvents(other).events
            #expect(ended.last == .state(.closed) && ended.contains(.state(.done)))
            #expect(try Data(contentsOf: pair.inbox.appendingPathComponent("a.bin")) == data)
        }
    }

    @Test(.row("F-08"), arguments: [FileTransferState.inviting, .connected])
    func `a connection that nobody holds any more is gone, and its transfers with it`(
        state: FileTransferState
    ) async throws {
        try await FilePair.run { pair in
            _ = try pair.write("a.bin", 30_000_000)
            weak var connection: ServerConnection?
            weak var file: TransferredFile?
            var told: Events<ServerEvent>?
            var down: TransferredFile?
            do {
                let cam = try await TestMember(pair.server, "Cam")
                connection = cam.connection
                told = cam.connection.events
                let up = try await cam.connection.sendFile(
                    pair.outbox.appendingPathComponent("a.bin").path, to: pair.bob.connection.id)
                file = up
                let offered = try await pair.offered()
                down = offered
                if state == .connected {
                    try await offered.receive(into: pair.inbox.path)
                    for try await event in up.events { if case .progress = event { break } }
                }
            }
            // Its events end, so whoever reads them does not wait for ever.
            for try await _ in try #require(told) {}
            let ended = try await allEvents(try #require(down)).events
            #expect(ended.last == .state(.closed) && ended.contains(.state(.cancelled)))
            // The last to hold them may be on their way out of the event loop.
            await eventually { connection == nil }
            #expect(connection == nil)
            await eventually { file == nil }
            #expect(file == nil)
            try await pair.isEmptied()
        }
    }

    @Test(.row("F-08")) func `a member who goes takes its transfers along`() async throws {
        try await FilePair.run { pair in
            _ = try pair.write("a.bin", 30_000_000)
            let up = try await pair.send("a.bin")
            let down = try await pair.offered()
            try await down.receive(into: pair.inbox.path)
            var events = down.events.makeAsyncIterator()
            while let event = try await events.next() {
                if case .progress(let bytes) = event, bytes > 100_000 { break }
            }
            await pair.ann.connection.close()
            var last: FileTransferEvent?
            var reason: String?
            while let event = try await events.next() {
                last = event
                if case .cancelled(let text) = event { reason = text }
            }
            #expect(last == .state(.closed) && reason != nil)
            #expect(try await allEvents(up).events.last == .state(.closed))
            try await pair.isEmptied()
        }
    }

    @Test(.row("F-03", "F-11")) func `a directory that goes meanwhile is said in words, to both`() async throws {
        try await FilePair.run { pair in
            _ = try pair.write("a.bin", 3_000_000)
            let up = try await pair.send("a.bin")
            let down = try await pair.offered()
            let events = down.events
            try await down.receive(into: pair.inbox.path)
            try FileManager.default.removeItem(at: pair.inbox)
            for file in [up.events, events] {
                let reasons = try await file.reduce(into: [String?]()) {
                    if case .cancelled(let reason) = $1 { $0.append(reason) }
                }
                #expect(reasons == ["the file cannot get its name: No such file or directory"])
            }
        }
    }

    @Test func `what cannot be sent or stored is said in words`() async throws {
        try await FilePair.run { pair in
            for (path, user) in [
                ("/nowhere/file", pair.bob.connection.id), ("/", pair.bob.connection.id), ("/etc/hosts", "nobody"),
            ] {
                let error = await #expect(throws: ServerConnectionError.self) {
                    _ = try await pair.ann.connection.sendFile(path, to: user)
                }
                #expect(error?.code == .invalidArgument && error?.description.isEmpty == false)
            }
            _ = try pair.write("a.txt", 10)
            let up = try await pair.send("a.txt")
            let down = try await pair.offered()
            await #expect(throws: ServerConnectionError.self) { try await down.receive(into: "/nowhere") }
            // It is still offered, and may go elsewhere.
            try await down.receive(into: pair.inbox.path)
            _ = try await allEvents(up)
            #expect(pair.received == ["a.txt"])
        }
    }
}

extension FilePair {
    /// The part of a file that has been received is removed off the event loop, just after the transfer's end.
    fileprivate func isEmptied() async throws {
        await eventually { received.isEmpty }
        #expect(received == [])
    }
}
