// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import STUN
import TURN
import Testing

@Suite("TURN over a stream", .rfc(8656, "12.5"))
struct TURNStreamTests {
    static let stun: [UInt8] = {
        var builder = STUNMessageBuilder(.indication, .data, id: TransactionID(high: 1, low: 2))
        builder.add(.xorPeerAddress, peer)
        builder.add(.data, [1, 2, 3, 4, 5])
        return builder.finish(fingerprint: false)
    }()

    func drain(_ parser: inout TURNStreamParser) throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        while let message = try parser.next() { messages.append(message) }
        return messages
    }

    func channel(_ length: Int) -> [UInt8] {
        ChannelData.message(
            0x4001, [UInt8](repeating: UInt8(truncatingIfNeeded: length), count: length), isPadded: true)
    }

    @Test(arguments: 1...60) func `pieces of any size give the same messages`(size: Int) throws {
        let messages = [
            Self.stun, channel(0), channel(1), channel(2), channel(3), channel(4), Self.stun, channel(1400),
        ]
        let bytes = messages.flatMap { $0 }
        var parser = TURNStreamParser()
        var all: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(bytes.count, start + size)])
            parser.append(piece.span.bytes)
            all += try drain(&parser)
        }
        #expect(all.count == messages.count)
        for (message, original) in zip(all, messages) {
            // Without the padding.
            #expect(original.starts(with: message))
            #expect(original.count - message.count < 4)
            if original[0] == 0x40 {
                let length = try ChannelData(parsing: message.span.bytes).payload.byteCount
                #expect(length == message.count - 4)
            }
        }
        #expect(parser.buffered == 0)
    }

    @Test(.attack(1)) func `every truncation waits for the rest`() throws {
        for message in [Self.stun, channel(7)] {
            for length in 0..<message.count {
                var parser = TURNStreamParser()
                let (head, tail) = (Array(message.prefix(length)), Array(message.dropFirst(length)))
                parser.append(head.span.bytes)
                let early = try drain(&parser)
                #expect(early.isEmpty)
                parser.append(tail.span.bytes)
                let whole = try drain(&parser)
                #expect(whole.count == 1)
            }
        }
    }

    @Test(.attack(4)) func `a message that is too long is skipped, and the next one read`() throws {
        for length in [2045, 4000, 65535] {
            for size in [1, 7, 1000, 100_000] {
                var parser = TURNStreamParser()
                let bytes = channel(length) + Self.stun
                var all: [[UInt8]] = []
                for start in stride(from: 0, to: bytes.count, by: size) {
                    let piece = Array(bytes[start..<min(bytes.count, start + size)])
                    parser.append(piece.span.bytes)
                    all += try drain(&parser)
                    #expect(parser.buffered <= TURNLimits.frameLength)
                }
                #expect(all == [Self.stun])
                #expect(parser.skipped == 1)
            }
        }
    }

    @Test(.attack(1)) func `what is not TURN ends the stream`() {
        for bytes in [
            Array("SSH-2.0-OpenSSH\r\n".utf8), [0x80, 0, 0, 4, 1, 2, 3, 4], [0x50, 0, 0, 0],
            [0, 1, 0, 3, 0x21, 0x12, 0xa4, 0x42], [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x43],
        ] as [[UInt8]] {
            var parser = TURNStreamParser()
            parser.append(bytes.span.bytes)
            #expect(throws: ParseError.self) { try parser.next() }
            parser.append(Self.stun.span.bytes)
            #expect(throws: ParseError.self) { try parser.next() }
            #expect(parser.buffered == 0)
            var dialogue = Dialogue(.tcp)
            dialogue.client.allocate(now: .zero)
            dialogue.receive(bytes)
            #expect(dialogue.events.last == .failed(.notTURN))
        }
    }

    @Test(.attack(1)) func `an HTTP server, whose answer looks like ChannelData, is found out`() {
        var dialogue = Dialogue(.tcp)
        dialogue.client.allocate(now: .zero)
        dialogue.receive(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        #expect(dialogue.events.last == .failed(.notTURN))
    }

    @Test(.attack(1)) func `ChannelData is read exactly`() {
        func parses(_ bytes: [UInt8]) -> Bool { (try? ChannelData(parsing: bytes.span.bytes)) != nil }
        #expect(parses([0x40, 0, 0, 1, 9]))
        #expect(parses([0x4f, 0xff, 0, 0]))
        // Padding up to the next multiple of 4 may follow.
        #expect(parses([0x40, 0, 0, 1, 9, 0, 0, 0]))
        #expect(!parses([0x40, 0, 0, 1, 9, 0, 0, 0, 0]))
        #expect(!parses([0x40, 0, 0, 4, 9, 9, 9, 9, 0]))
        #expect(!parses([0x40, 0, 0, 2, 9]))
        #expect(!parses([0x50, 0, 0, 1, 9]))
        #expect(!parses([0x3f, 0, 0, 1, 9]))
        for length in 0..<4 { #expect(!parses(Array([0x40, 0, 0, 0].prefix(length)))) }
    }

    @Test(.attack(1), arguments: 0..<20 as Range<UInt64>) func `random bytes and mutations are survived`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            var bytes = random.next() % 2 == 0 ? Self.stun + channel(Int(random.next() % 9)) : random.bytes(60)
            for _ in 0..<random.next() % 5 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes.withUnsafeBytes { TURNFuzzing.run($0) }
        }
    }
}
