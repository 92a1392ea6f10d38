// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// How many spatial layers a VP9 stream has, and how large they are.
///
/// The pattern of references of a stream that is not flexible (the picture group) is checked and passed over: whoever
/// drops layers goes by the layer ids of each packet.
///
/// ```
/// | N_S |Y|G|-|-|-|
/// | WIDTH, HEIGHT |   when Y: 16 bits each, N_S + 1 times
/// |      N_G      |   when G
/// | TID |U| R |-|-|   N_G times, each followed by R bytes of P_DIFF
/// ```
///
/// [RFC 9628 section 4.2.1](https://www.rfc-editor.org/rfc/rfc9628#section-4.2.1).
public struct VP9ScalabilityStructure: Hashable, Sendable, BitwiseCopyable {
    /// N_S has 3 bits.
    @inlinable public static var maximumSpatialLayers: Int { 8 }

    @usableFromInline var widths: SIMD8<UInt16> = .zero
    @usableFromInline var heights: SIMD8<UInt16> = .zero
    /// N_S + 1: 1 to 8.
    public private(set) var spatialLayerCount: UInt8 = 1
    /// Y: whether the layers' sizes are given.
    public private(set) var hasSizes = false
    /// N_G: pictures of the picture group; 0 when there is none.
    public private(set) var pictureGroupCount: UInt8 = 0

    init() {}

    /// A structure of as many layers as there are sizes, without picture group.
    ///
    /// - Parameter sizes: pixels, the lowest layer first; what comes after the eighth is left out.
    public init(sizes: [(width: UInt16, height: UInt16)]) {
        spatialLayerCount = UInt8(min(max(sizes.count, 1), Self.maximumSpatialLayers))
        hasSizes = !sizes.isEmpty
        for (layer, size) in sizes.prefix(Self.maximumSpatialLayers).enumerated() {
            widths[layer] = size.width
            heights[layer] = size.height
        }
    }

    /// The size of a spatial layer in pixels; `nil` when the layer does not exist or sizes are not given.
    public func size(ofLayer layer: Int) -> (width: UInt16, height: UInt16)? {
        guard hasSizes, layer >= 0, layer < Int(spatialLayerCount) else { return nil }
        return (widths[layer], heights[layer])
    }

    /// The size of the layer with the most pixels; `nil` when sizes are not given.
    public var largestSize: (width: UInt16, height: UInt16)? {
        var largest: (width: UInt16, height: UInt16)?
        for layer in 0..<Int(spatialLayerCount) {
            guard let size = size(ofLayer: layer) else { return nil }
            let area = UInt32(size.width) * UInt32(size.height)
            if let found = largest, UInt32(found.width) * UInt32(found.height) >= area { continue }
            largest = size
        }
        return largest
    }

    /// Reads a structure at the start of `bytes`.
    static func parse(
        _ bytes: UnsafeRawBufferPointer
    ) throws(ParseError) -> (structure: VP9ScalabilityStructure, length: Int) {
        guard let first = bytes.first else { throw .vp9DescriptorTruncated }
        var structure = VP9ScalabilityStructure()
        structure.spatialLayerCount = first >> 5 + 1
        structure.hasSizes = first & 0x10 != 0
        var offset = 1
        if structure.hasSizes {
            let layers = Int(structure.spatialLayerCount)
            guard bytes.count >= offset + layers * 4 else { throw .vp9DescriptorTruncated }
            for layer in 0..<layers {
                structure.widths[layer] = UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
                structure.heights[layer] = UInt16(bytes[offset + 2]) << 8 | UInt16(bytes[offset + 3])
                offset += 4
            }
        }
        if first & 0x08 != 0 {
            guard bytes.count > offset else { throw .vp9DescriptorTruncated }
            structure.pictureGroupCount = bytes[offset]
            offset += 1
            for _ in 0..<structure.pictureGroupCount {
                guard bytes.count > offset else { throw .vp9DescriptorTruncated }
                offset += 1 + Int(bytes[offset] >> 2 & 0x03)
            }
            guard bytes.count >= offset else { throw .vp9DescriptorTruncated }
        }
        return (structure, offset)
    }

    /// Appends the structure in network order, without picture group.
    func write(into writer: inout ByteWriter) {
        writer.write((spatialLayerCount - 1) << 5 | (hasSizes ? 0x10 : 0))
        guard hasSizes else { return }
        for layer in 0..<Int(spatialLayerCount) {
            writer.write(widths[layer])
            writer.write(heights[layer])
        }
    }

    /// Bytes of what ``write(into:)`` appends.
    var writtenLength: Int { 1 + (hasSizes ? 4 * Int(spatialLayerCount) : 0) }
}
