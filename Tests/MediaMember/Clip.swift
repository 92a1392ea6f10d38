// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import RTP

/// The frames of a file, to be sent again and again: VP8 in IVF, or Opus in Ogg.
struct Clip {
    private let codec: Codec
    private let frames: [[UInt8]]
    let interval: Duration
    /// Of the next frame in the file.
    private var place = 0
    /// Of the frames that were taken.
    private var count = 0

    /// Opus in packets of 20 ms, which is what encoders make unless told otherwise.
    private static let packetDuration = Duration.milliseconds(20)

    init(path: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        if bytes.starts(with: Array("OggS".utf8)) {
            codec = .opus
            interval = Self.packetDuration
            frames = OggPages.packets(of: bytes)
        } else {
            codec = .vp8
            guard let rate = Bytes.read(UInt32.self, of: bytes, at: 16), rate > 0,
                let scale = Bytes.read(UInt32.self, of: bytes, at: 20)
            else { throw CocoaError(.fileReadCorruptFile) }
            interval = .seconds(1) * Int(scale) / Int(rate)
            frames = Self.ivfFrames(bytes)
        }
        guard !frames.isEmpty else { throw CocoaError(.fileReadCorruptFile) }
    }

    private static func ivfFrames(_ bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var offset = 32
        while let size = Bytes.read(UInt32.self, of: bytes, at: offset).map(Int.init), offset + 12 + size <= bytes.count
        {
            frames.append(Array(bytes[offset + 12..<offset + 12 + size]))
            offset += 12 + size
        }
        return frames
    }

    private func isKeyFrame(_ place: Int) -> Bool {
        // RFC 6386 section 9.1: the lowest bit is clear in key frames.
        codec == .opus || frames[place].first.map { $0 & 1 == 0 } ?? false
    }

    /// Goes on to the next key frame of the file: an encoder would make one.
    mutating func skipToKeyFrame() {
        for _ in frames.indices where !isKeyFrame(place) { place = (place + 1) % frames.count }
    }

    mutating func next() -> EncodedFrame {
        defer {
            place = (place + 1) % frames.count
            count += 1
        }
        let (seconds, attoseconds) = (interval * count).components
        let ticks =
            seconds * Int64(codec.clockRate) + attoseconds / (1_000_000_000_000_000_000 / Int64(codec.clockRate))
        return EncodedFrame(
            codec: codec, timestamp: UInt32(truncatingIfNeeded: ticks), isKeyFrame: isKeyFrame(place),
            bytes: frames[place])
    }
}
