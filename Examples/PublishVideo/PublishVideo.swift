// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneProtocol
import RTP

/// Publishes a video again and again: `example-publish-video https://HOST/group/NAME/ FILE.ivf`. The file has VP8 in IVF,
/// as `ffmpeg -i ANYTHING -c:v libvpx -g 30 FILE.ivf` makes it; a key frame now and then lets newcomers begin.
@main
struct PublishVideo {
    static func main() async throws {
        let frames = try VideoFile(path: CommandLine.arguments[2])
        let connection = try ServerConnection()
        let status = try await connection.status(of: CommandLine.arguments[1])
        try await connection.connect(to: status)
        try await connection.join(group: status.name, username: "publisher", credentials: .none)
        let stream = try await connection.newUpStream(label: "video", tracks: [PublishedTrack(.vp8)])
        let clock = ContinuousClock()
        var next = clock.now
        var number = 0
        while true {
            let frame = frames.frame(number)
            // A frame that cannot be decoded without one that was not sent is left out by itself.
            try await stream.send(frame, track: "video")
            number += 1
            next += frames.interval
            try await clock.sleep(until: next)
        }
    }
}

/// The frames of an IVF file: a header of 32 bytes, then before each frame its size and its number.
struct VideoFile {
    private let frames: [[UInt8]]
    let interval: Duration

    init(path: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        func number(at offset: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
        guard bytes.count > 44, bytes.starts(with: Array("DKIF".utf8)), number(at: 16) > 0 else {
            throw CocoaError(.fileReadCorruptFile)
        }
        interval = .seconds(1) * number(at: 20) / number(at: 16)
        var frames: [[UInt8]] = []
        var offset = 32
        while offset + 12 <= bytes.count, case let size = number(at: offset), offset + 12 + size <= bytes.count {
            frames.append(Array(bytes[offset + 12..<offset + 12 + size]))
            offset += 12 + size
        }
        self.frames = frames
    }

    /// The n-th frame, beginning anew after the last.
    func frame(_ number: Int) -> EncodedFrame {
        let bytes = frames[number % frames.count]
        // RFC 6386 section 9.1: the lowest bit is clear in key frames.
        let isKeyFrame = bytes.first.map { $0 & 1 == 0 } ?? false
        let (seconds, attoseconds) = (interval * number).components
        let timestamp = UInt32(truncatingIfNeeded: seconds * 90_000 + attoseconds / 11_111_111_111_111)
        return EncodedFrame(codec: .vp8, timestamp: timestamp, isKeyFrame: isKeyFrame, bytes: bytes)
    }
}
