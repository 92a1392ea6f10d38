// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Where one element of a header extension lies in its packet.
public struct RTPHeaderExtensionElement: Hashable, Sendable, BitwiseCopyable {
    /// 1 to 14 in the one-byte form, 1 to 255 in the two-byte form.
    public let id: UInt8
    /// Offset of the element's value from the start of the packet.
    public let offset: Int
    /// Bytes of the value: 1 to 16 in the one-byte form, 0 to 255 in the two-byte form.
    public let length: Int

    @inlinable
    public init(id: UInt8, offset: Int, length: Int) {
        self.id = id
        self.offset = offset
        self.length = length
    }

    @inlinable public var range: Range<Int> { offset..<offset + length }
}

/// Walks over the elements of a packet's header extension, in the one-byte or the two-byte form.
///
/// An element that claims more bytes than are left ends the walk, as does the reserved id 15 of the one-byte form:
/// what came before stays valid. An extension of another profile has no elements.
///
/// [RFC 8285 section 4.2 and 4.3](https://www.rfc-editor.org/rfc/rfc8285#section-4.2).
public struct RTPHeaderExtensionIterator: Sendable, BitwiseCopyable {
    /// The profile of the one-byte form.
    @inlinable public static var oneByteProfile: UInt16 { 0xbede }
    /// The profile of the two-byte form, whose low 4 bits are the application's.
    @inlinable public static var twoByteProfile: UInt16 { 0x1000 }

    @usableFromInline var offset: Int
    @usableFromInline var end: Int
    @usableFromInline let isOneByte: Bool

    @inlinable
    public init(_ header: RTPHeader) {
        let range = header.extensionRange
        offset = range.lowerBound
        isOneByte = header.extensionProfile == Self.oneByteProfile
        end = isOneByte || header.extensionProfile & 0xfff0 == Self.twoByteProfile ? range.upperBound : offset
    }

    /// - Parameter packet: the packet that the header was read from.
    @inlinable
    public mutating func next(in packet: UnsafeRawBufferPointer) -> RTPHeaderExtensionElement? {
        // A header of another, longer packet must not lead outside this one.
        guard end <= packet.count else { return nil }
        while offset < end {
            let first = packet[offset]
            let length: Int
            let id: UInt8
            let value: Int
            if isOneByte {
                id = first >> 4
                if first == 0 {
                    offset += 1
                    continue
                }
                // RFC 8285 section 4.2: at an ID of 0 with a length, "processing of the entire extension MUST
                // terminate at that point"; likewise at 15: "If the ID value 15 is used, its length field MUST be
                // ignored, processing of the entire extension MUST terminate".
                guard id != 0, id != 15 else { break }
                length = Int(first & 0x0f) + 1
                value = offset + 1
            } else {
                // RFC 8285 section 4.3: a padding byte is an ID of 0 without a length field.
                if first == 0 {
                    offset += 1
                    continue
                }
                id = first
                guard offset + 2 <= end else { break }
                length = Int(packet[offset + 1])
                value = offset + 2
            }
            guard value + length <= end else { break }
            offset = value + length
            return RTPHeaderExtensionElement(id: id, offset: value, length: length)
        }
        offset = end
        return nil
    }
}

extension RTPHeader {
    /// The first element with this id; `nil` when there is none.
    ///
    /// - Parameter packet: the packet that the header was read from.
    @inlinable
    public func extensionElement(id: UInt8, in packet: UnsafeRawBufferPointer) -> RTPHeaderExtensionElement? {
        guard hasExtension else { return nil }
        var elements = RTPHeaderExtensionIterator(self)
        while let element = elements.next(in: packet) {
            if element.id == id { return element }
        }
        return nil
    }
}
