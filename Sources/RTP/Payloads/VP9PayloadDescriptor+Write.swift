// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// The layer fields of a VP9 descriptor.
public struct VP9LayerIndices: Hashable, Sendable, BitwiseCopyable {
    /// 0 to 7; higher bits are cut off where it is written.
    public var temporalID: UInt8
    public var isSwitchingUpPoint: Bool
    /// 0 to 7; higher bits are cut off where it is written.
    public var spatialID: UInt8
    public var isInterLayerPredicted: Bool
    /// Left out of a flexible stream, which has no such field.
    public var tl0PictureIndex: UInt8

    public init(
        temporalID: UInt8 = 0, isSwitchingUpPoint: Bool = false, spatialID: UInt8 = 0,
        isInterLayerPredicted: Bool = false, tl0PictureIndex: UInt8 = 0
    ) {
        self.temporalID = temporalID
        self.isSwitchingUpPoint = isSwitchingUpPoint
        self.spatialID = spatialID
        self.isInterLayerPredicted = isInterLayerPredicted
        self.tl0PictureIndex = tl0PictureIndex
    }
}

extension VP9PayloadDescriptor {
    /// Makes a descriptor with no field but those named.
    ///
    /// - Parameters:
    ///   - pictureID: written in 15 bits, as browsers do; higher bits are cut off.
    ///   - references: P_DIFF of a flexible, predicted frame; what comes after the third is left out. Of such a frame
    ///     there must be one: without any the frame is written as one that is not predicted.
    public init(
        startsFrame: Bool, endsFrame: Bool, pictureID: UInt16? = nil, isInterPicturePredicted: Bool = false,
        isFlexible: Bool = false, references: [UInt8] = [], layers: VP9LayerIndices? = nil,
        isNotInterLayerReference: Bool = false, scalabilityStructure: VP9ScalabilityStructure? = nil
    ) {
        let isPredicted = isInterPicturePredicted && !(isFlexible && references.isEmpty)
        var bits: UInt8 = 0
        var size = 1
        if pictureID != nil {
            bits |= 0x80
            size += 2
        }
        if isPredicted { bits |= 0x40 }
        if layers != nil {
            bits |= 0x20
            size += isFlexible ? 1 : 2
        }
        if isFlexible { bits |= 0x10 }
        if startsFrame { bits |= 0x08 }
        if endsFrame { bits |= 0x04 }
        if let scalabilityStructure {
            bits |= 0x02
            size += scalabilityStructure.writtenLength
        }
        if isNotInterLayerReference { bits |= 0x01 }
        flags = bits
        pictureIDBits = (pictureID ?? 0) & 0x7fff
        isPictureIDLong = pictureID != nil
        layerBits = layers.map(\.bits) ?? 0
        tl0PictureIndexBits = isFlexible ? 0 : layers?.tl0PictureIndex ?? 0
        referenceBits = .zero
        referenceCount = 0
        if isPredicted && isFlexible {
            for reference in references.prefix(Self.maximumReferences) {
                referenceBits[Int(referenceCount)] = reference & 0x7f
                referenceCount += 1
            }
        }
        size += Int(referenceCount)
        scalabilityBits = scalabilityStructure ?? VP9ScalabilityStructure()
        length = UInt16(truncatingIfNeeded: size)
    }

    /// Appends the descriptor in network order; a picture group is left out.
    public func write(into writer: inout ByteWriter) {
        writer.write(flags)
        if let pictureID {
            if isPictureIDLong { writer.write(0x8000 | pictureID) } else { writer.write(UInt8(pictureID & 0x7f)) }
        }
        if hasLayers { writer.write(layerBits) }
        if let tl0PictureIndex { writer.write(tl0PictureIndex) }
        for position in 0..<Int(referenceCount) {
            let isFollowed: UInt8 = position + 1 < Int(referenceCount) ? 1 : 0
            writer.write(referenceBits[position] << 1 | isFollowed)
        }
        scalabilityStructure?.write(into: &writer)
    }
}

extension VP9LayerIndices {
    fileprivate var bits: UInt8 {
        (temporalID & 0x07) << 5 | (isSwitchingUpPoint ? 0x10 : 0) | (spatialID & 0x07) << 1
            | (isInterLayerPredicted ? 0x01 : 0)
    }
}
