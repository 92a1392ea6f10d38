// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import GaleneClient
import GaleneProtocol
import RTP
import ServerTestKit

/// A stream that Ann publishes and Bob receives, with a whole server between them.
struct PublishedStream {
    let ann: TestMember
    var bob: TestMember
    /// As Ann has it, and as Bob has.
    let up: GaleneClient.Stream
    let down: GaleneClient.Stream
    /// Films into it.
    let camera: TestCamera

    static let tracks = [PublishedTrack(.opus), PublishedTrack(.vp8)]

    /// - Parameters:
    ///   - rids: the encodings of the picture, as `tracks` have them.
    ///   - wanted: what Bob asks for.
    static func run(
        _ tracks: [PublishedTrack] = tracks, rids: [String?] = [nil], wanted: [RequestedTrack] = [.audio, .video],
        _ body: (inout PublishedStream) async throws -> Void
    ) async throws {
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ann = try await TestMember(server, "Ann")
            var bob = try await TestMember(server, "Bob")
            try await bob.connection.request(["": wanted])
            let up = try await ann.connection.newUpStream(label: "camera", tracks: tracks)
            let camera = TestCamera(up, rids: rids)
            defer { camera.stop() }
            let down = try await bob.downStream()
            var stream = PublishedStream(ann: ann, bob: bob, up: up, down: down, camera: camera)
            try await body(&stream)
            await ann.connection.close()
            await bob.connection.close()
        }
    }
}
