// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

@Suite("Chunks of SCTP", .rfc(9260, "3"))
struct ChunkTests {
    @Test(.rfc(9260, "A")) func `the checksum is that of the published vectors`() {
        func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { CRC32c.checksum($0) } }
        #expect(checksum(Array("123456789".utf8)) == 0xe306_9283)
        // RFC 3720 section B.4, whose bytes are in the order in which they are sent.
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(checksum([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
        #expect(checksum(Array(0..<32)) == 0x46dd_794e)
        #expect(checksum(Array((0..<32).reversed())) == 0x113f_db5c)
        for length in 0..<64 {
            let bytes = (0..<length).map { UInt8($0 * 37 & 0xff) }
            #expect(checksum(bytes) == bitwise(bytes), "every way to split into words")
        }
    }

    private func bitwise(_ bytes: [UInt8]) -> UInt32 {
        var remainder = ~0 as UInt32
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0x82f6_3b78 : remainder >> 1 }
        }
        return ~remainder
    }

    /// An INIT as section 3.3.2 draws it, with what a browser says.
    private static let initiation = hex(
        """
        1388 1388 00000000 00000000   # ports 5000, no tag, checksum
        01 00 0020                    # INIT, 32 bytes
        deadbeef 00500000             # tag, window of 5 MiB
        ffff 0800                     # 65,535 streams out, 2048 in
        01020304                      # first TSN
        c000 0004                     # FORWARD TSN
        8008 0006 c082 0000           # extensions: FORWARD TSN, RE-CONFIG; padding
        """)

    @Test func `an INIT is read, written and read again`() throws {
        var reader = ByteReader(Self.initiation.span.bytes)
        let header = try PacketHeader(parsing: &reader)
        #expect(header == PacketHeader(sourcePort: 5000, destinationPort: 5000, verificationTag: 0))
        var chunks = ChunkReader(reader)
        let raw = try chunks.next()
        let type = raw.type
        #expect(type == .initiation)
        let chunk = try InitChunk(parsing: raw.value)
        #expect(chunk.initiateTag == 0xdead_beef && chunk.window == 5 << 20 && chunk.initialTSN == 0x0102_0304)
        #expect(chunk.outboundStreams == 65_535 && chunk.inboundStreams == 2048)
        #expect(chunk.supportsForwardTSN && chunk.supportsReconfiguration && !chunk.acceptsZeroChecksum)
        let written = chunk.chunk(.initiation)
        let again = try InitChunk(parsing: written.span.bytes.extracting(droppingFirst: 4))
        #expect(again == chunk)
    }

    @Test(.rfc(9260, "3.2.1")) func `unknown parameters of INIT are reported in INIT ACK if they want to be`() throws {
        var writer = ByteWriter()
        for value in [1, 1500, 0x0001_0001, 9] as [UInt32] { writer.write(value) }
        for (type, value) in [(0xc123, [1, 2, 3]), (0x8123, [4]), (0x4123, [5, 6]), (0xc124, [7])]
            as [(UInt16, [UInt8])]
        {
            writer.write(type)
            writer.write(UInt16(4 + value.count))
            writer.write(value)
            writer.writeZeros(padding(of: value.count))
        }
        let endpoint = Endpoint(seed: 1)
        endpoint.receive(Packet.make(tag: 0, chunk(.initiation, writer.bytes)))
        let answer = try #require(endpoint.drain().first)
        let text = hexText(answer)
        #expect(text.contains("0008000b" + "c1230007" + "010203"))
        #expect(text.contains("0008000a" + "41230006" + "0506"), "reported, and the last that is read")
        #expect(!text.contains("8123") && !text.contains("c124"))
    }

    @Test func `every truncation of every kind of chunk is survived`() throws {
        let requests: [Reconfiguration] = [
            .outgoingReset(request: 1, response: 2, lastTSN: 3, streams: [4, 5]),
            .incomingReset(request: 1, streams: [1]),
        ]
        let chunks: [[UInt8]] = [
            Array(Self.initiation[12...]), Packet.data(1, [1, 2, 3, 4, 5]),
            Packet.sack(0, blocks: [(1, 2), (4, 5)], duplicates: [1, 2]), Packet.forwardTSN(5, [(1, 2), (3, 4)]),
            Reconfiguration.chunk(requests), chunk(.heartbeat, [0, 1, 0, 8, 1, 2, 3, 4]),
            chunk(.error, cause: .staleCookie, [0, 0, 0, 1]), chunk(.shutdown, [0, 0, 0, 1]), chunk(.cookieAck, []),
            chunk(.cookieEcho, [UInt8](repeating: 1, count: 61)),
        ]
        for whole in chunks {
            for length in 0...whole.count {
                let peer = try HandMadePeer()
                // Cut off, and cut off with a length that agrees.
                peer.say(Array(whole[..<length]))
                if length >= 4 {
                    var shorter = Array(whole[..<length])
                    shorter[2] = 0
                    shorter[3] = UInt8(length)
                    peer.say(shorter)
                }
                let tag = peer.victim.association.verificationTag
                let packet = Packet.make(tag: tag, whole)
                peer.victim.receive(Array(packet[..<min(length, packet.count)]))
                #expect(peer.victim.association.heldBytes < 1000)
            }
        }
    }

    @Test func `a SACK whose counts do not fit is refused`() throws {
        let value = Array(Packet.sack(5, blocks: [(1, 2), (4, 5)], duplicates: [9]).dropFirst(4))
        for length in 0..<value.count {
            let part = Array(value[..<length])
            #expect(throws: ParseError.self) {
                var reader = ByteReader(part.span.bytes)
                _ = try SackChunk(parsing: &reader)
            }
        }
        var reader = ByteReader(value.span.bytes)
        let sack = try SackChunk(parsing: &reader)
        #expect(sack.blockCount == 2 && sack.duplicateCount == 1 && sack.cumulativeTSN == 5)
    }

    @Test(.rfc(8832, "5.1")) func `an OPEN is what RFC 8832 draws`() throws {
        var options = DataChannelOptions(label: "file")
        options.subprotocol = "x"
        options.isOrdered = false
        options.reliability = .lifetime(.milliseconds(500))
        let bytes = hex(
            """
            03 82 0100      # DATA_CHANNEL_OPEN, partially reliable by time, unordered; priority 256
            000001f4        # 500 ms
            0004 0001       # lengths
            66696c65 78     # "file", "x"
            """)
        #expect(DataChannelControl.open(options).bytes == bytes)
        #expect(try DataChannelControl(parsing: bytes.span.bytes) == .open(options))
        #expect(DataChannelControl.acknowledgement.bytes == [2])
        for length in 0..<bytes.count {
            let part = Array(bytes[..<length])
            #expect(throws: ParseError.self) { _ = try DataChannelControl(parsing: part.span.bytes) }
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `no bytes trap the fuzz entry`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = random.bytes(Int(random.next() % 400))
        bytes.withUnsafeBytes { SCTPFuzzing.run($0) }
        var truncated = Self.initiation
        truncated.removeLast(Int(random.next() % UInt64(truncated.count)))
        truncated.withUnsafeBytes { SCTPFuzzing.run($0) }
    }
}
