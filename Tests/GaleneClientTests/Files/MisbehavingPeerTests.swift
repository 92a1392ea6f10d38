// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import Foundation
import GaleneProtocol
import RTCTestKit
import SCTP
import Synchronization
import Testing
import WebRTC
import WebRTCIO

@testable import GaleneClient

/// The other side of a file breaks the rules of spec 10: who is here ends the transfer, says why, and keeps nothing.
@Suite("Files of members who misbehave", .row("F-07"), .attack(19), .timeLimit(.minutes(2)))
struct MisbehavingPeerTests {
    // MARK: What is signalled

    /// A server on which the member `b` says things about files.
    private struct Stage {
        let connection: ServerConnection
        var events: Events<ServerEvent>.AsyncIterator
        let server: FakeServer.Client
        /// What `b` was told.
        let heard: AsyncStream<FileTransferMessage>

        func say(_ value: JSONValue) {
            let text = String(decoding: value.encoded(), as: UTF8.self)
            server.say(#"{"type":"usermessage","kind":"filetransfer","source":"b","dest":"me","value":\#(text)}"#)
        }

        mutating func offered() async throws -> TransferredFile {
            while let event = try await events.next() {
                if case .fileTransfer(let file) = event { return file }
            }
            throw ServerConnectionError(.closed, "no file was offered")
        }

        static func run(
            _ body: (inout Stage, inout AsyncStream<FileTransferMessage>.Iterator) async throws -> Void
        )
            async throws
        {
            let (heard, hear) = AsyncStream<FileTransferMessage>.makeStream()
            let client = Mutex<FakeServer.Client?>(nil)
            try await FakeServer.run(hear: { text, from in
                switch try? ClientMessage(parsing: text) {
                case .handshake: from.say(#"{"type":"handshake","version":["2"]}"#)
                case .join:
                    client.withLock { $0 = from }
                    from.say(#"{"type":"user","kind":"add","id":"b","username":"Eve"}"#)
                    from.say(
                        #"{"type":"joined","kind":"join","group":"g","username":"ada","permissions":["message"]}"#)
                case .userMessage(let message):
                    if let about = try? FileTransferMessage(message.value) { hear.yield(about) }
                default: break
                }
            }) { server in
                let connection = try ServerConnection()
                let events = connection.events.makeAsyncIterator()
                try await connection.connect(to: server.endpoint)
                try await connection.join(group: "g", username: "ada", credentials: .none)
                var stage = Stage(
                    connection: connection, events: events, server: try #require(client.withLock { $0 }), heard: heard)
                var iterator = heard.makeAsyncIterator()
                try await body(&stage, &iterator)
                await connection.close()
                client.withLock { $0 }?.hangUp()
            }
        }
    }

    private func invitation(_ id: String, _ versions: [String] = ["1"]) -> JSONValue {
        FileTransferMessage.invite(.init(id: id, versions: versions, name: "a.txt", size: 3, mimeType: "")).value
    }

    @Test func `an invitation of another version is refused, and not shown`() async throws {
        try await Stage.run { stage, heard in
            for versions in [["2"], [], ["0", "11", "1 "]] {
                stage.say(invitation("x", versions))
                let answer = await heard.next()
                #expect(answer == .cancel(id: "x", message: "the version of the protocol is unknown here"))
            }
            #expect(await stage.connection.transferredFiles.isEmpty)
            // Among others it is found.
            stage.say(invitation("y", ["2", "1"]))
            let file = try await stage.offered()
            #expect(file.id == "y")
        }
    }

    @Test func `a second file with the id of a first is refused, and the first goes on`() async throws {
        try await Stage.run { stage, heard in
            stage.say(invitation("x"))
            let file = try await stage.offered()
            stage.say(invitation("x"))
            #expect(await heard.next() == .cancel(id: "x", message: "there is a file with this id"))
            #expect(await file.state == .inviting)
            #expect(await stage.connection.transferredFile(user: "b", id: "x") === file)
            await file.cancel("no")
            #expect(await heard.next() == .cancel(id: "x", message: "no"))
        }
    }

    @Test func `a file is not offered to oneself`() async throws {
        try await Stage.run { stage, _ in
            stage.server.say(
                #"{"type":"user","kind":"add","id":"\#(stage.connection.id)","username":"ada","permissions":["message"]}"#
            )
            try await stage.connection.userIsKnown(stage.connection.id)
            let error = await #expect(throws: ServerConnectionError.self) {
                try await stage.connection.sendFile("/etc/hosts", to: stage.connection.id)
            }
            #expect(error?.code == .invalidArgument)
            #expect(await stage.connection.transferredFiles.isEmpty)
        }
    }

    @Test(arguments: [
        (#"{"type":"offer","version":["2"],"sdp":"x"}"#, "version 2 of the protocol"),
        (#"{"type":"offer","sdp":"x"}"#, "version  of the protocol"),
        (#"{"type":"offer","version":["1"],"sdp":"x"}"#, "cannot be negotiated"),
        (#"{"type":"offer","version":["1"]}"#, "cannot be negotiated"),
        (#"{"type":"upice"}"#, "too old"), (#"{"type":"downice"}"#, "too old"), (#"{"type":"reject"}"#, "too old"),
        (#"{"type":"abort"}"#, "too old"),
    ])
    func `who is invited and answers what cannot be, is told why`(json: String, reason: String) async throws {
        try await Stage.run { stage, heard in
            let file = try await stage.connection.sendFile("/etc/hosts", to: "b")
            guard case .invite? = await heard.next(), case .object(var value) = try JSONValue(parsing: json) else {
                Issue.record("nobody was invited")
                return
            }
            // Of another file: nothing of it is known.
            value["id"] = "another"
            stage.say(.object(value))
            value["id"] = .string(file.id)
            stage.say(.object(value))
            guard case .cancel(file.id, let told)? = await heard.next() else {
                Issue.record("it was not cancelled")
                return
            }
            #expect(told?.contains(reason) == true)
            let events = try await allEvents(file).events
            #expect(events.suffix(3) == [.state(.cancelled), .cancelled(reason: told), .state(.closed)])
            #expect(await stage.connection.transferredFiles.isEmpty)
        }
    }

    @Test(arguments: [
        (#"{"type":"answer","sdp":"x"}"#, "cannot be negotiated"), (#"{"type":"answer"}"#, "cannot be negotiated"),
        (#"{"type":"reject"}"#, "too old"),
    ])
    func `who invites and answers what cannot be, is told why`(json: String, reason: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("galene-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Stage.run { stage, heard in
            stage.say(invitation("x"))
            let file = try await stage.offered()
            try await file.receive(into: folder.path)
            guard case .offer("x", "1", _)? = await heard.next(),
                case .object(var value) = try JSONValue(parsing: json)
            else {
                Issue.record("it was not accepted")
                return
            }
            value["id"] = "x"
            stage.say(.object(value))
            // Candidates may have been told before.
            var last = await heard.next()
            while case .ice? = last { last = await heard.next() }
            guard case .cancel("x", let told)? = last else {
                Issue.record("it was not cancelled")
                return
            }
            #expect(told?.contains(reason) == true)
            let events = try await allEvents(file).events
            #expect(events.suffix(2) == [.cancelled(reason: told), .state(.closed)])
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left == [])
        }
    }

    // MARK: What travels by the channel

    @Test func `more bytes than were promised end it, and nothing of them is kept`() async throws {
        try await FilePair.run { pair in
            _ = try pair.write("a.bin", 100_000)
            let up = try await pair.ann.connection.offer(
                pair.outbox.appendingPathComponent("a.bin").path, claiming: 50_000, to: pair.bob.connection.id)
            let down = try await pair.offered()
            #expect(down.size == 50_000)
            try await down.receive(into: pair.inbox.path)
            let reason = "the other side sent more than it had promised"
            let ending: [FileTransferEvent] = [.state(.cancelled), .cancelled(reason: reason), .state(.closed)]
            let got = try await allEvents(down)
            #expect(got.events.suffix(3) == ending[...])
            #expect(got.progress.allSatisfy { $0 <= 50_000 })
            #expect(try await allEvents(up).events.suffix(3) == ending[...])
            #expect(pair.received.allSatisfy { $0 != "a.bin" })
        }
    }

    @Test func `fewer bytes than were promised are no file`() async throws {
        try await FilePair.run { pair in
            _ = try pair.write("a.bin", 100_000)
            let up = try await pair.ann.connection.offer(
                pair.outbox.appendingPathComponent("a.bin").path, claiming: 200_000, to: pair.bob.connection.id)
            let down = try await pair.offered()
            let events = down.events
            try await down.receive(into: pair.inbox.path)
            var told: [FileTransferEvent] = []
            for try await event in events {
                // Whoever is busy hears of progress now and then only.
                if case .progress = event { await up.close() }
                told.append(event)
            }
            #expect(
                told.suffix(3) == [.state(.cancelled), .cancelled(reason: "the connection was lost"), .state(.closed)])
            #expect(pair.received.allSatisfy { $0 != "a.bin" })
        }
    }

    @Test func `text in place of the file's bytes ends it`() async throws {
        try await FilePair.run { pair in
            _ = try pair.write("a.bin", 30_000_000)
            let up = try await pair.send("a.bin")
            let down = try await pair.offered()
            let watched = up.events
            try await down.receive(into: pair.inbox.path)
            for try await event in watched {
                guard case .progress = event else { continue }
                await up.smuggle(.text("done"))
                break
            }
            let reason = "the other side broke the protocol"
            #expect(
                try await allEvents(down).events.suffix(3)
                    == [.state(.cancelled), .cancelled(reason: reason), .state(.closed)])
            #expect(pair.received.allSatisfy { $0 != "a.bin" })
        }
    }

    @Test(arguments: [.text("done"), .text("thanks"), .text(""), .binary(Array("done".utf8))] as [DataChannelMessage])
    func `who says anything before everything has come, is not believed`(message: DataChannelMessage) async throws {
        try await FilePair.run { pair in
            _ = try pair.write("a.bin", 30_000_000)
            let up = try await pair.send("a.bin")
            let down = try await pair.offered()
            let watched = down.events
            try await down.receive(into: pair.inbox.path)
            for try await event in watched {
                guard case .progress = event else { continue }
                await down.smuggle(message)
                break
            }
            let reason = "the other side broke the protocol"
            let events = try await allEvents(up).events
            #expect(events.suffix(3) == [.state(.cancelled), .cancelled(reason: reason), .state(.closed)])
            #expect(!events.contains(.state(.done)))
        }
    }
}

extension TransferredFile {
    /// Says something on the channel that no rule asks for.
    fileprivate func smuggle(_ message: DataChannelMessage) {
        guard let channel else { return }
        peer?.with { peer, now in try? peer.send(message, on: channel, now: now) }
        drain()
    }
}

extension ServerConnection {
    /// Offers a file with a size that is not its own.
    fileprivate func offer(_ path: String, claiming size: Int64, to user: String) async throws -> TransferredFile {
        let source = try await FileSource.open(path)
        var invitation = FileTransferMessage.Invitation(
            id: RandomID.next(), name: "a.bin", size: source.size, mimeType: "")
        let file = TransferredFile(invitation, with: user, named: nil, source: source, connection: self)
        transfers[file.fullID] = file
        invitation.size = size
        await file.invite(invitation)
        return file
    }

    /// Waits until the server has told of a member.
    fileprivate func userIsKnown(_ user: String) async throws {
        let events = events
        if users[user] != nil { return }
        for try await event in events { if case .user(_, let known) = event, known.id == user { return } }
    }
}
