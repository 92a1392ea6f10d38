// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
public import GaleneClient
import GaleneProtocol
public import MediaIO
import RTCBase
import WebRTCIO

/// Records a meeting: each stream into files of its own (``StreamRecorder``), and beside them a timeline that tells who was
/// there, what was said in the chat, and when which file began.
///
///     let events = connection.events      // before connecting
///     …
///     try await connection.join(group: "lecture", username: "recorder", credentials: .none)
///     let recorder = MeetingRecorder(connection, events: events, options: .init(directory: "recordings"))
///     try await recorder.run()
public actor MeetingRecorder {
    public struct Options: Sendable, Hashable {
        /// Made if it is not there, for its owner only.
        public var directory: String
        /// Only streams with this label; all by default.
        public var label: String?
        /// Only streams of these members, by name or client id; of all when there are none, as by default.
        public var members: [String] = []
        /// Whether the timeline has the chat. On by default.
        public var recordsChat = true
        /// Whether the smallest encoding of a picture is enough, where there are several. Off by default.
        public var isLow = false
        /// See ``StreamRecorder``.
        public var keyFrameInterval: Duration? = .seconds(10)

        public init(directory: String) { self.directory = directory }
    }

    /// What has been recorded until now.
    public struct Progress: Sendable, Hashable {
        /// That are being recorded.
        public var streams = 0
        /// Since ``run()`` began.
        public var duration = Duration.zero
        /// Of all streams.
        public var total = RecordingProgress()

        public init() {}
    }

    /// What a member of the library, or a command, may want to tell.
    public enum Event: Sendable {
        case began(RecordedFile, username: String?, label: String)
        case ended(RecordedFile)
        case overflowed(Duration, username: String?, label: String)
        /// A stream that cannot be recorded, and why; the others go on.
        case refused(MediaError, username: String?, label: String)
        case reconnecting(ReconnectAttempt)
        case reconnected
    }

    /// Streams at one time, each of which takes a file and some memory: more than any meeting shows.
    public static let maximumStreams = 500

    private let connection: ServerConnection
    private let events: Events<ServerEvent>
    private let options: Options
    private let onEvent: @Sendable (Event) -> Void
    /// A stream that comes back after a reconnection is the same, one that takes the place of another is not.
    private var recorders: [ObjectIdentifier: StreamRecorder] = [:]
    private var ended = RecordingProgress()
    /// Client ids that the timeline has told of: the events begin before it does.
    private var members: Set<String> = []
    private var start: Instant?
    /// The first that could not be written, also when everything ends already.
    private var failure: MediaError?
    /// Of the timeline; `nil` before ``run()``.
    public private(set) var timelinePath: String?

    /// - Parameters:
    ///   - connection: that has joined a group.
    ///   - events: of that connection, since before it joined: streams that are offered meanwhile are not missed.
    public init(
        _ connection: ServerConnection, events: Events<ServerEvent>, options: Options,
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.connection = connection
        self.events = events
        self.options = options
        self.onEvent = onEvent
    }

    public var progress: Progress {
        var result = Progress()
        result.streams = recorders.count
        result.total = ended
        for recorder in recorders.values { result.total.add(recorder.progress) }
        if let start { result.duration = Instant.current - start }
        return result
    }

    /// Asks for the streams, and records until the task is cancelled, which is the normal end: all files are whole then.
    ///
    /// - Throws: ``MediaError`` when something cannot be written; ``ServerConnectionError`` when the connection has ended. Files
    ///   are whole then, too, as far as the disk takes them.
    public func run() async throws {
        let now = Instant.current
        start = now
        let wallClock = WallClock.current
        let timeline = try openTimeline(now, wallClock)
        timelinePath = timeline.path
        try await timeline.write(
            "recording",
            [
                "version": .integer(Timeline.version), "program": "swift-galene",
                "group": .string(await connection.group ?? ""),
            ], at: now)
        for user in await connection.users.values.sorted(by: { $0.id < $1.id }) where user.id != connection.id {
            members.insert(user.id)
            try await timeline.write("present", Self.members(of: user), at: now)
        }
        try await connection.request([options.label ?? "": [.audio, options.isLow ? .videoLow : .video]])
        // One failure ends all: a disk that is full is full for everybody.
        let (failures, failed) = AsyncStream.makeStream(of: MediaError.self, bufferingPolicy: .bufferingOldest(1))
        var failure: (any Error)?
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { for await error in failures { throw error } }
                group.addTask {
                    defer { failed.finish() }
                    try await self.listen(timeline, wallClock) { failed.yield($0) }
                }
                // The first failure ends the loop, and so the other one.
                for try await _ in group {}
            }
        } catch {
            failure = error
        }
        // Also by whoever was cancelled: a queue of its own writes it.
        do throws(MediaError) {
            try await timeline.write("stopped", at: .current)
        } catch {
            self.failure = self.failure ?? error
        }
        // Who ends a recording believes that the files are whole, unless told otherwise.
        if let failure = self.failure ?? failure { throw failure }
    }

    private func openTimeline(_ now: Instant, _ wallClock: WallClock) throws(MediaError) -> Timeline {
        do {
            try FileManager.default.createDirectory(
                atPath: options.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw MediaError(
                .notAllowed, "the directory \(options.directory) cannot be made: \(error.localizedDescription)")
        }
        return try Timeline(directory: options.directory, start: now, wallClock: wallClock)
    }

    // MARK: What happens

    private func listen(
        _ timeline: Timeline, _ wallClock: WallClock, onFailure: @escaping @Sendable (MediaError) -> Void
    ) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            var end: ServerConnectionError?
            loop: for try await event in events {
                switch event {
                case .downStream(let stream):
                    guard let recorder = try await recorder(of: stream, timeline, wallClock) else { continue }
                    group.addTask { await self.record(recorder, timeline, onFailure) }
                case .failed(let error): end = error
                case .closed(let code, let reason):
                    end =
                        end
                        ?? ServerConnectionError(
                            .closed, "the server closed the connection (\(code))\(reason.isEmpty ? "" : ": \(reason)")")
                    break loop
                case .joined(let change) where change.kind == .leave:
                    end = ServerConnectionError(.closed, "the group was left")
                    break loop
                default: try await note(event, timeline)
                }
            }
            // Streams end with the connection, and of those that do not the files end with this.
            group.cancelAll()
            if let end, !Task.isCancelled { throw end }
        }
    }

    private func note(_ event: ServerEvent, _ timeline: Timeline) async throws {
        let now = Instant.current
        switch event {
        case .user(let kind, let user) where user.id != connection.id:
            switch kind {
            case .add where members.insert(user.id).inserted:
                try await timeline.write("join", Self.members(of: user), at: now)
            case .delete where members.remove(user.id) != nil:
                try await timeline.write("leave", Self.members(of: user), at: now)
            default: break
            }
        case .chat(let chat):
            guard options.recordsChat else { return }
            try await timeline.write("chat", Self.members(of: chat), at: now)
        case .reconnecting(let attempt):
            onEvent(.reconnecting(attempt))
            try await timeline.write("reconnecting", ["reason": .string(attempt.reason)], at: now)
        case .reconnected:
            onEvent(.reconnected)
            try await timeline.write("reconnected", at: now)
            // Nobody knows what lies between.
            for recorder in recorders.values { await recorder.split() }
        default: break
        }
    }

    private func isWanted(_ stream: GaleneClient.Stream) -> Bool {
        (options.label == nil || stream.label == options.label)
            && (options.members.isEmpty
                || options.members.contains { $0 == stream.username || $0 == stream.source })
    }

    /// - Returns: `nil` for a stream that is not to be recorded, or is already.
    private func recorder(
        of stream: GaleneClient.Stream, _ timeline: Timeline, _ wallClock: WallClock
    ) async throws -> StreamRecorder? {
        guard recorders[ObjectIdentifier(stream)] == nil else { return nil }
        guard isWanted(stream) else {
            // The server need not send it.
            await stream.abort()
            return nil
        }
        guard recorders.count < Self.maximumStreams else {
            let error = MediaError(.failed, "more than \(Self.maximumStreams) streams at one time are not recorded")
            try await refuse(stream, error, timeline)
            await stream.abort()
            return nil
        }
        let recorder = StreamRecorder(
            stream, directory: options.directory, keyFrameInterval: options.keyFrameInterval, wallClock: wallClock,
            queue: WriterQueue()
        ) { event async throws(MediaError) in
            try await self.tell(event, of: stream, timeline)
        }
        recorders[ObjectIdentifier(stream)] = recorder
        return recorder
    }

    private func record(
        _ recorder: StreamRecorder, _ timeline: Timeline, _ onFailure: @Sendable (MediaError) -> Void
    ) async {
        func fail(_ error: MediaError) {
            failure = failure ?? error
            onFailure(error)
        }
        do throws(MediaError) {
            try await recorder.run()
        } catch {
            // Frames that no file can have are a matter of one stream.
            if error.kind == .unsupported {
                do throws(MediaError) {
                    try await refuse(recorder.stream, error, timeline)
                } catch {
                    fail(error)
                }
            } else {
                fail(error)
            }
        }
        ended.add(recorder.progress)
        recorders[ObjectIdentifier(recorder.stream)] = nil
    }

    private func refuse(
        _ stream: GaleneClient.Stream, _ error: MediaError, _ timeline: Timeline
    ) async throws(MediaError) {
        onEvent(.refused(error, username: stream.username, label: stream.label))
        var members = Self.members(of: stream)
        members["reason"] = .string(error.description)
        try await timeline.write("refused", members, at: .current)
    }

    private func tell(
        _ event: StreamRecorder.Event, of stream: GaleneClient.Stream, _ timeline: Timeline
    ) async throws(MediaError) {
        var members = Self.members(of: stream)
        switch event {
        case .began(let file):
            onEvent(.began(file, username: stream.username, label: stream.label))
            members["file"] = .string(Self.name(of: file))
            try await timeline.write("begin", members, at: file.start)
        case .ended(let file):
            onEvent(.ended(file))
            members["file"] = .string(Self.name(of: file))
            members["seconds"] = .number(Self.seconds(file.duration))
            members["bytes"] = .integer(Int64(file.size))
            members["lost"] = .integer(Int64(file.lostPackets))
            try await timeline.write("end", members, at: file.start + file.duration)
        case .overflowed(let gap):
            onEvent(.overflowed(gap, username: stream.username, label: stream.label))
            members["seconds"] = .number(Self.seconds(gap))
            try await timeline.write("overflow", members, at: .current)
        }
    }

    // MARK: What a line has

    private static func name(of file: RecordedFile) -> String { String(file.path.split(separator: "/").last ?? "") }

    /// To milliseconds.
    private static func seconds(_ duration: Duration) -> Double { Double(duration.wholeNanoseconds / 1_000_000) / 1000 }

    private static func members(of user: User) -> [String: JSONValue] {
        ["id": .string(user.id), "username": .string(user.username)]
    }

    private static func members(of stream: GaleneClient.Stream) -> [String: JSONValue] {
        [
            "stream": .string(stream.id), "label": .string(stream.label), "id": .string(stream.source ?? ""),
            "username": .string(stream.username ?? ""),
        ]
    }

    private static func members(of chat: ChatMessage) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "id": .string(chat.source ?? ""), "username": .string(chat.username ?? ""), "text": .string(chat.text),
        ]
        if chat.kind == .me { members["me"] = .bool(true) }
        if chat.dest != nil { members["private"] = .bool(true) }
        if chat.isHistory { members["history"] = .bool(true) }
        if let time = chat.time { members["sent"] = .string(time.text) }
        return members
    }
}
