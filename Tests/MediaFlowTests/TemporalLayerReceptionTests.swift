// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import MediaFlow

/// How a stream with three temporal layers says what its frames need.
enum LayerSignalling: CaseIterable {
    case vp8, vp9Indexed, vp9Listed

    var codec: Codec { self == .vp8 ? .vp8 : .vp9 }
}

@Suite("Receiver of a picture with temporal layers")
struct TemporalLayerReceptionTests {
    /// One frame of the pattern 0 2 1 2, in which each needs the last one of its own layer or below.
    private struct Stream {
        let signalling: LayerSignalling
        var encoder: ModelEncoder
        var number: UInt16 = 65_000
        /// The last frame of each layer.
        var last: [Int] = [0, 0, 0]
        var tl0: UInt8 = 250
        var layers: [Int] = []

        init(_ signalling: LayerSignalling, seed: UInt64) {
            self.signalling = signalling
            encoder = ModelEncoder(signalling.codec, seed: seed)
        }

        mutating func next(isKeyFrame: Bool, size: Int) -> [[UInt8]] {
            let picture = encoder.frames.count
            let layer = isKeyFrame ? 0 : [0, 2, 1, 2][layers.count % 4]
            // The first frame of layers 1 and 2 after one of layer 0 needs only that.
            let isSync = layer > 0 && last[layer] < last[0]
            let needs = layer == 0 ? last[0] : isSync ? last[0] : (0...layer).map { last[$0] }.max() ?? 0
            if layer == 0 { tl0 &+= 1 }
            let frame = encoder.encode(
                size: size, isKeyFrame: isKeyFrame, references: layer == 0 ? [needs] : [needs, last[0]],
                timestamp: 0, captured: .zero)
            if isKeyFrame { last = [picture, picture, picture] } else { last[layer] = picture }
            layers.append(layer)
            if isKeyFrame { layers = [0] }
            let count = 1 + frame.bytes.count / 200
            let part = (frame.bytes.count + count - 1) / count
            return stride(from: 0, to: frame.bytes.count, by: part).map { start in
                var writer = ByteWriter()
                let isFirst = start == 0
                let isLast = start + part >= frame.bytes.count
                writer.write(
                    descriptor(
                        picture: picture, layer: layer, isFirst: isFirst, isLast: isLast, isKeyFrame: isKeyFrame,
                        isSync: isSync, needs: layer == 0 ? [needs] : Array(Set([needs, last[0]]))))
                writer.write(frame.bytes[start..<min(start + part, frame.bytes.count)])
                defer { number &+= 1 }
                return rtpPacket(
                    number, timestamp: UInt32(picture) * 3000, payload: writer.bytes, marker: isLast)
            }
        }

        private func descriptor(
            picture: Int, layer: Int, isFirst: Bool, isLast: Bool, isKeyFrame: Bool, isSync: Bool, needs: [Int]
        ) -> [UInt8] {
            let id = UInt16(truncatingIfNeeded: 32_700 + picture) & 0x7fff
            var writer = ByteWriter()
            switch signalling {
            case .vp8:
                VP8PayloadDescriptor(
                    startsPartition: isFirst, pictureID: id, tl0PictureIndex: tl0, temporalID: UInt8(layer),
                    isLayerSync: isSync
                ).write(into: &writer)
            case .vp9Indexed, .vp9Listed:
                let isListed = signalling == .vp9Listed
                // I, P, L, F, B, E.
                let flags: [(Bool, UInt8)] = [
                    (true, 0x80), (!isKeyFrame, 0x40), (true, 0x20), (isListed, 0x10), (isFirst, 0x08), (isLast, 0x04),
                ]
                writer.write(flags.reduce(0) { $0 | ($1.0 ? $1.1 : 0) } as UInt8)
                writer.write(0x8000 | id)
                // From each picture of layer 0 on the layers above begin anew.
                writer.write(UInt8(layer) << 5 | (layer == 0 ? 0x10 : 0))
                if !isListed { writer.write(tl0) }
                if isListed, !isKeyFrame {
                    for (position, need) in needs.enumerated() {
                        writer.write(UInt8(picture - need) << 1 | (position + 1 < needs.count ? 1 : 0))
                    }
                }
            }
            return writer.bytes
        }
    }

