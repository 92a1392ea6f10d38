// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Reads integers in network order from bytes that nobody has checked yet.
///
/// Each read either succeeds and moves on, or throws ``ParseError/truncated`` and leaves the cursor where it was. No
/// input makes it trap.
public struct ByteReader: ~Escapable {
    /// What has not been read yet.
    public internal(set) var remaining: RawSpan

    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) {
        self.remaining = bytes
    }

    @inlinable public var count: Int { remaining.byteCount }
    @inlinable public var isEmpty: Bool { remaining.byteCount == 0 }

    @_lifetime(self: copy self)
    public mutating func readUInt8() throws(ParseError) -> UInt8 {
        guard count >= 1 else { throw .truncated }
        let value = remaining.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        remaining = remaining.extracting(droppingFirst: 1)
        return value
    }

    @_lifetime(self: copy self)
    public mutating func readUInt16() throws(ParseError) -> UInt16 {
        guard count >= 2 else { throw .truncated }
        let value = UInt16(bigEndian: remaining.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt16.self))
        remaining = remaining.extracting(droppingFirst: 2)
        return value
    }

    /// Three bytes, as RTCP's cumulative loss and DTLS's lengths use.
    @_lifetime(self: copy self)
    public mutating func readUInt24() throws(ParseError) -> UInt32 {
        guard count >= 3 else { throw .truncated }
        let high = UInt32(UInt16(bigEndian: remaining.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt16.self)))
        let low = UInt32(remaining.unsafeLoad(fromByteOffset: 2, as: UInt8.self))
        remaining = remaining.extracting(droppingFirst: 3)
        return high << 8 | low
    }

    @_lifetime(self: copy self)
    public mutating func readUInt32() throws(ParseError) -> UInt32 {
        guard count >= 4 else { throw .truncated }
        let value = UInt32(bigEndian: remaining.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt32.self))
        remaining = remaining.extracting(droppingFirst: 4)
        return value
    }

    @_lifetime(self: copy self)
    public mutating func readUInt64() throws(ParseError) -> UInt64 {
        guard count >= 8 else { throw .truncated }
        let value = UInt64(bigEndian: remaining.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self))
        remaining = remaining.extracting(droppingFirst: 8)
        return value
    }

    /// The next `length` bytes as a view on the same memory.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    public mutating func read(_ length: Int) throws(ParseError) -> RawSpan {
        guard length >= 0, count >= length else { throw .truncated }
        let bytes = remaining.extracting(first: length)
        remaining = remaining.extracting(droppingFirst: length)
        return bytes
    }

    @_lifetime(self: copy self)
    public mutating func skip(_ length: Int) throws(ParseError) {
        guard length >= 0, count >= length else { throw .truncated }
        remaining = remaining.extracting(droppingFirst: length)
    }
}

extension RawSpan {
    /// A copy of the bytes.
    public var array: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            self.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            count = self.byteCount
        }
    }
}
