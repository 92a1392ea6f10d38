// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP
import SFU

/// Makes the packets of a layered stream, ordered as browsers' encoders order them, and knows what each frame refers to.
///
/// The last eight bytes of each payload say which frame it is of and which packet of that, so that whoever gets it can be
/// asked afterwards whether it could decode what it got.
struct LayeredEncoder {
    /// What a stream is made of.
    struct Structure: Sendable, CustomStringConvertible {
        /// When a frame refers to the next smaller one of its picture.
        enum Prediction: Sendable { case always, inKeyPictures, never }

        var description: String
        var codec: Codec
        var spatial = 1
        var temporal = 1
        var prediction = Prediction.always
        /// Switching-up points come in every fourth group of pictures only, and frames refer to older ones of their layer.
        var hasRareSwitchPoints = false

        static let vp8 = [
            Structure(description: "VP8 L1T1", codec: .vp8),
            Structure(description: "VP8 L1T2", codec: .vp8, temporal: 2),
            Structure(description: "VP8 L1T3", codec: .vp8, temporal: 3),
        ]
        static let vp9 = [
            Structure(description: "VP9 L1T3", codec: .vp9, temporal: 3),
            Structure(description: "VP9 L3T3", codec: .vp9, spatial: 3, temporal: 3),
            Structure(description: "VP9 L3T3, few switch points", codec: .vp9, spatial: 3, temporal: 3)
                .withRareSwitchPoints,
            Structure(description: "VP9 L2T1_KEY", codec: .vp9, spatial: 2, prediction: .inKeyPictures),
            Structure(description: "VP9 L3T3_KEY", codec: .vp9, spatial: 3, temporal: 3, prediction: .inKeyPictures),
            Structure(description: "VP9 S3T3", codec: .vp9, spatial: 3, temporal: 3, prediction: .never),
        ]

        private var withRareSwitchPoints: Structure {
            var copy = self
            copy.hasRareSwitchPoints = true
            return copy
        }
    }

    struct Frame {
        var picture: Int
        var layers: Layers
        /// Positions in ``frames``.
        var references: [Int]
        var isKeyFrame: Bool
        /// VP8's Y: it refers to nothing but the newest frame of layer 0.
        var isSync = false
        var packets: Int
        var timestamp: UInt32
    }

    struct Packet {
        var index: UInt64
        var timestamp: UInt32
        var marker: Bool
        var payload: [UInt8]
        var frame: Int
    }

    /// What tells this stream from others where both arrive.
    let id: UInt16
    let structure: Structure
    /// Bytes of a payload at most.
    let packetSize: Int
    private(set) var frames: [Frame] = []
    private(set) var pictures = 0
    /// How many sizes are sent. A larger one that comes back needs a key picture, where it is not predicted from the next
    /// smaller one.
    var activeSpatial: Int {
        didSet {
            if activeSpatial > oldValue, structure.prediction != .always { needsKeyPicture = true }
            for spatial in activeSpatial..<max(activeSpatial, oldValue) { latest[spatial] = [:] }
        }
    }
    private var nextIndex: UInt64
    private var pictureID: UInt16
    private var tl0PictureIndex: UInt8
    /// Pictures since the last key picture.
    private var position = 0
    private var needsKeyPicture = true
    /// VP8's buffers: last, golden, alternative.
    private var buffers: [Int] = [0, 0, 0]
    /// VP9's newest frames by spatial and temporal layer.
    private var latest: [[UInt8: Int]]

    init(_ structure: Structure, id: UInt16 = 0, start: UInt64 = 0, packetSize: Int = 1150) {
        self.structure = structure
        self.packetSize = packetSize
        self.id = id
        nextIndex = start
        pictureID = UInt16(truncatingIfNeeded: start) & 0x7fff
        tl0PictureIndex = UInt8(truncatingIfNeeded: start)
        activeSpatial = structure.spatial
        latest = Array(repeating: [:], count: structure.spatial)
    }

