// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import ProgramKit
import RTP

/// Takes down streams, counts their frames and writes them to files.
actor Receiver {
    private let directory: String?
    private var known: Set<String> = []
    /// By stream and track.
    private var recorders: [String: TrackRecorder] = [:]
    private var tasks: [Task<Void, any Error>] = []

    init(directory: String?) { self.directory = directory }

    /// A stream that the connection tells of, the first time or again.
    func take(_ stream: GaleneClient.Stream) {
        guard known.insert(stream.id).inserted else { return }
        Report(event: "stream", stream: stream.id, label: stream.label, username: stream.username).say()
        let (events, frames) = (stream.events, stream.frames)
        tasks.append(
            Task {
                for try await event in events { Self.tell(event, of: stream.id) }
            })
        tasks.append(
            Task {
                for try await frame in frames { try self.take(frame, of: stream.id) }
            })
    }

    private static func tell(_ event: StreamEvent, of stream: String) {
        switch event {
        case .negotiated: Report(event: "negotiated", stream: stream).say()
        case .status(let status): Report(event: "status", stream: stream, status: status.rawValue).say()
        case .trackRemoved(let track): Report(event: "trackRemoved", stream: stream, track: track.id).say()
        case .failed(let error): Report(event: "failed", stream: stream, error: "\(error)").say()
        case .closed(let isReplaced): Report(event: "closed", stream: stream, replaces: isReplaced).say()
        default: break
        }
    }

    private func take(_ frame: MediaFrame, of stream: String) throws {
        let name = "\(stream)-\(frame.track)"
        var recorder =
            try recorders[name]
            ?? TrackRecorder(stream, frame.track, frame.frame.codec, file: directory.map { "\($0)/\(name)" })
        try recorder.take(frame)
        recorders[name] = recorder
    }

    func report() {
        for name in recorders.keys.sorted() { recorders[name]?.report.say() }
        Report(event: "reported").say()
    }

    /// After the end of all streams.
    func finish() async {
        for task in tasks { _ = try? await task.value }
        report()
    }
}
