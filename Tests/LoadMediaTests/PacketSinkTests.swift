// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import LoadMedia

@Suite("What a subscriber of a load test counts")
struct PacketSinkTests {
    private static func header(
        _ number: UInt16, ssrc: UInt32 = 7, endsFrame: Bool = false, at instant: Instant = .zero
    ) throws -> RTPHeader {
        var bytes = [UInt8](repeating: 0, count: 40)
        return try bytes.withUnsafeMutableBytes { slot in
            RTPHeader.writeFixed(
                to: slot.baseAddress!, marker: endsFrame, payloadType: 96, sequenceNumber: SequenceNumber(number),
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

    /// A packet a millisecond and ten to a frame, of which `isLost` says what does not come; whatever is asked for comes
    /// `answer` later.
    private static func play(
        milliseconds: Int, answer: Duration?, interval: MeasuredInterval? = nil, isLost: (Int) -> Bool
    ) throws -> (sink: PacketSink, end: Instant) {
        var sink = PacketSink(reporterSSRC: 1)
        var answers: [(due: Instant, number: UInt16)] = []
        var end = Instant.zero
        for number in 1...milliseconds {
            let now = Instant.zero + .milliseconds(number)
            end = now
            if !isLost(number) {
                sink.receive(
                    try header(UInt16(number), endsFrame: number % 10 == 0, at: now), now: now, interval: interval)
            }
            for (_, late) in answers.filter({ $0.due <= now }) {
                let sent = Instant.zero + .milliseconds(Int(late))
                sink.receive(try header(late, endsFrame: late % 10 == 0, at: sent), now: now, interval: interval)
            }
            answers.removeAll { $0.due <= now }
            guard let bytes = sink.handleTimeout(now: now, interval: interval), let answer else { continue }
            for case .nack(let request) in try bytes.withUnsafeBytes({ try RTCPMessage.parse($0.bytes) }) {
                for pair in request.pairs {
                    let numbers =
                        [pair.packetID.rawValue]
                        + (0..<16).filter { pair.bitmap >> $0 & 1 == 1 }.map { pair.packetID.rawValue + 1 + $0 }
                    answers += numbers.map { (now + answer, $0) }
                }
            }
        }
        return (sink, end)
    }

    @Test func `what is missing is asked for, and counts as repaired when it comes`() throws {
        let (sink, end) = try Self.play(milliseconds: 2000, answer: .milliseconds(15)) { $0 % 50 == 7 && $0 < 1900 }
        #expect(sink.received == 2000)
        #expect(sink.repaired == 38)
        #expect(sink.requested == 38)
        #expect(sink.missing == 0 && sink.duplicates == 0)
        #expect(sink.frames == 200)
        #expect(sink.freezes(now: end, interval: nil).count == 0)
    }

    @Test func `what never comes leaves its frame out, and the picture stands still until it is given up`() throws {
        let (sink, end) = try Self.play(milliseconds: 3000, answer: nil) { $0 == 1005 }
        #expect(sink.missing == 1 && sink.repaired == 0)
        #expect(sink.requested >= 5)
        #expect(sink.frames == 299)
        let freezes = sink.freezes(now: end, interval: nil)
        #expect(freezes.count == 1)
        #expect(freezes.total == freezes.longest)
        // From the last whole frame before it until its frame is left out.
        #expect(freezes.longest >= .milliseconds(600) && freezes.longest < .milliseconds(630), "\(freezes)")
    }

    @Test func `a pause is a freeze from half a second on, within the measured interval alone`() throws {
        func freezes(pause: Int, interval: MeasuredInterval? = nil) throws -> Freezes {
            let (sink, end) = try Self.play(milliseconds: 3000, answer: nil, interval: interval) {
                $0 > 1000 && $0 <= 1000 + pause
            }
            return sink.freezes(now: end, interval: interval)
        }
        #expect(try freezes(pause: 470).count == 0)
        let one = try freezes(pause: 1000)
        #expect(one.count == 1)
        // Nobody can tell whether the first frame after it is whole.
        #expect(one.longest == .milliseconds(1020))
        // One that lasts counts too.
        #expect(try freezes(pause: 2000).longest == .milliseconds(2000))
        let interval = MeasuredInterval(start: .zero + .milliseconds(1400), duration: .milliseconds(600))
        #expect(try freezes(pause: 1000, interval: interval).longest == .milliseconds(600))
        let late = MeasuredInterval(start: .zero + .milliseconds(1600), duration: .seconds(1))
        #expect(try freezes(pause: 1000, interval: late).count == 0)
    }

    @Test func `a frame a second is no freeze, four seconds without one are`() {
        var meter = FreezeMeter()
        var now = Instant.zero
        for _ in 0..<10 {
            meter.frame(at: now, interval: nil)
            now += .seconds(1)
        }
        // The first distance is not known before: it counts against half a second.
        #expect(meter.freezes(now: now, interval: nil).count <= 1)
        meter.reset()
        #expect(meter.freezes(now: now + .seconds(1), interval: nil).count == 0)
        #expect(meter.freezes(now: now + .seconds(3), interval: nil).longest == .seconds(4))
    }

    @Test func `a gap of more than can wait is given up at once`() {
        var frames = FrameAssembly()
        #expect(frames.receive(100_000, endsFrame: true, now: .zero) == 1)
        #expect(frames.receive(100_002, endsFrame: true, now: .zero) == 0)
        #expect(frames.deadline == Instant.zero + FrameAssembly.patience)
        #expect(frames.receive(100_002 + UInt64(FrameAssembly.capacity), endsFrame: true, now: .zero) == 0)
        #expect(frames.deadline == nil)
        #expect(frames.receive(100_003 + UInt64(FrameAssembly.capacity), endsFrame: true, now: .zero) == 1)
        // What comes after it has been given up is of no use.
        #expect(frames.receive(100_001, endsFrame: true, now: .zero) == 0)
        #expect(frames.handleTimeout(now: .zero + .seconds(9)) == 0)
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
            let pictureID = frames[0].descriptor.pictureID.map { ($0 + UInt16(position / 8)) & 0x7fff }
            #expect(packet.descriptor.pictureID == pictureID)
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