    /// The next picture's packets.
    ///
    /// - Parameter bytes: the size of a frame.
    mutating func encode(
        isKeyPicture: Bool = false, timestamp: UInt32, bytes: (Layers, _ isKeyFrame: Bool) -> Int
    ) -> [Packet] {
        let isKey = isKeyPicture || needsKeyPicture
        needsKeyPicture = false
        position = isKey ? 0 : position + 1
        let first = frames.count
        if structure.codec == .vp8 { encodeVP8(isKey: isKey) } else { encodeVP9(isKey: isKey) }
        var packets: [Packet] = []
        for frame in first..<frames.count {
            let size = bytes(frames[frame].layers, frames[frame].isKeyFrame)
            frames[frame].packets = max(1, (size + packetSize - 1) / packetSize)
            frames[frame].timestamp = timestamp
            let count = frames[frame].packets
            for number in 0..<count {
                packets.append(
                    Packet(
                        index: nextIndex, timestamp: timestamp,
                        marker: number == count - 1 && frame == frames.count - 1,
                        payload: payload(frame, number, size: size / count), frame: frame))
                nextIndex += 1
            }
        }
        pictures += 1
        pictureID = (pictureID + 1) & 0x7fff
        return packets
    }

    /// The layer of the picture that comes next.
    private var temporalLayer: UInt8 {
        switch structure.temporal {
        case 3: [0, 2, 1, 2][position % 4]
        case 2: [0, 1][position % 2]
        default: 0
        }
    }

    private mutating func add(_ layers: Layers, _ references: [Int], isKeyFrame: Bool) -> Int {
        frames.append(
            Frame(
                picture: pictures, layers: layers, references: Array(Set(references)), isKeyFrame: isKeyFrame,
                packets: 0,
                timestamp: 0))
        return frames.count - 1
    }

    // MARK: VP8

    /// Which of the buffers a frame refers to, and which it replaces: libwebrtc's patterns of eight pictures
    /// (`DefaultTemporalLayers`). The alternative buffer keeps the last key frame.
    private var vp8Pattern: (references: [Int], updates: [Int]) {
        switch (structure.temporal, position % 8) {
        case (1, _): ([0, 1, 2], [0])
        case (_, 0): ([0, 2], [0, 1])
        case (2, 1), (3, 2): ([0, 2], [1])
        case (2, 2), (2, 4), (2, 6), (3, 4): ([0, 2], [0])
        case (2, 3), (2, 5), (3, 6): ([0, 1, 2], [1])
        case (3, 1): ([0, 2], [])
        default: ([0, 1, 2], [])
        }
    }

    private var isLayerSync: Bool {
        switch (structure.temporal, position % 8) {
        case (2, 1), (3, 1), (3, 2): true
        default: false
        }
    }

    private mutating func encodeVP8(isKey: Bool) {
        let pattern = vp8Pattern
        let layers = Layers(spatial: 0, temporal: temporalLayer)
        let frame = add(layers, isKey ? [] : pattern.references.map { buffers[$0] }, isKeyFrame: isKey)
        for buffer in isKey ? [0, 1, 2] : pattern.updates { buffers[buffer] = frame }
        if layers.temporal == 0 { tl0PictureIndex &+= 1 }
        frames[frame].isSync = isLayerSync
    }

    // MARK: VP9

    private var isFreshGroup: Bool { !structure.hasRareSwitchPoints || position / 4 % 4 == 0 }
    private var isSwitchingUpPoint: Bool { !structure.hasRareSwitchPoints || position % 16 == 0 }

    private func isPredictedBetweenSizes(isKey: Bool) -> Bool {
        switch structure.prediction {
        case .always: true
        case .inKeyPictures: isKey
        case .never: false
        }
    }

