// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneClient
public import MediaIO
import RTCBase
import RTP

/// Publishes what a source gives, pictures and sound, as an up stream: encodes it in real time, follows the rate that the
/// network has room for, and makes key frames when somebody needs one.
///
///     let publisher = try await StreamPublisher.publish(label: "video", on: connection) { try FileSource(path) }
///     try await publisher.waitUntilEnd()
public final class StreamPublisher: Sendable {
    public let stream: Stream
    private let controls: PublishingControls
    private let work: Task<Void, any Error>

    /// How long a stream is kept after its last frame: for its last packets to be asked for again, and played.
    private static let farewell = Duration.seconds(1)

    /// Opens a source and publishes it; time begins when the stream is connected.
    ///
    /// - Parameters:
    ///   - label: `camera`, `screenshare`, `video` or a word of one's own.
    ///   - replacing: the local id of an up stream of which this one takes the place.
    ///   - source: is called on a thread of its own, to which the source then belongs.
    /// - Throws: ``MediaError`` of the source and the encoders; `ServerConnectionError` when one is in no group;
    ///   `CancellationError` when the task was cancelled before the source was open, which is let go then.
    public static func publish(
        label: String, on connection: ServerConnection, options: PublishingOptions = PublishingOptions(),
        replacing: String? = nil, source: @escaping @Sendable () throws(MediaError) -> any MediaSource
    ) async throws -> StreamPublisher {
        let controls = PublishingControls()
        var outputs = PublishingThread.start(options, controls, source).makeAsyncIterator()
        guard case .opened(let plan, let hasSound) = await outputs.next() else {
            // The source may be open by now, or will be: its thread lets go of it.
            controls.stop()
            try Task.checkCancellation()
            throw controls.with(\.failure) ?? MediaError(.unsupported, "there is nothing to be seen or heard")
        }
        var tracks: [PublishedTrack] = []
        if let plan { tracks.append(PublishedTrack(options.videoCodec, encodings: plan.published)) }
        if hasSound { tracks.append(PublishedTrack(.opus)) }
        guard !tracks.isEmpty else {
            controls.stop()
            throw MediaError(.unsupported, "there is nothing to be seen or heard")
        }
        do {
            let stream = try await connection.newUpStream(label: label, tracks: tracks, replacing: replacing)
            return StreamPublisher(stream, controls, outputs)
        } catch {
            controls.stop()
            throw error
        }
    }

    private init(
        _ stream: Stream, _ controls: PublishingControls,
        _ outputs: sending AsyncStream<PublishingThread.Output>.AsyncIterator
    ) {
        self.stream = stream
        self.controls = controls
        let events = stream.events
        work = Task {
            let following = Task { try await Self.follow(events, controls) }
            var outputs = outputs
            do {
                while case .frame(let frame, let track, let rid, let captured) = await outputs.next() {
                    let isTaken = try await stream.send(frame, track: track, rid: rid, capturedAt: captured)
                    controls.noteSent(frame, isTaken: isTaken)
                }
                if !controls.with(\.isStopped) { try await Task.sleep(for: Self.farewell) }
            } catch {
                controls.with { $0.failure = $0.failure ?? error }
            }
            controls.stop()
            await stream.close()
            try await following.value
            if let failure = controls.with(\.failure) { throw failure }
        }
    }

    /// Hands on what the network says, until the stream is over.
    private static func follow(_ events: Events<StreamEvent>, _ controls: PublishingControls) async throws {
        defer { controls.stop() }
        for try await event in events {
            switch event {
            case .status(.connected): controls.open()
            case .keyFrameRequested(_, let rid): controls.with { _ = $0.keyFrames.insert(rid) }
            case .targetBitrate(let track, let rid, let rate):
                guard track == MediaKind.video.rawValue else { break }
                controls.with { state in
                    state.targets[rid] = rate
                    state.statistics.targetBitrate = state.targets.values.reduce(0, +)
                }
            case .failed(let error): controls.with { $0.failure = $0.failure ?? error }
            case .aborted:
                controls.with { state in
                    state.failure = state.failure ?? MediaError(.notAllowed, "the server does not take the stream")
                }
            default: break
            }
        }
    }

    /// As of now.
    public var statistics: PublishingStatistics { controls.with(\.statistics) }

    /// Ends the stream; returns when it has ended.
    public func stop() async {
        controls.stop()
        _ = try? await work.value
    }

    /// Waits for the end of the source; where the waiting task is cancelled the stream ends at once.
    ///
    /// - Throws: what has ended it, unless the source was at its end or ``stop()`` was called.
    public func waitUntilEnd() async throws {
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            controls.stop()
        }
    }
}
