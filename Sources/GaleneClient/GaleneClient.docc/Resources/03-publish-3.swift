// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import RTP

private protocol Encoder: Sendable {
    func makeKeyFrame() async
    func setBitrate(_ bitsPerSecond: Int) async
}

private func publish(
    _ frames: AsyncStream<EncodedFrame>, of encoder: some Encoder, on connection: ServerConnection
) async throws {
    guard await connection.permissions.contains(.present) else { return }
    let stream = try await connection.newUpStream(
        label: "camera", tracks: [PublishedTrack(.opus), PublishedTrack(.vp8)])
    let listening = Task {
        for try await event in stream.events {
            switch event {
            case .keyFrameRequested: await encoder.makeKeyFrame()
            case .targetBitrate("video", _, let rate): await encoder.setBitrate(rate)
            default: break
            }
        }
    }
    for await frame in frames {
        try await stream.send(frame, track: frame.codec == .opus ? "audio" : "video")
    }
    await stream.close()
    try await listening.value
}
