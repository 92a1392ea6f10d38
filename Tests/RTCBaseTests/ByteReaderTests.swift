// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@Suite("Byte reader and writer")
struct ByteReaderTests {
    @Test func `integers are read in network order`() throws {
        let bytes = hex(
            """
            01                 # 8 bits
            0203               # 16
            040506             # 24
            0708090a           # 32
            0b0c0d0e0f101112   # 64
            """)
        var reader = ByteReader(bytes.span.bytes)
        #expect(try reader.readUInt8() == 0x01)
        #expect(try reader.readUInt16() == 0x0203)
        #expect(try reader.readUInt24() == 0x04_0506)
        #expect(try reader.readUInt32() == 0x0708_090a)
        #expect(try reader.readUInt64() == 0x0b0c_0d0e_0f10_1112)
        #expect(reader.count == 0)
    }

    /// Runs one read on `count` bytes and says whether it succeeded and how many bytes are left.
    private func attempt(
        _ count: Int, _ read: (inout ByteReader) throws(ParseError) -> Void
    ) -> (error: ParseError?, left: Int) {
        let bytes = [UInt8](repeating: 0xff, count: count)
        var reader = ByteReader(bytes.span.bytes)
        do throws(ParseError) {
            try read(&reader)
            return (nil, reader.count)
        } catch {
            return (error, reader.count)
        }
    }

    @Test(arguments: 0..<12)
    func `a read of too few bytes throws and takes nothing`(count: Int) {
        let reads: [(Int, (inout ByteReader) throws(ParseError) -> Void)] = [
            (1, { reader throws(ParseError) in _ = try reader.readUInt8() }),
            (2, { reader throws(ParseError) in _ = try reader.readUInt16() }),
            (3, { reader throws(ParseError) in _ = try reader.readUInt24() }),
            (4, { reader throws(ParseError) in _ = try reader.readUInt32() }),
            (8, { reader throws(ParseError) in _ = try reader.readUInt64() }),
            (5, { reader throws(ParseError) in try reader.skip(5) }),
            (5, { reader throws(ParseError) in _ = try reader.read(5) }),
            (0, { reader throws(ParseError) in try reader.skip(0) }),
        ]
        for (length, read) in reads {
            let (error, left) = attempt(count, read)
            #expect(error == (count < length ? .truncated : nil))
            #expect(left == (count < length ? count : count - length))
        }
    }

    @Test(arguments: [-1, Int.min, Int.max])
    func `a length that cannot be is an error`(length: Int) {
        #expect(attempt(8) { reader throws(ParseError) in try reader.skip(length) }.error == .truncated)
        #expect(attempt(8) { reader throws(ParseError) in _ = try reader.read(length) }.error == .truncated)
    }

    @Test func `a part is a view of the same bytes and does not see beyond its end`() throws {
        let bytes: [UInt8] = [1, 2, 3, 4, 5]
        var reader = ByteReader(bytes.span.bytes)
        try reader.skip(1)
        var part = ByteReader(try reader.read(2))
        #expect(try part.readUInt16() == 0x0203)
        #expect((try? part.readUInt8()) == nil)
        #expect(reader.remaining.array == [4, 5])
    }

    @Test func `what is written is read back`() throws {
        var writer = ByteWriter(reservingCapacity: 64)
        writer.write(UInt8(0xfe))
        writer.write(UInt16(0xfedc))
        writer.writeUInt24(0xaafe_dcba)
        writer.write(UInt32(0xfedc_ba98))
        writer.write(UInt64(0xfedc_ba98_7654_3210))
        writer.write([1, 2] as [UInt8])
        writer.write(([3, 4] as [UInt8]).span.bytes)
        writer.writeZeros(2)
        writer.writeZeros(-1)
        #expect(writer.count == 24)
        writer.overwrite(0x0102, at: 22)
        #expect(writer.bytes == hex("fe fedc fedcba fedcba98 fedcba9876543210 0102 0304 0102"))
        let written = writer.bytes
        var reader = ByteReader(written.span.bytes)
        #expect(try reader.readUInt8() == 0xfe)
        #expect(try reader.readUInt16() == 0xfedc)
        #expect(try reader.readUInt24() == 0xfe_dcba)
        #expect(try reader.readUInt32() == 0xfedc_ba98)
        #expect(try reader.readUInt64() == 0xfedc_ba98_7654_3210)
    }

    @Test func `no input breaks what the target promises`() {
        var random = SeededRandom(seed: 3)
        for text in ["2001:db8::1", "::ffff:192.0.2.1", "192.0.2.1", "1:2:3:4:5:6:7:8"] {
            let bytes = Array(text.utf8)
            for length in 0...bytes.count { bytes[..<length].withUnsafeBytes { RTCBaseFuzzing.run($0) } }
            for _ in 0..<2000 {
                var mutated = bytes
                mutated[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                mutated.withUnsafeBytes { RTCBaseFuzzing.run($0) }
            }
        }
        for count in 0..<200 { random.bytes(count).withUnsafeBytes { RTCBaseFuzzing.run($0) } }
    }
}
