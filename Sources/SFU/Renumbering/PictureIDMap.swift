// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Shifts the picture ids and TL0PICIDX of a source so that the receiver sees them go on where the source before ended.
///
/// [RFC 7741 section 4.2](https://www.rfc-editor.org/rfc/rfc7741#section-4.2): the id rises by one a frame and wraps at
/// its width of 7 or 15 bits; TL0PICIDX rises by one a frame of temporal layer 0 and wraps at 8 bits. RFC 9628 section 4.2
/// has the same fields for VP9.
public struct PictureIDMap: Sendable, BitwiseCopyable {
    private var offset: UInt16 = 0
    private var highest: UInt16?
    private var tl0Offset: UInt8 = 0
    private var highestTL0: UInt8?
    /// The picture that was left out last, by the source's number.
    private var leftOut: UInt16?

    public init() {}

    /// A source is taken up with this packet: its picture becomes the one after the last given out.
    mutating func start(_ packet: CachedPacket) {
        let fields = packet.descriptor
        leftOut = nil
        if let highest, fields.pictureIDBits != 0 {
            offset = (highest &+ 1 &- fields.pictureID) & Self.mask(fields.pictureIDBits)
        }
        if let highestTL0, fields.tl0Offset != 0 { tl0Offset = highestTL0 &+ 1 &- fields.tl0PictureIndex }
    }

    /// Notes that a packet, the newest, is left out.
    ///
    /// - Returns: 1 when its picture vanishes with it, so that later ones move up. In VP9 none does: its references count
    ///   pictures of the source, left out or not.
    mutating func leaveOut(_ packet: CachedPacket) -> UInt16 {
        let fields = packet.descriptor
        guard fields.pictureIDBits != 0, !packet.flags.contains(.hasSpatialLayers), leftOut != fields.pictureID
        else { return 0 }
        leftOut = fields.pictureID
        return 1
    }

    /// What is to be written into a packet.
    ///
    /// - Parameter dropped: pictures that were left out before it, since the source was taken up.
    @inline(__always)
    mutating func patches(for packet: CachedPacket, dropped: UInt16) -> DescriptorPatches {
        var patches = DescriptorPatches.none
        let fields = packet.descriptor
        if fields.pictureIDBits != 0 {
            let mask = Self.mask(fields.pictureIDBits)
            let mapped = (fields.pictureID &+ offset &- dropped) & mask
            // Serial arithmetic: only newer pictures move the mark.
            if highest.map({ (mapped &- $0) & mask <= mask >> 1 }) ?? true { highest = mapped }
            patches.pictureID = mapped
        }
        if fields.tl0Offset != 0 {
            let mapped = fields.tl0PictureIndex &+ tl0Offset
            if highestTL0.map({ mapped &- $0 <= 0x7f }) ?? true { highestTL0 = mapped }
            patches.tl0PictureIndex = mapped
        }
        return patches
    }

    @inline(__always)
    private static func mask(_ bits: UInt8) -> UInt16 { bits == 7 ? 0x7f : 0x7fff }
}
