// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import NIOCore
import NIOPosix
import ProgramKit
import RTCBase
import RTP
import WebRTCIO

/// Publishes clips in real time.
actor Publisher {
    private let connection: ServerConnection
    private var stream: GaleneClient.Stream?
    private var tasks: [Task<Void, any Error>] = []
    /// Encodings of which a key frame is wanted, by track and rid.
    private var wanted: Set<String> = []

    init(_ connection: ServerConnection) { self.connection = connection }

    /// - Parameter words: the label, the picture, the sound, and perhaps the picture's low encoding.
    func publish(_ words: ArraySlice<String>, isReplacement: Bool) async throws {
        let words = Array(words)
        guard words.count >= 3 else { throw MediaMember.Mistake("publish LABEL PICTURE SOUND [LOW]") }
        for task in tasks { task.cancel() }
        tasks = []
        let pictures = [words[1]] + words.dropFirst(3)
        let encodings = pictures.count > 1 ? PublishedTrack.simulcast : [PublishedTrack.Encoding()]
        let sound = try Clip(path: words[2])
        let clips = try pictures.map { try Clip(path: $0) }
        let stream = try await connection.newUpStream(
            label: words[0],
            tracks: [PublishedTrack(sound.codec), PublishedTrack(clips[0].codec, encodings: encodings)],
            replacing: isReplacement ? self.stream?.localID : nil)
        self.stream = stream
        Report(event: "up", stream: stream.id).say()
        let start = Instant.current
        tasks.append(Task { for try await event in stream.events { self.note(event, of: stream.id) } })
        tasks.append(Task { try await self.play(sound, "audio", nil, from: start, into: stream) })
        for (encoding, clip) in zip(encodings, clips) {
            tasks.append(Task { try await self.play(clip, "video", encoding.rid, from: start, into: stream) })
        }
    }

    private func play(
        _ clip: Clip, _ track: String, _ rid: String?, from start: Instant, into stream: GaleneClient.Stream
    ) async throws {
        var clip = clip
        let (begun, name) = (Instant.current, Self.name(track, rid))
        var due = Duration.zero
        for await _ in Self.ticks(every: clip.interval) {
            // A tick that came late stands for those that it has kept from coming.
            while begun + due <= .current {
                if wanted.remove(name) != nil { clip.skipToKeyFrame() }
                try await stream.send(clip.next(), track: track, rid: rid, capturedAt: start + due)
                due += clip.interval
            }
        }
    }

    private static func ticks(every interval: Duration) -> AsyncStream<Void> {
        AsyncStream { continuation in
            let delay = TimeAmount.nanoseconds(interval.wholeNanoseconds)
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let clock = loop.scheduleRepeatedTask(initialDelay: .zero, delay: delay) { _ in continuation.yield() }
            continuation.onTermination = { _ in clock.cancel() }
        }
    }

    private func note(_ event: StreamEvent, of stream: String) {
        switch event {
        case .keyFrameRequested(let track, let rid): wanted.insert(Self.name(track, rid))
        case .status(let status): Report(event: "upStatus", stream: stream, status: status.rawValue).say()
        case .failed(let error): Report(event: "failed", stream: stream, error: "\(error)").say()
        default: break
        }
    }

    private static func name(_ track: String, _ rid: String?) -> String { "\(track) \(rid ?? "")" }

    func close() async {
        for task in tasks { task.cancel() }
        tasks = []
        await stream?.close()
        stream = nil
    }
}
