// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import SCTP

/// Packets made by hand.
enum Packet {
    /// A packet with these chunks, and its checksum.
    static func make(tag: UInt32, _ chunks: [UInt8]..., port: UInt16 = 5000) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(port)
        writer.write(5000 as UInt16)
        writer.write(tag)
        writer.write(0 as UInt32)
        for chunk in chunks { writer.write(chunk) }
        return sealed(writer.bytes)
    }

    /// The same packet with the checksum that it should have.
    static func sealed(_ packet: [UInt8]) -> [UInt8] {
        var packet = packet
        let checksum = packet.withUnsafeBytes { CRC32c.checksum(ofPacket: $0) }
        for index in 0..<4 { packet[8 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index)) }
        return packet
    }

    @_lifetime(borrow packet)
    static func body(_ packet: borrowing [UInt8]) throws(ParseError) -> ByteReader {
        var reader = ByteReader(packet.span.bytes)
        _ = try PacketHeader(parsing: &reader)
        return reader
    }

    static func data(
        _ tsn: UInt32, stream: UInt16 = 0, sequence: UInt16 = 0, flags: DataChunk.Flags = [.beginning, .end],
        _ bytes: [UInt8]
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(tsn)
        writer.write(stream)
        writer.write(sequence)
        writer.write(53 as UInt32)
        writer.write(bytes)
        return chunk(.data, flags: flags.rawValue, writer.bytes)
    }

    static func sack(
        _ cumulative: UInt32, window: UInt32 = 1_000_000, blocks: [(UInt16, UInt16)] = [], duplicates: [UInt32] = []
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(cumulative)
        writer.write(window)
        writer.write(UInt16(blocks.count))
        writer.write(UInt16(duplicates.count))
        for (start, end) in blocks {
            writer.write(start)
            writer.write(end)
        }
        for number in duplicates { writer.write(number) }
        return chunk(.sack, writer.bytes)
    }

    static func forwardTSN(_ last: UInt32, _ streams: [(UInt16, UInt16)] = []) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(last)
        for (stream, sequence) in streams {
            writer.write(stream)
            writer.write(sequence)
        }
        return chunk(.forwardTSN, writer.bytes)
    }
}

/// What a test that plays the peer of an association knows and says.
final class HandMadePeer {
    let victim: Endpoint
    let tag: UInt32 = 0x7000_0001
    /// The first number of our data.
    let firstTSN: UInt32
    /// The first number of the victim's.
    private(set) var victimTSN: UInt32 = 0
    private var victimTag: UInt32 = 0
    var now = Instant.zero

    /// Makes an association with the victim.
    init(
        _ configuration: SCTPConfiguration = .init(), window: UInt32 = 1_000_000, firstTSN: UInt32 = 1, seed: UInt64 = 1
    ) throws {
        victim = Endpoint(configuration, seed: seed)
        self.firstTSN = firstTSN
        var introduction = InitChunk(
            initiateTag: tag, window: window, outboundStreams: 65_535, inboundStreams: 65_535, initialTSN: firstTSN)
        introduction.supportsForwardTSN = true
        introduction.supportsReconfiguration = true
        victim.receive(Packet.make(tag: 0, introduction.chunk(.initiation)))
        let answer = victim.drain()[0]
        var chunks = ChunkReader(try Packet.body(answer))
        let acknowledgement = try InitChunk(parsing: try chunks.next().value)
        victimTag = acknowledgement.initiateTag
        victimTSN = acknowledgement.initialTSN
        victim.receive(Packet.make(tag: victimTag, chunk(.cookieEcho, acknowledgement.cookie)))
        _ = victim.drain()
        victim.forget()
    }

    /// Gives the victim these chunks in one packet, and returns the chunks that it answers with.
    @discardableResult
    func say(_ chunks: [UInt8]...) -> [Answer] {
        victim.receive(Packet.make(tag: victimTag, Array(chunks.joined())), now: now)
        return answers()
    }

    /// Lets the victim's next timer expire.
    @discardableResult
    func waitForTimer() -> [Answer] {
        guard let deadline = victim.deadline else { return [] }
        now = max(now, deadline)
        victim.association.handleTimeout(now: now)
        return answers()
    }

    func answers() -> [Answer] {
        var answers: [Answer] = []
        for packet in victim.drain() {
            guard let body = try? Packet.body(packet) else { continue }
            var chunks = ChunkReader(body)
            while let chunk = try? chunks.next() {
                answers.append(Answer(type: chunk.type, flags: chunk.flags, value: chunk.value.array))
            }
        }
        return answers
    }

    struct Answer: Equatable {
        let type: ChunkType
        let flags: UInt8
        let value: [UInt8]

        func reconfiguration() throws -> [Reconfiguration] { try Reconfiguration.parse(value.span.bytes) }

        /// The 32-bit number at an offset of the value.
        func number(_ offset: Int) -> UInt32 {
            value[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }
}