    private mutating func encodeVP9(isKey: Bool) {
        let temporal = temporalLayer
        if temporal == 0 { tl0PictureIndex &+= 1 }
        if isKey { latest = Array(repeating: [:], count: structure.spatial) }
        for spatial in 0..<activeSpatial {
            let newest = latest[spatial]
            var references: [Int?] = []
            if !isKey {
                switch (structure.temporal, position % 4, temporal) {
                case (_, _, 0): references = [newest[0]]
                case (3, 3, _): references = [newest[1]]
                default: references = [newest[0]]
                }
                if structure.hasRareSwitchPoints, temporal > 0, !isFreshGroup || position % 4 == 3 {
                    references.append(newest[temporal])
                }
            }
            if spatial > 0, isPredictedBetweenSizes(isKey: isKey) { references.append(frames.count - 1) }
            let isKeyFrame = isKey && (spatial == 0 || structure.prediction == .never)
            latest[spatial][temporal] = add(
                Layers(spatial: UInt8(spatial), temporal: temporal), references.compactMap { $0 },
                isKeyFrame: isKeyFrame)
        }
    }

    // MARK: Payloads

    private func payload(_ frame: Int, _ number: Int, size: Int) -> [UInt8] {
        let info = frames[frame]
        let isFirst = number == 0
        var writer = ByteWriter(reservingCapacity: max(size, 40))
        if structure.codec == .vp8 {
            VP8PayloadDescriptor(
                startsPartition: isFirst, isNonReference: vp8Pattern.updates.isEmpty && !info.isKeyFrame,
                pictureID: pictureID,
                tl0PictureIndex: structure.temporal > 1 ? tl0PictureIndex : nil,
                temporalID: structure.temporal > 1 ? info.layers.temporal : nil,
                isLayerSync: info.isSync
            ).write(into: &writer)
            // The frame tag, whose lowest bit is clear for a key frame, and the start code (RFC 6386 section 9.1).
            if isFirst {
                let tag: [UInt8] =
                    info.isKeyFrame
                    ? [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00] : [0x11, 0x02, 0x00]
                for byte in tag { writer.write(byte) }
            }
        } else {
            let isKey = position == 0
            let isPredicted = isPredictedBetweenSizes(isKey: isKey)
            VP9PayloadDescriptor(
                startsFrame: isFirst, endsFrame: number == info.packets - 1, pictureID: pictureID,
                isInterPicturePredicted: info.references.contains { frames[$0].picture != info.picture },
                layers: VP9LayerIndices(
                    temporalID: info.layers.temporal, isSwitchingUpPoint: isSwitchingUpPoint,
                    spatialID: info.layers.spatial, isInterLayerPredicted: info.layers.spatial > 0 && isPredicted,
                    tl0PictureIndex: tl0PictureIndex),
                isNotInterLayerReference: !isPredicted || Int(info.layers.spatial) == structure.spatial - 1
            ).write(into: &writer)
            // The uncompressed header: frame marker, profile 0, shown; a key frame has the sync code.
            if isFirst {
                for byte in info.isKeyFrame ? [0x82, 0x49, 0x83, 0x42, 0x00] : [0x86] as [UInt8] { writer.write(byte) }
            }
        }
        var tail = ByteWriter(reservingCapacity: 8)
        tail.write(UInt32(frame))
        tail.write(UInt16(number))
        tail.write(id)
        // Whole arrays at a time: the simulations make thousands of these in debug builds.
        return writer.bytes + [UInt8](repeating: 0, count: max(0, size - writer.count - 8)) + tail.bytes
    }
}

/// Which packet of which frame a payload is, as its last eight bytes say.
struct FramePart: Equatable {
    var stream: UInt16
    var frame: Int
    var number: Int

    init(_ payload: UnsafeRawPointer, length: Int) {
        precondition(length >= 8, "a payload of a layered encoder")
        let tail = payload + length - 8
        frame = Int(UInt32(bigEndian: tail.loadUnaligned(as: UInt32.self)))
        number = Int(UInt16(bigEndian: tail.loadUnaligned(fromByteOffset: 4, as: UInt16.self)))
        stream = UInt16(bigEndian: tail.loadUnaligned(fromByteOffset: 6, as: UInt16.self))
    }
}
