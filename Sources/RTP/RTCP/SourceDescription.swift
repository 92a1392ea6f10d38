// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension ParseError {
    public static let sdesItemInvalid = ParseError("an SDES item is longer than its packet, or a chunk has no end")
    public static let sdesTooManyItems = ParseError("an SDES chunk has too many items")
}

/// Who a source is; the CNAME ties together the streams of one participant.
///
/// [RFC 3550 section 6.5](https://www.rfc-editor.org/rfc/rfc3550#section-6.5).
public struct SourceDescription: Hashable, Sendable {
    /// One line of a chunk.
    public struct Item: Hashable, Sendable {
        /// The kind of an item; an open registry.
        public struct Kind: RawRepresentable, Hashable, Sendable {
            public let rawValue: UInt8
            public init(rawValue: UInt8) { self.rawValue = rawValue }
            public static let cname = Kind(rawValue: 1)
        }

        public var kind: Kind
        /// UTF-8 by the RFC, not checked; at most 255 bytes are written.
        public var text: [UInt8]

        public init(kind: Kind, text: [UInt8]) {
            self.kind = kind
            self.text = text
        }
    }

    /// The items of one source.
    public struct Chunk: Hashable, Sendable {
        public var ssrc: UInt32
        public var items: [Item]

        public init(ssrc: UInt32, items: [Item]) {
            self.ssrc = ssrc
            self.items = items
        }

        public init(ssrc: UInt32, cname: String) {
            self.init(ssrc: ssrc, items: [Item(kind: .cname, text: Array(cname.utf8))])
        }

        /// The canonical name, with ill-formed UTF-8 repaired; `nil` when the chunk has none.
        public var cname: String? {
            items.first { $0.kind == .cname }.map { String(decoding: $0.text, as: UTF8.self) }
        }
    }

    /// The count of chunks has 5 bits.
    public static let maximumChunks = 31
    /// The RFC knows 8 kinds of item, of which only PRIV may be repeated.
    public static let maximumItemsPerChunk = 16

    public var chunks: [Chunk]

    /// - Parameter chunks: those beyond 31 are not written.
    public init(chunks: [Chunk]) { self.chunks = chunks }

    public init(parsing packet: RTCPPacketView) throws(ParseError) {
        var reader = ByteReader(packet.body)
        chunks = []
        for _ in 0..<packet.count { chunks.append(try Self.parseChunk(from: &reader)) }
    }

    private static func parseChunk(from reader: inout ByteReader) throws(ParseError) -> Chunk {
        let start = reader.count
        var chunk = Chunk(ssrc: try reader.readUInt32(), items: [])
        while true {
            guard !reader.isEmpty else { throw .sdesItemInvalid }
            let kind = try reader.readUInt8()
            guard kind != 0 else { break }
            guard chunk.items.count < maximumItemsPerChunk else { throw .sdesTooManyItems }
            guard !reader.isEmpty else { throw .sdesItemInvalid }
            let length = Int(try reader.readUInt8())
            guard reader.count >= length else { throw .sdesItemInvalid }
            chunk.items.append(Item(kind: Item.Kind(rawValue: kind), text: try reader.read(length).array))
        }
        // RFC 3550 section 6.5: the list of items is "terminated by one or more null octets, the first of which is
        // interpreted as an item type of zero", up to the next 32-bit boundary.
        try reader.skip((4 - (start - reader.count) % 4) % 4)
        return chunk
    }

    public func write(into writer: inout ByteWriter) {
        let part = chunks.prefix(Self.maximumChunks)
        writer.writeRTCP(.sourceDescription, count: UInt8(truncatingIfNeeded: part.count)) { writer in
            for chunk in part {
                let start = writer.count
                writer.write(chunk.ssrc)
                for item in chunk.items.prefix(Self.maximumItemsPerChunk) where item.kind.rawValue != 0 {
                    let text = item.text.prefix(255)
                    writer.write(item.kind.rawValue)
                    writer.write(UInt8(truncatingIfNeeded: text.count))
                    writer.write(text)
                }
                writer.writeZeros(4 - (writer.count - start) % 4)
            }
        }
    }
}
