// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import RTCBase

/// One chunk as it lies in its packet: RFC 9260 section 3.2.
package struct RawChunk: ~Escapable {
    package let type: ChunkType
    package let flags: UInt8
    /// What follows the four bytes of type, flags and length, without padding.
    package let value: RawSpan

    @_lifetime(copy value)
    init(type: ChunkType, flags: UInt8, value: RawSpan) {
        self.type = type
        self.flags = flags
        self.value = value
    }
}

/// Walks the chunks of a packet; what lies about its length ends the walk, by an error that takes nothing.
package struct ChunkReader: ~Escapable {
    private var reader: ByteReader

    /// - Parameter reader: behind the packet's header.
    @_lifetime(copy reader)
    package init(_ reader: ByteReader) {
        self.reader = ByteReader(reader.remaining)
    }

    package var isEmpty: Bool { reader.isEmpty }
    package var count: Int { reader.count }

    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func next() throws(ParseError) -> RawChunk {
        let type = try reader.readUInt8()
        let flags = try reader.readUInt8()
        let length = Int(try reader.readUInt16())
        // «The Chunk Length field … includes the chunk header»: a smaller one would never move on.
        guard length >= 4 else { throw ParseError("a chunk is shorter than its header") }
        let value = try reader.read(length - 4)
        // «The final chunk's padding may be missing» is not written, but nobody gains by refusing it.
        try reader.skip(min(padding(of: length), reader.count))
        return RawChunk(type: ChunkType(rawValue: type), flags: flags, value: value)
    }
}

/// A parameter or error cause as it lies in its chunk: RFC 9260 section 3.2.1.
package struct RawParameter: ~Escapable {
    package let type: UInt16
    package let value: RawSpan

    @_lifetime(copy value)
    init(type: UInt16, value: RawSpan) {
        self.type = type
        self.value = value
    }
}

/// Walks parameters and error causes, which are built alike.
package struct ParameterReader: ~Escapable {
    private var reader: ByteReader

    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan) { reader = ByteReader(bytes) }

    package var isEmpty: Bool { reader.isEmpty }

    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func next() throws(ParseError) -> RawParameter {
        let type = try reader.readUInt16()
        let length = Int(try reader.readUInt16())
        guard length >= 4 else { throw ParseError("a parameter is shorter than its header") }
        let value = try reader.read(length - 4)
        try reader.skip(min(padding(of: length), reader.count))
        return RawParameter(type: type, value: value)
    }
}

/// How many bytes bring `length` to a multiple of four.
package func padding(of length: Int) -> Int { (4 - length & 3) & 3 }
