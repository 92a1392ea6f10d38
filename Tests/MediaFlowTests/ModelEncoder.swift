// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP

/// Makes frames that look like a codec's and say in their last bytes which they are, and remembers what each needs.
struct ModelEncoder {
    struct Frame {
        var bytes: [UInt8]
        var isKeyFrame: Bool
        /// The frames that it needs.
        var references: [Int]
        /// On the receiver's clock.
        var captured: Instant
    }

    let codec: Codec
    private(set) var frames: [Frame] = []
    private var random: SeededRandom
    /// The frame that the next one refers to.
    private var last: Int?

    init(_ codec: Codec, seed: UInt64) {
        self.codec = codec
        random = SeededRandom(seed: seed)
    }

    /// The next frame.
    ///
    /// - Parameters:
    ///   - size: bytes of its body.
    ///   - references: what it needs; `nil` for the frame before.
    mutating func encode(
        size: Int, isKeyFrame: Bool, references: [Int]? = nil, timestamp: UInt32, captured: Instant
    ) -> EncodedFrame {
        let number = frames.count
        // No zeros: no start code of H.264 can arise.
        let body = random.bytes(max(0, size - 8)).map { $0 | 1 } + Self.name(number)
        let bytes = Self.frame(codec, body: body, isKeyFrame: isKeyFrame)
        let needs = isKeyFrame || codec.kind == .audio ? [] : references ?? last.map { [$0] } ?? []
        frames.append(Frame(bytes: bytes, isKeyFrame: isKeyFrame, references: needs, captured: captured))
        last = number
        return EncodedFrame(
            codec: codec, timestamp: timestamp, isKeyFrame: isKeyFrame || codec.kind == .audio, bytes: bytes)
    }

    /// The last frame was not sent: the next one does not refer to it.
    mutating func forgetLast() { last = nil }

    private static func frame(_ codec: Codec, body: [UInt8], isKeyFrame: Bool) -> [UInt8] {
        switch codec {
        case .vp8: return (isKeyFrame ? hex("10 02 00 9d 01 2a 80 02 e0 01") : hex("31 02 00")) + body
        case .vp9: return hex(isKeyFrame ? "82 49 83 42 00 09 f0 07 74" : "86") + body
        case .h264:
            let slice = hex("00000001") + (isKeyFrame ? [0x65, 0x80] : [0x61, 0x80]) + body
            return (isKeyFrame ? hex("00000001 6742e01f 00000001 68ce") : []) + slice
        case .av1:
            var writer = ByteWriter()
            if isKeyFrame { writer.write(hex("0a 02 0800")) }
            writer.write(0x32 as UInt8)
            LEB128.write(UInt32(body.count + 1), into: &writer)
            writer.write((isKeyFrame ? 0x10 : 0x30) as UInt8)
            writer.write(body)
            return writer.bytes
        default: return body
        }
    }

    /// A frame's number in eight bytes that are not zero.
    private static func name(_ number: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 4) & 0x0f) << 1 | 1 }
    }

    /// Which frame bytes are; `nil` when they are none, or have changed.
    func number(of bytes: [UInt8]) -> Int? {
        guard bytes.count >= 8 else { return nil }
        var number = 0
        for (position, byte) in bytes.suffix(8).enumerated() { number |= Int(byte >> 1) << (position * 4) }
        return number < frames.count && frames[number].bytes == bytes ? number : nil
    }
}

/// What a decoder makes of the frames that it is given.
struct ModelDecoder {
    private(set) var decoded: Set<Int> = []
    private(set) var order: [Int] = []
    /// Frames that are none of the encoder's, or have changed.
    private(set) var strange = 0
    /// Frames that refer to one that was not decoded.
    private(set) var undecodable: [Int] = []
    /// Frames that came twice or behind a later one.
    private(set) var disordered: [Int] = []

    mutating func decode(_ frame: EncodedFrame, of encoder: ModelEncoder) -> Int? {
        guard let number = encoder.number(of: frame.bytes) else {
            strange += 1
            return nil
        }
        if let last = order.last, number <= last { disordered.append(number) }
        order.append(number)
        if encoder.frames[number].references.allSatisfy({ decoded.contains($0) }) {
            decoded.insert(number)
        } else {
            undecodable.append(number)
        }
        return number
    }
}
