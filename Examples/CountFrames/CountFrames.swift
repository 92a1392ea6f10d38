// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

/// Receives everything that is published and counts its frames, each second a line:
/// `example-count-frames https://HOST/group/NAME/`.
@main
struct CountFrames {
    static func main() async throws {
        let connection = try ServerConnection()
        let events = connection.events
        let status = try await connection.status(of: CommandLine.arguments[1])
        try await connection.connect(to: status)
        try await connection.join(group: status.name, username: "counter", credentials: .none)
        try await connection.request(["": [.audio, .video]])
        // A stream is told of again when its tracks change.
        var known: Set<String> = []
        try await withThrowingTaskGroup(of: Void.self) { streams in
            for try await event in events {
                guard case .downStream(let stream) = event, known.insert(stream.id).inserted else { continue }
                await stream.setStatsInterval(.seconds(1))
                streams.addTask {
                    for try await event in stream.events {
                        guard case .statistics(let statistics) = event else { continue }
                        let frames = statistics.inbound.map { "\($0.track): \($0.framesReceived)" }
                        print("\(stream.username ?? "?") \(stream.label) \(frames.joined(separator: ", "))")
                    }
                }
            }
        }
    }
}
