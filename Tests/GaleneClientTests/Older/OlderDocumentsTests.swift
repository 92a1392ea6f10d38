// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneProtocol
import RTCTestKit
import RTP
import ServerTestKit
import Testing

private typealias ServerConnection = Older.ServerConnection

/// The snippets of Galène's older documents, one after the other, against a whole server.
@MainActor
@Suite("What the older documents say", .row("C-27"), .timeLimit(.minutes(2)))
struct OlderDocumentsTests {
    static let groups = ServerConnectionTests.groups

    /// Connected and in the group `demo`, by the shortest way that the documents have.
    private func member(
        _ server: RunningServer, _ name: String, _ password: String = ""
    ) async throws -> ServerConnection {
        let serverConnection = try ServerConnection()
        serverConnection.onconnected = { this in this.join("demo", "join", name, password) }
        let joined = Diary<Joined.Kind>()
        serverConnection.onjoined = { _, kind, _, _, _, _, _, _ in joined(kind) }
        serverConnection.connect(server.endpoint)
        await joined.wait(for: .join)
        return serverConnection
    }

    @Test func `connecting and joining`() async throws {
        try await RunningServer.runOnMainActor(groups: Self.groups) { server in
            let (group, username) = ("closed", "ada")
            let diary = Diary<String>()
            let serverConnection = try ServerConnection()
            let status = try await serverConnection.status(of: server.page(group))
            serverConnection.onconnected = { this in
                diary("connected")
                this.join(group, "join", username, "wrong")
            }
            serverConnection.onclose = { this, code, reason in diary("closed \(code) \(this.users.count)") }
            serverConnection.onuser = { this, id, kind, username in
                diary("user \(kind.rawValue) \(username) \(this.users[id]?.username ?? "nobody")")
            }
            serverConnection.onjoined = { this, kind, group, perms, status, data, error, message in
                diary(
                    "\(kind.rawValue) \(group) \(perms.present) \(perms.op) \(this.permissions.present) \(message ?? "")"
                )
                switch kind {
                case .join: this.request(["": [.audio, .video]])
                case .fail: if error != .needUsername { this.join(group, username, "correct horse") }
                default: break
                }
            }
            serverConnection.connect(status.endpoint)
            await diary.wait(for: "user add ada ada")
            #expect(serverConnection.group == "closed" && serverConnection.username == "ada")
            try await serverConnection.close().value
            await diary.wait(for: "closed 1000 0")
            #expect(
                diary.entries == [
                    "connected", "fail closed false false false not authorised", "join closed true false true ",
                    "user add ada ada", "user delete ada nobody", "leave closed false false false ", "closed 1000 0",
                ])
            #expect(serverConnection.group == nil)

            // One object may connect again, under another id.
            let id = serverConnection.id
            try await serverConnection.connect(server.endpoint).value
            #expect(serverConnection.id != id)
            _ = await diary.first { _ in diary.entries.count { $0 == "user add ada ada" } == 2 ? true : nil }
            serverConnection.close()
        }
    }

    @Test func `a group that has moved`() async throws {
        try await RunningServer.runOnMainActor(groups: Self.groups) { server in
            let serverConnection = try ServerConnection()
            let diary = Diary<String>()
            serverConnection.onconnected = { this in this.join("moved", "join", "ada", "") }
            serverConnection.onjoined = { this, kind, _, _, _, _, _, message in
                guard kind == .redirect else { return }
                this.close()
                diary(message ?? "")
            }
            serverConnection.onclose = { _, code, _ in diary("\(code)") }
            serverConnection.connect(server.endpoint)
            await diary.wait(for: "1000")
            #expect(diary.entries == ["https://example.org/group/moved/", "1000"])
        }
    }

    @Test func `what JavaScript throws or promises is in the task`() async throws {
        try await RunningServer.runOnMainActor(groups: Self.groups) { server in
            let serverConnection = try ServerConnection()
            let diary = Diary<String>()
            serverConnection.onclose = { _, _, _ in diary("closed") }
            @MainActor func code(_ task: Task<Void, any Error>) async -> ServerConnectionError.Code? {
                do { try await task.value } catch { return (error as? ServerConnectionError)?.code }
                return nil
            }
            #expect(await code(serverConnection.connect(nil)) == .invalidArgument)
            #expect(await code(serverConnection.connect("ws://127.0.0.1:1/ws")) == .unreachable)
            await diary.wait(for: "closed")
            let connected = serverConnection.connect(server.endpoint)
            // Asked for at once, as in `onconnected`; without a group nothing is requested.
            let joined = serverConnection.join("closed", "ada", "wrong")
            let requested = serverConnection.request("everything")
            #expect(await code(connected) == nil)
            #expect(await code(joined) == .refused)
            #expect(await code(requested) == .notConnected)
            #expect(await code(serverConnection.join("closed", "ada", "correct horse")) == nil)
            for word in ["", "audio", "screenshare", "everything"] {
                #expect(await code(serverConnection.request(word)) == nil)
            }
            #expect(await code(serverConnection.request("nothing")) == .invalidArgument)
            #expect(await code(serverConnection.join("closed", "change", "ada", "")) == .invalidArgument)
            #expect(await code(serverConnection.join("closed", "leave", "", "")) == nil)
            serverConnection.close()
        }
    }

    @Test(.row("C-16", "P-30")) func `messages and actions`() async throws {
        try await RunningServer.runOnMainActor(groups: Self.groups) { server in
            let ada = try await member(server, "ada", "correct horse")
            let bob = try await member(server, "bob")
            let diary = Diary<String>()
            bob.onchat = { _, message in diary("chat \(message.kind.rawValue) \(message.dest != nil) \(message.text)") }
            bob.onusermessage = { _, message in
                diary("usermessage \(message.kind.rawValue) \(message.isPrivileged) \(message.text)")
            }
            bob.onclearchat = { _ in diary("clearchat") }
            bob.onjoined = { _, kind, _, _, status, _, _, _ in diary("\(kind.rawValue) \(status?.locked == true)") }
            let (username, id) = ("ada", bob.id)
            ada.chat(username, "", id, "Hi!")
            ada.chat(username, "me", "", "waves")
            ada.usermessage(username, "poll", id, "yes")
            ada.groupaction(username, "clearchat")
            ada.groupaction(username, "lock", "later")
            ada.useraction(username, "kick", id, "bye")
            await diary.wait(for: "leave false")
            #expect(
                diary.entries == [
                    "chat  true Hi!", "chat me false waves", "usermessage poll true yes", "usermessage clearchat true ",
                    "clearchat", "change true", "usermessage kicked true bye", "leave false",
                ])
            ada.close()
        }
    }

    /// A stream as it is known from its callbacks.
    private func watch(_ stream: Older.Stream, _ name: String, _ diary: Diary<String>) {
        stream.onclose = { stream, replace in diary("\(name) closed \(replace) \(stream.sc == nil)") }
        stream.onerror = { _, error in diary("\(name) error \(error)") }
        stream.onabort = { stream in
            diary("\(name) aborted")
            stream.close()
        }
        stream.onstatus = { _, status in diary("\(name) \(status)") }
        stream.ondowntrack = { stream, track, label in
            diary("\(name) \(track.kind.rawValue) \(label) \(stream.labels[track.id] ?? "")")
        }
    }

    @Test(.row("C-06", "C-15"), arguments: [("video", "camera"), ("screenshare", "screenshare")])
    func `a stream with labels of its tracks, which another replaces`(kind: String, label: String) async throws {
        try await RunningServer.runOnMainActor(groups: Self.groups) { server in
            let ada = try await member(server, "ada", "correct horse")
            let bob = try await member(server, "bob")
            let (sent, seen) = (Diary<String>(), Diary<String>())
            var known: [Older.Stream] = []
            let whenKnown: @MainActor (Older.ServerConnection, Older.Stream) -> Void = { _, stream in
                let name = "\(known.count)"
                seen("\(name) \(stream.label ?? "") \(stream.labels.values.sorted()) \(stream.username ?? "")")
                watch(stream, name, seen)
                known.append(stream)
            }
            bob.onstream = whenKnown
            bob.request("everything")

            @MainActor func push(_ replaced: String?, _ name: String) -> Older.Stream {
                let stream = ada.newUpStream(replaced)
                watch(stream, name, sent)
                for track in [PublishedTrack(.opus), PublishedTrack(.vp8)] {
                    stream.labels[track.id] = track.codec.kind == .audio ? "audio" : kind
                    stream.addTrack(track)
                }
                return stream
            }
            var cameras: [TestCamera] = []
            /// The server pushes what sends.
            @MainActor func film(_ stream: Older.Stream, _ name: String) async throws {
                await sent.wait(for: "\(name) connected")
                cameras.append(TestCamera(try #require(stream.stream)))
            }
            defer { for camera in cameras { camera.stop() } }
            let first = push(nil, "first")
            try await film(first, "first")
            await seen.wait(for: "0 connected")
            #expect(
                seen.entries.filter { !$0.hasSuffix("checking") } == [
                    "0 \(label) [\"audio\", \"\(kind)\"] ada", "0 audio audio audio", "0 video \(kind) \(kind)",
                    "0 connected",
                ])
            #expect(first.label == label && ada.up.count == 1 && bob.down.count == 1 && bob.up.isEmpty)
            #expect(first.source == nil && known[0].source == ada.id && known[0].id == first.id)

            // The rate of what goes up, as often as one asks for.
            let rates = Diary<Double>()
            first.onstats = { _, statistics in for each in statistics.outbound { rates(each.rate ?? -1) } }
            first.setStatsInterval(100)
            _ = await rates.first { $0 >= 0 ? true : nil } as Bool
            first.setStatsInterval(0)

            let second = push(first.localId, "second")
            #expect(second.localId == first.localId && ada.findByLocalId(first.localId) === second)
            try await film(second, "second")
            await seen.wait(for: "1 connected")
            // The documents promise this order.
            let old = try #require(seen.entries.firstIndex(of: "0 closed true false"))
            let new = try #require(seen.entries.firstIndex { $0.hasPrefix("1 \(label)") })
            #expect(old < new && known[1].localId == known[0].localId)
            await sent.wait(for: "first closed true false")

            second.close()
            await seen.wait(for: "1 closed false false")
            await sent.wait(for: "second closed false false")
            #expect(ada.up.isEmpty && bob.down.isEmpty && ada.findByLocalId(second.localId) == nil)

            // All streams are closed when the connection is.
            let third = push(nil, "third")
            try await film(third, "third")
            await seen.wait(for: "2 connected")
            bob.onclose = { this, _, _ in seen("end \(this.down.count)") }
            bob.close()
            await seen.wait(for: "end 0")
            #expect(seen.entries.suffix(2) == ["2 closed false false", "end 0"])
            ada.onclose = { _, _, _ in sent("end") }
            // One that is not offered yet ends like the others.
            _ = push(third.localId, "fourth")
            ada.close()
            await sent.wait(for: "end")
            #expect(sent.entries.last == "end" && sent.entries.contains { $0.hasPrefix("fourth closed") })
        }
    }

    @Test(.row("P-18")) func `a stream that the server does not want`() async throws {
        try await RunningServer.runOnMainActor(groups: [
            "demo": #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"message"}}"#
        ]) { server in
            let eve = try await member(server, "eve")
            #expect(!eve.permissions.present)
            let diary = Diary<String>()
            let stream = eve.newUpStream()
            watch(stream, "it", diary)
            stream.label = "video"
            stream.addTrack(PublishedTrack(.vp8))
            await diary.wait(for: "it closed false false")
            #expect(
                diary.entries.filter { !$0.hasSuffix("checking") } == [
                    "it aborted", "it closed", "it closed false false",
                ])
            stream.addTrack(PublishedTrack(.opus))
            #expect(diary.entries.last?.hasPrefix("it error") == true)
            eve.close()
        }
    }

    @Test(.row("F-05")) func `files, accepted and refused`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("galene-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let inbox = folder.appendingPathComponent("inbox")
        try FileManager.default.createDirectory(at: inbox, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("a.bin")
        let content = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 >> 3) })
        try content.write(to: file)
        try await RunningServer.runOnMainActor(groups: Self.groups) { server in
            let ada = try await member(server, "ada", "correct horse")
            let bob = try await member(server, "bob")
            let (sent, got) = (Diary<String>(), Diary<String>())
            @MainActor func watch(_ transfer: Older.TransferredFile, _ diary: Diary<String>) {
                diary("\(transfer.up) \(transfer.state.rawValue) \(transfer.name) \(transfer.size)")
                transfer.onevent = { transfer, state, data in
                    if state == .connected, data == nil, transfer.datalen > 0 { return }
                    diary("\(state) \(data ?? "")")
                }
            }
            ada.onfiletransfer = { _, transfer in watch(transfer, sent) }
            bob.onfiletransfer = { _, transfer in
                watch(transfer, got)
                transfer.receive(inbox.path)
            }
            try await ada.sendFile(bob.id, file.path).value
            await got.wait(for: "closed ")
            await sent.wait(for: "closed ")
            let path = inbox.appendingPathComponent("a.bin").path
            #expect(
                got.entries == [
                    "false inviting a.bin 100000", "connecting ", "connected ", "done \(path)", "closed ",
                ])
            #expect(
                sent.entries == [
                    "true  a.bin 100000", "inviting ", "connecting ", "connected ", "done ", "closed ",
                ])
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)

            // Thrown at, and by who has no callback.
            let refusals = Diary<String>()
            ada.onfiletransfer = { _, transfer in watch(transfer, refusals) }
            bob.onfiletransfer = { _, _ in throw ServerConnectionError(.refused, "not today") }
            ada.sendFile(bob.id, file.path)
            await refusals.wait(for: "cancelled not today")
            await refusals.wait(for: "closed ")
            bob.onfiletransfer = nil
            ada.sendFile(bob.id, file.path)
            await refusals.wait(for: "cancelled files are not accepted here")
            let error = await #expect(throws: ServerConnectionError.self) {
                try await ada.sendFile("nobody", file.path).value
            }
            #expect(error?.code == .invalidArgument)
            ada.close()
            bob.close()
        }
    }
}

extension RunningServer {
    fileprivate static func runOnMainActor(
        groups: [String: String], _ body: @MainActor (RunningServer) async throws -> Void
    ) async throws {
        try await run(groups: groups) { server in try await body(server) }
    }
}
