// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import LoadMedia

@Suite("What a subscriber of a load test counts")
struct PacketSinkTests {
    private static func header(_ number: UInt16, ssrc: UInt32 = 7, at instant: Instant = .zero) throws -> RTPHeader {
        var bytes = [UInt8](repeating: 0, count: 40)
        return try bytes.withUnsafeMutableBytes { slot in
            RTPHeader.writeFixed(
                to: slot.baseAddress!, marker: false, payloadType: 96, sequenceNumber: SequenceNumber(number),
                timestamp: MediaTimestamp.at(instant), ssrc: ssrc)
            return try RTPHeader(parsingProtected: UnsafeRawBufferPointer(slot))
        }
    }

    @Test(arguments: [0, 1, 32_767, 32_768, 65_500, 65_535] as [UInt16])
    func `packets are missing, late, or there twice, wherever the numbers begin`(first: UInt16) throws {
        var sink = PacketSink(reporterSSRC: 1)
        // 3 and 6 never come, 4 comes late, 5 comes twice.
        for offset in [0, 1, 2, 5, 5, 4, 7, 8] as [UInt16] {
            sink.receive(try Self.header(first &+ offset), now: .zero, interval: nil)
        }
        #expect(sink.received == 7)
        #expect(sink.missing == 2)
        #expect(sink.duplicates == 1)
        #expect(sink.total == 8)
    }

    @Test func `sources are counted apart`() throws {
        var sink = PacketSink(reporterSSRC: 1)
        for ssrc in [1, 2, 3] as [UInt32] {
            for number in [10, 12] as [UInt16] {
                sink.receive(try Self.header(number, ssrc: ssrc), now: .zero, interval: nil)
            }
        }
        #expect(sink.received == 6)
        #expect(sink.missing == 3)
    }

    @Test func `only packets sent within the interval count, however late they come`() throws {
        let interval = MeasuredInterval(start: .zero + .seconds(10), duration: .seconds(5))
        var sink = PacketSink(reporterSSRC: 1)
        for second in 5..<20 {
            let sent = Instant.zero + .seconds(second)
            sink.receive(
                try Self.header(UInt16(second), at: sent), now: sent + .milliseconds(30), interval: interval)
        }
        #expect(sink.received == 5)
        #expect(sink.missing == 0)
        let median = try #require(sink.latency.microseconds(0.5))
        #expect(abs(median - 30_000) < 30)
    }

    @Test func `quantiles are exact to a unit of the clock`() throws {
        var histogram = LatencyHistogram()
        #expect(histogram.microseconds(0.5) == nil)
        for units in 1...100 { histogram.add(Int32(units)) }
        #expect(histogram.microseconds(0.5) == MediaTimestamp.microseconds(50))
        #expect(histogram.microseconds(0.99) == MediaTimestamp.microseconds(99))
        #expect(histogram.microseconds(1) == MediaTimestamp.microseconds(100))
        var other = LatencyHistogram()
        other.add(-5)
        other.add(.max)
        histogram.merge(other)
        #expect(histogram.count == 102)
        #expect(histogram.microseconds(0) == 0)
    }
}

@Suite("What a publisher of a load test sends")
struct PacketSourceTests {
    private struct Packet {
        var header: RTPHeader
        var descriptor: VP8PayloadDescriptor
        var frame: VP8FrameHeader?
        var index: UInt64
    }

    private static func packets(_ count: Int, from source: inout PacketSource) throws -> [Packet] {
        var slot = [UInt8](repeating: 0, count: 1500)
        return try (0..<count).map { _ in
            var payload: [UInt8] = []
            var index: UInt64 = 0
            let header = try slot.withUnsafeMutableBytes { slot in
                source.next(at: 77, header: slot.baseAddress!) { body, number in
                    payload = Array(body)
                    index = number
                }
                return try RTPHeader(parsingProtected: UnsafeRawBufferPointer(slot))
            }
            return try payload.withUnsafeBytes { bytes in
                let descriptor = try VP8PayloadDescriptor(parsing: bytes)
                return Packet(
                    header: header, descriptor: descriptor, frame: descriptor.frameHeader(in: bytes), index: index)
            }
        }
    }

    @Test(.rfc(7741, "4.2"), arguments: [1, 8])
    func `frames of VP8 begin with a key frame, and again when one is asked for`(burst: Int) throws {
        var random = SeededRandom(seed: 3)
        var source = PacketSource(
            PacketSourceConfiguration(rate: 240, burst: burst, ssrc: 9), random: &random)
        let frames = try Self.packets(8 * 5, from: &source)
        for (position, packet) in frames.enumerated() {
            #expect(packet.descriptor.startsFrame == (position % 8 == 0))
            #expect(packet.header.marker == (position % 8 == 7))
            #expect(packet.index == frames[0].index + UInt64(position))
            #expect(
                packet.descriptor.pictureID
                    == frames[0].descriptor.pictureID.map { ($0 + UInt16(position / 8)) & 0x7fff })
            #expect(packet.header.ssrc == 9 && packet.header.timestamp == 77)
        }
        let starts = stride(from: 0, to: 40, by: 8).compactMap { frames[$0].frame }
        #expect(starts.map(\.isKeyFrame) == [true, false, false, false, false])
        #expect(starts.first?.width == 640 && starts.first?.height == 480)
        source.wantsKeyFrame = true
        #expect(try Self.packets(1, from: &source)[0].frame?.isKeyFrame == true)
        #expect(source.keyFrames == 2)
    }

    @Test func `bursts fall due at the rate, and a pause is not made up for`() throws {
        var random = SeededRandom(seed: 3)
        var source = PacketSource(PacketSourceConfiguration(rate: 400, burst: 8, ssrc: 9), random: &random)
        #expect(source.takeDueBursts(now: .zero) == 0)
        source.nextBurst = .zero
        var bursts = 0
        for millisecond in 0..<1000 { bursts += source.takeDueBursts(now: .zero + .milliseconds(millisecond)) }
        #expect(bursts == 50)
        #expect(source.takeDueBursts(now: .zero + .seconds(60)) == 5)
        #expect(source.takeDueBursts(now: .zero + .seconds(60)) == 0)
    }
}
