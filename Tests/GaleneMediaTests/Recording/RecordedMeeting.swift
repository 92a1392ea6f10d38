// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import Foundation
import GaleneClient
import GaleneMedia
import GaleneProtocol
import MediaTestKit
import RTP
import ServerTestKit

/// A meeting on a whole server, and a member that records it.
struct RecordedMeeting {
    let server: RunningServer
    let scratch: ScratchDirectory
    let recorder: MeetingRecorder
    let connection: ServerConnection
    let recording: Task<Void, any Error>
    /// What the recorder tells, in order.
    let told: AsyncStream<MeetingRecorder.Event>
    /// A member that is there before the recorder is.
    static let early = "Early"

    static func run(
        in directory: String? = nil, options: (inout MeetingRecorder.Options) -> Void = { _ in },
        _ body: (RecordedMeeting) async throws -> Void
    ) async throws {
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let scratch = try ScratchDirectory()
            var configuration = ServerConnection.Configuration()
            configuration.verifiesCertificate = !server.isSecure
            let connection = try ServerConnection(configuration)
            let events = connection.events
            let early = try await TestMember(server, Self.early).connection
            try await connection.connect(to: try await connection.status(of: server.page("demo")))
            try await connection.join(group: "demo", username: "Recorder", credentials: .none)
            var chosen = MeetingRecorder.Options(directory: directory ?? "\(scratch.path)/recordings")
            options(&chosen)
            let (told, telling) = AsyncStream.makeStream(of: MeetingRecorder.Event.self)
            let recorder = MeetingRecorder(connection, events: events, options: chosen) { telling.yield($0) }
            let recording = Task {
                defer { telling.finish() }
                try await recorder.run()
            }
            let meeting = RecordedMeeting(
                server: server, scratch: scratch, recorder: recorder, connection: connection, recording: recording,
                told: told)
            do {
                try await body(meeting)
            } catch {
                recording.cancel()
                await connection.close()
                await early.close()
                throw error
            }
            recording.cancel()
            _ = await recording.result
            await connection.close()
            await early.close()
        }
    }

    func member(_ name: String) async throws -> ServerConnection {
        try await TestMember(server, name).connection
    }

    /// Publishes, and returns when the recorder gets what is sent: servers offer a stream of which something has come.
    func publish(
        _ member: ServerConnection, _ clips: [EncodedClip], label: String = "camera", soundDelay: Duration = .zero,
        replacing: String? = nil
    ) async throws -> Published {
        let events = connection.events
        let tracks = clips.map { PublishedTrack($0.frames[0].codec) }
        let up = try await member.newUpStream(label: label, tracks: tracks, replacing: replacing)
        for try await event in up.events { if case .status(.connected) = event { break } }
        let camera = ClipCamera(up, clips, soundDelay: soundDelay)
        camera.start()
        for try await event in events {
            guard case .downStream(let down) = event, down.id == up.id else { continue }
            return Published(up: up, frames: down.frames, camera: camera)
        }
        throw ServerConnectionError(.closed, "the stream was not offered")
    }

    struct Published {
        let up: GaleneClient.Stream
        /// As the recorder gets them.
        let frames: Events<MediaFrame>
        let camera: ClipCamera

        /// Returns when all of it has arrived.
        func arrived() async throws {
            await camera.end()
            var last = [MediaKind.video, .audio].compactMap { camera.sent($0).last?.bytes }
            for try await frame in frames {
                last.removeAll { $0 == frame.frame.bytes }
                if last.isEmpty { break }
            }
        }
    }

    /// Until the next file has ended.
    @discardableResult
    func ended() async -> RecordedFile? {
        for await event in told { if case .ended(let file) = event { return file } }
        return nil
    }

    /// Ends the recording as a person does.
    func stop() async throws {
        recording.cancel()
        try await recording.value
    }

    /// By name, without the directory.
    var files: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/recordings").filter {
                !$0.hasSuffix(".jsonl")
            }.sorted()
        }
    }

    func path(_ file: String) -> String { "\(scratch.path)/recordings/\(file)" }

    /// The last line of a chat is written after everything that came before it.
    func untilTimeline(has text: String) async throws {
        while try await !timeline().contains(where: { $0["text"] == .string(text) }) { await Task.yield() }
    }

    func timeline() async throws -> [JSONValue] {
        let text = try String(contentsOfFile: await recorder.timelinePath ?? "", encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
}
