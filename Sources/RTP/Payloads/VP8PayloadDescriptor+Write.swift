// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension VP8PayloadDescriptor {
    /// Overwrites the picture id in a payload, in as many bits as it has there; what does not fit is cut off.
    ///
    /// - Parameter payload: the payload that this descriptor was read from, or a copy of it.
    /// - Returns: false, with nothing written, when there is no picture id or the payload is too short to hold it.
    @inlinable @discardableResult
    public func patch(pictureID: UInt16, in payload: UnsafeMutableRawBufferPointer) -> Bool {
        let offset = Int(pictureIDOffset)
        guard offset != 0, payload.count >= offset + (isPictureIDLong ? 2 : 1) else { return false }
        if isPictureIDLong {
            // The M bit stays set: another width would move everything behind it.
            payload[offset] = 0x80 | UInt8(truncatingIfNeeded: pictureID >> 8)
            payload[offset + 1] = UInt8(truncatingIfNeeded: pictureID)
        } else {
            payload[offset] = UInt8(truncatingIfNeeded: pictureID) & 0x7f
        }
        return true
    }

    /// Overwrites TL0PICIDX in a payload.
    ///
    /// - Parameter payload: the payload that this descriptor was read from, or a copy of it.
    /// - Returns: false, with nothing written, when there is no such field or the payload is too short to hold it.
    @inlinable @discardableResult
    public func patch(tl0PictureIndex: UInt8, in payload: UnsafeMutableRawBufferPointer) -> Bool {
        let offset = Int(tl0PictureIndexOffset)
        guard offset != 0, payload.count > offset else { return false }
        payload[offset] = tl0PictureIndex
        return true
    }

    /// The picture id that follows `id` in a field as wide as this one's.
    @inlinable
    public func pictureID(after id: UInt16) -> UInt16 { (id &+ 1) & (isPictureIDLong ? 0x7fff : 0x7f) }

    /// Appends the descriptor in network order.
    public func write(into writer: inout ByteWriter) {
        let first = (isNonReference ? 0x20 : 0) | (startsPartition ? 0x10 : 0) | partitionIndex & 0x07
        guard length > 1 else {
            writer.write(first)
            return
        }
        writer.write(0x80 | first)
        let hasPictureID = pictureIDOffset != 0
        let hasTL0PictureIndex = tl0PictureIndexOffset != 0
        writer.write(
            (hasPictureID ? 0x80 : 0) | (hasTL0PictureIndex ? 0x40 : 0) | (hasTemporalID ? 0x20 : 0)
                | (hasKeyIndex ? 0x10 : 0) as UInt8)
        if hasPictureID {
            if isPictureIDLong {
                writer.write(0x8000 | pictureIDBits)
            } else {
                writer.write(UInt8(truncatingIfNeeded: pictureIDBits) & 0x7f)
            }
        }
        if hasTL0PictureIndex { writer.write(tl0PictureIndexBits) }
        if hasTemporalID || hasKeyIndex { writer.write(layerBits) }
    }
}
