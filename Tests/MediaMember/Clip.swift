// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import RTP

/// The frames of a file, to be sent again and again: VP8, VP9 or AV1 in IVF, H.264 as a byte stream, or Opus in Ogg.
struct Clip {
    let codec: Codec
    private let frames: [[UInt8]]
    let interval: Duration
    /// Of the next frame in the file.
    private var place = 0
    /// Of the frames that were taken.
    private var count = 0

    /// Opus in packets of 20 ms, which is what encoders make unless told otherwise.
    private static let packetDuration = Duration.milliseconds(20)
    /// A byte stream does not tell its rate in a place that is easy to find: 25 frames a second, as all clips of the tests.
    private static let byteStreamInterval = Duration.milliseconds(40)

    init(path: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        if bytes.starts(with: Array("OggS".utf8)) {
            codec = .opus
            interval = Self.packetDuration
            frames = OggPages.packets(of: bytes)
        } else if bytes.starts(with: Array("DKIF".utf8)) {
            guard let codec = Self.ivfCodec(bytes), let rate = Bytes.read(UInt32.self, of: bytes, at: 16), rate > 0,
                let scale = Bytes.read(UInt32.self, of: bytes, at: 20)
            else { throw CocoaError(.fileReadCorruptFile) }
            self.codec = codec
            interval = .seconds(1) * Int(scale) / Int(rate)
            frames = Self.ivfFrames(bytes)
        } else {
            codec = .h264
            interval = Self.byteStreamInterval
            frames = AccessUnits.all(of: bytes)
        }
        guard !frames.isEmpty else { throw CocoaError(.fileReadCorruptFile) }
    }

    private static func ivfCodec(_ bytes: [UInt8]) -> Codec? {
        switch String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self) {
        case "VP80": .vp8
        case "VP90": .vp9
        case "AV01": .av1
        default: nil
        }
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
        let frame = frames[place]
        switch codec {
        // RFC 6386 section 9.1: the lowest bit is clear in key frames.
        case .vp8: return frame.first.map { $0 & 1 == 0 } ?? false
        case .vp9: return frame.withUnsafeBytes { VP9FrameHeader(parsing: $0)?.isKeyFrame } ?? false
        // Encoders put a sequence header (AV1 specification section 5.5) before each key frame and nowhere else: behind
        // the temporal delimiter of two bytes.
        case .av1:
            return frame.dropFirst(2).first.map { AV1OBUType(rawValue: $0 >> 3 & 0x0f) == .sequenceHeader } ?? false
        case .h264: return H264ParameterSets.arePresent(in: frame)
        case .opus, .g722, .pcmu, .pcma: return true
        }
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
