// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneClient
public import MediaIO
import RTCBase
import Synchronization
import WebRTCIO

/// Records a down stream: sound and picture as they were sent, into a WebM file (Matroska where WebM does not have the
/// codec).
///
///     let recorder = StreamRecorder(stream, directory: "recordings")
///     try await recorder.run()
///
/// The file can be played at any time, also when the process is killed (``MatroskaWriter``). Sound and picture are in step by
/// when they were captured. What the network has lost stays a gap; a picture goes on with what can be decoded. When something
/// comes that a file cannot have in it (another codec, a track that was added, another size of H.264), another file begins.
///
/// It listens from the moment it is made: make it as soon as there is the stream, and its first key frame is not missed.
public final class StreamRecorder: Sendable {
    public enum Event: Sendable, Hashable {
        case began(RecordedFile)
        case ended(RecordedFile)
        /// The disk was too slow for so long that what waited reached ``EventLimits``: so much is missing.
        case overflowed(Duration)
    }

    public let stream: GaleneClient.Stream
    private let files: StreamFiles
    private let frames: Events<MediaFrame>
    private let onEvent: @Sendable (Event) async throws(MediaError) -> Void
    private let state = Mutex(State())

    private struct State {
        var progress = RecordingProgress()
        /// Of the files before the open one.
        var ended = RecordingProgress()
        var lastPresentation: Instant?
    }

    /// How often a disk that is too slow is given another chance.
    static let maximumOverflows = 1000
    private let overflowsLeft: Int

    /// - Parameters:
    ///   - directory: that exists.
    ///   - keyFrameInterval: how long after a key frame another one is asked for, so that players can jump there. 10 s by
    ///     default: each costs all who get the stream. `nil` for never.
    ///   - onEvent: is waited for; what it throws ends the recording.
    public convenience init(
        _ stream: GaleneClient.Stream, directory: String, keyFrameInterval: Duration? = .seconds(10),
        onEvent: @escaping @Sendable (Event) async throws(MediaError) -> Void = { _ in }
    ) {
        self.init(
            stream, directory: directory, keyFrameInterval: keyFrameInterval, wallClock: .current, queue: WriterQueue(),
            onEvent: onEvent)
    }

    init(
        _ stream: GaleneClient.Stream, directory: String, keyFrameInterval: Duration?, wallClock: WallClock,
        queue: WriterQueue, maximumOverflows: Int = StreamRecorder.maximumOverflows,
        onEvent: @escaping @Sendable (Event) async throws(MediaError) -> Void
    ) {
        self.stream = stream
        self.onEvent = onEvent
        overflowsLeft = maximumOverflows
        frames = stream.frames
        let parts = [stream.username ?? "", stream.label]
        let naming = StreamFiles.Naming(
            directory: directory, title: parts.filter { !$0.isEmpty }.joined(separator: " – ")
        ) { RecordingName.stem(parts, unixNanoseconds: wallClock.unixNanoseconds(at: $0)) }
        files = StreamFiles(naming, keyFrameInterval: keyFrameInterval, queue: queue)
    }

    /// Until now.
    public var progress: RecordingProgress { state.withLock { $0.progress } }

    /// Ends the file, and begins another one with the next key frame: after a connection was lost, for instance, because
    /// nobody knows then how long.
    public func split() async {
        await files.split()
        for track in await stream.tracks { await stream.requestKeyFrame(track: track.id) }
    }

    /// Records until the stream ends or the task is cancelled, which is a normal end too: files are whole then.
    ///
    /// - Throws: ``MediaError`` when a file cannot be written any further.
    public func run() async throws(MediaError) {
        let watch = Task { [weak self] in
            // So long what has come may be in memory alone; see ``MatroskaWriter/flush()``.
            while (try? await Task.sleep(for: .seconds(1))) != nil { await self?.tick() }
        }
        defer { watch.cancel() }
        var tracks = await stream.tracks
        do throws(MediaError) {
            try await record(&tracks)
            for event in try await files.finish(of: tracks) { try await handle(event) }
            await note(nil)
        } catch {
            // What was written is told all the same.
            for event in await files.takeEvents() { try? await handle(event) }
            await note(nil)
            throw error
        }
    }

    private func record(_ tracks: inout [StreamTrack]) async throws(MediaError) {
        var frames = self.frames
        for _ in 0..<overflowsLeft {
            do {
                for try await frame in frames {
                    if !tracks.contains(where: { $0.id == frame.track }) { tracks = await stream.tracks }
                    try await take(frame, of: tracks)
                }
                return
            } catch let error as MediaError {
                throw error
            } catch {
                // Nothing else than having fallen behind ends it so.
                frames = stream.frames
                try await overflowed(&frames, tracks)
            }
        }
        throw MediaError(.failed, "the disk is too slow for the recording")
    }

    private func take(_ frame: MediaFrame, of tracks: [StreamTrack]) async throws(MediaError) {
        for event in try await files.receive(frame, of: tracks) { try await handle(event) }
        await note(frame.presentation)
    }

    private func overflowed(_ frames: inout Events<MediaFrame>, _ tracks: [StreamTrack]) async throws(MediaError) {
        let last = state.withLock { state in
            state.ended.overflows += 1
            return state.lastPresentation
        }
        await files.skip(of: tracks)
        await note(nil)
        try await onEvent(.overflowed(last.map { max(.zero, Instant.current - $0) } ?? .zero))
    }

    private func tick() async {
        // What fails here fails again with the next frame, or at the end.
        guard let events = try? await files.tick(of: await stream.tracks, now: .current) else { return }
        for event in events { try? await handle(event) }
        await note(nil)
    }

    private func handle(_ event: StreamFiles.Event) async throws(MediaError) {
        switch event {
        case .began(let file):
            state.withLock { $0.ended.files += 1 }
            try await onEvent(.began(file))
        case .ended(let file):
            state.withLock { state in state.ended.add(file) }
            try await onEvent(.ended(file))
        case .keyFrameNeeded(let track): await stream.requestKeyFrame(track: track)
        }
    }

    private func note(_ presentation: Instant?) async {
        let file = await files.current
        state.withLock { state in
            state.progress = state.ended
            if let file { state.progress.add(file) }
            if let presentation { state.lastPresentation = presentation }
        }
    }
}
