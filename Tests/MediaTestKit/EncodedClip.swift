// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
public import RTP

/// Frames of an encoder that is not ours: `ffmpeg`'s.
public struct EncodedClip: Sendable {
    public var frames: [EncodedFrame]

    /// Pictures of 25 a second with a key frame each second.
    public static func picture(_ codec: Codec, seconds: Int = 3, size: (Int, Int) = (160, 120)) throws -> EncodedClip {
        let encoder: [String] =
            switch codec {
            case .vp8: ["-c:v", "libvpx"]
            case .vp9: ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0"]
            case .av1: ["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0"]
            default:
                [
                    "-c:v", "libx264", "-profile:v", "baseline", "-preset", "veryfast", "-tune", "zerolatency",
                    "-x264-params", "aud=1",
                ]
            }
        let bytes = try ScratchDirectory.run(
            "ffmpeg",
            ["-loglevel", "error", "-f", "lavfi", "-i", "testsrc=s=\(size.0)x\(size.1):r=25", "-t", "\(seconds)"]
                + ["-pix_fmt", "yuv420p"] + encoder
                + ["-g", "25", "-b:v", "300k", "-f", codec == .h264 ? "h264" : "ivf", "-"])
        let frames = codec == .h264 ? accessUnits(bytes) : ivf(bytes)
        return EncodedClip(
            frames: frames.enumerated().map { number, bytes in
                EncodedFrame(
                    codec: codec, timestamp: UInt32(number * 3600), isKeyFrame: number % 25 == 0,
                    // RTP carries no temporal delimiters (two bytes).
                    bytes: codec == .av1 ? Array(bytes.dropFirst(2)) : bytes)
            })
    }

    /// Packets of 20 ms.
    public static func sound(_ codec: Codec, seconds: Int = 3) throws -> EncodedClip {
        let (encoder, format, rate, size): (String, String, Int, Int) =
            switch codec {
            case .opus: ("libopus", "ogg", 48_000, 0)
            case .pcmu: ("pcm_mulaw", "mulaw", 8000, 160)
            case .pcma: ("pcm_alaw", "alaw", 8000, 160)
            default: ("g722", "g722", 16_000, 160)
            }
        let bytes = try ScratchDirectory.run(
            "ffmpeg",
            ["-loglevel", "error", "-f", "lavfi", "-i", "sine=frequency=1000:sample_rate=48000:duration=\(seconds)"]
                + ["-ac", codec == .opus ? "2" : "1", "-ar", "\(rate)", "-c:a", encoder]
                + (codec == .opus ? ["-frame_duration", "20"] : []) + ["-f", format, "-"])
        let packets =
            codec == .opus
            ? ogg(bytes) : stride(from: 0, to: bytes.count - size + 1, by: size).map { Array(bytes[$0..<$0 + size]) }
        return EncodedClip(
            frames: packets.enumerated().map { number, bytes in
                EncodedFrame(
                    codec: codec, timestamp: UInt32(number * codec.clockRate / 50), isKeyFrame: true, bytes: bytes)
            })
    }

    private static func little(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }

    private static func ivf(_ bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var offset = 32
        while offset + 12 <= bytes.count {
            let size = little(bytes[offset..<offset + 4])
            frames.append(Array(bytes[offset + 12..<offset + 12 + size]))
            offset += 12 + size
        }
        return frames
    }

    /// Cut before each access unit delimiter.
    private static func accessUnits(_ bytes: [UInt8]) -> [[UInt8]] {
        let starts = bytes.indices.dropLast(4).filter { bytes[$0..<$0 + 5] == [0, 0, 0, 1, 9] }
        return zip(starts, starts.dropFirst() + [bytes.count]).map { Array(bytes[$0..<$1]) }
    }

    /// The packets of a stream of Ogg (RFC 3533 section 6) behind the two of the header.
    private static func ogg(_ bytes: [UInt8]) -> [[UInt8]] {
        var packets: [[UInt8]] = [[]]
        var offset = 0
        while offset + 27 <= bytes.count {
            let lengths = bytes[offset + 27..<offset + 27 + Int(bytes[offset + 26])]
            offset += 27 + lengths.count
            for length in lengths {
                packets[packets.count - 1] += bytes[offset..<offset + Int(length)]
                offset += Int(length)
                if length < 255 { packets.append([]) }
            }
        }
        return Array(packets.dropFirst(2).dropLast())
    }
}