    @Test(arguments: LayerSignalling.allCases, 0..<6 as Range<UInt64>)
    func `only decodable frames come out, whatever is lost`(signalling: LayerSignalling, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var stream = Stream(signalling, seed: seed)
        let script = ReceiverScript(signalling.codec, acceptsNACK: seed % 2 == 0)
        var decoder = ModelDecoder()
        var seen = 0
        for picture in 0..<600 {
            let isKeyFrame = picture == 0 || script.pictureLosses > seen
            seen = script.pictureLosses
            for packet in stream.next(isKeyFrame: isKeyFrame, size: isKeyFrame ? 1000 : 300) where random.unit() > 0.03
            {
                script.receive(packet)
            }
            script.wait(.milliseconds(33))
        }
        script.wait(.seconds(1))
        for frame in script.frames { _ = decoder.decode(frame.frame, of: stream.encoder) }
        #expect(decoder.strange == 0 && decoder.disordered.isEmpty, "seed \(seed)")
        #expect(decoder.undecodable.isEmpty, "seed \(seed): \(decoder.undecodable.prefix(5))")
        #expect(decoder.decoded.count > 200, "seed \(seed): \(decoder.decoded.count)")
    }

    @Test(arguments: LayerSignalling.allCases)
    func `a frame that only higher layers need is missed by nobody else`(signalling: LayerSignalling) {
        var stream = Stream(signalling, seed: 1)
        let script = ReceiverScript(signalling.codec, acceptsNACK: true)
        var decoder = ModelDecoder()
        for picture in 0..<120 {
            // 2 and 41 are of layer 2, 62 is of layer 1.
            for packet in stream.next(isKeyFrame: picture == 0, size: 100) where ![3, 41, 62].contains(picture) {
                script.receive(packet)
            }
            script.wait(.milliseconds(33))
        }
        script.wait(.milliseconds(500))
        for frame in script.frames { _ = decoder.decode(frame.frame, of: stream.encoder) }
        #expect(decoder.undecodable.isEmpty && decoder.strange == 0)
        #expect(script.pictureLosses == 0)
        #expect(decoder.decoded.count >= 105, "\(decoder.decoded.count)")
    }

    @Test func `an index that may have wrapped unseen is not believed`() {
        var chain = DecodingChain()
        chain.deliver(Self.vp8(id: 10, tl0: 7, layer: 0), isKeyFrame: true)
        chain.noteLoss()
        #expect(chain.verdict(on: Self.vp8(id: 14, tl0: 8, layer: 0), isKeyFrame: false) == .decodable)
        #expect(chain.verdict(on: Self.vp8(id: 14, tl0: 9, layer: 0), isKeyFrame: false) == .broken)
        #expect(chain.verdict(on: Self.vp8(id: 200, tl0: 8, layer: 0), isKeyFrame: false) == .broken)
        #expect(chain.verdict(on: Self.vp8(id: nil, tl0: 8, layer: 0), isKeyFrame: false) == .broken)
        #expect(chain.verdict(on: Self.vp8(id: 12, tl0: 7, layer: 1), isKeyFrame: false) == .leftOut)
        #expect(chain.verdict(on: Self.vp8(id: 12, tl0: 7, layer: 1, isSync: true), isKeyFrame: false) == .decodable)
        #expect(chain.verdict(on: Self.vp8(id: 12, tl0: 8, layer: 1, isSync: true), isKeyFrame: false) == .broken)
    }

    private static func vp8(id: UInt16?, tl0: UInt8, layer: UInt8, isSync: Bool = false) -> FrameDependencies {
        var writer = ByteWriter()
        VP8PayloadDescriptor(
            startsPartition: true, pictureID: id, tl0PictureIndex: tl0, temporalID: layer, isLayerSync: isSync
        ).write(into: &writer)
        writer.write(0x31 as UInt8)
        var dependencies = FrameDependencies()
        writer.bytes.withUnsafeBytes { dependencies.note($0, codec: .vp8) }
        return dependencies
    }
}
