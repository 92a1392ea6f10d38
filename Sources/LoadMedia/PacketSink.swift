// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTP

/// What one subscriber notes of the packets that it is sent, by their clear headers alone.
struct PacketSink {
    /// What is missing and has been asked for; a box, because sources live in an array.
    private final class Requests {
        var window = NackWindow()
    }

    /// One SSRC.
    private struct Source {
        let ssrc: UInt32
        var unwrapper = SequenceUnwrapper()
        let requests = Requests()
        var statistics = ReceptionStatistics(clockRate: MediaTimestamp.clockRate)
        var frames = FrameAssembly()
        var freezes = FreezeMeter()
        /// Packets a second, for the patience of the requests.
        var rate = 0
        var rateStart: Instant?
        var rateCount = 0
        /// Of the measured interval.
        var lowest: UInt64?
        var highest: UInt64 = 0
        var received = 0
        var repaired = 0

        /// - Returns: the packet's index; `nil` for one that has been here before.
        mutating func note(_ header: RTPHeader, isMeasured: Bool, now: Instant) -> UInt64? {
            // Not from 0: what comes early and out of order must not fall below.
            if unwrapper.highest == nil { unwrapper.advance(to: 65_536 + UInt64(header.sequenceNumber.rawValue) - 1) }
            let index = unwrapper.unwrap(header.sequenceNumber)
            let arrival = requests.window.receive(index: index, packetRate: rate, now: now)
            // Nobody waits for it: rather a duplicate than a packet too many.
            if case .unexpected = arrival { return nil }
            if isMeasured {
                highest = lowest == nil ? index : max(highest, index)
                lowest = min(lowest ?? index, index)
                received += 1
                if case .repaired = arrival { repaired += 1 }
            }
            return index
        }

        mutating func measureRate(now: Instant) {
            rateCount += 1
            guard let start = rateStart else {
                rateStart = now
                return
            }
            guard now - start >= .seconds(1) else { return }
            rate = rateCount
            rateCount = 0
            rateStart = now
        }
    }

    private var sources: [Source] = []
    private let reporterSSRC: UInt32
    /// Packets of any kind since the start; every hundredth is decrypted.
    private(set) var total = 0
    private(set) var duplicates = 0
    private(set) var latency = LatencyHistogram()
    /// Packets that have been asked for, each time counted.
    private(set) var requested = 0
    /// Frames that have come whole.
    private(set) var frames = 0

    /// A stream has one or two sources; more come only when sections are added again and again.
    static let maximumSources = 64
    /// The estimate that our receiver reports carry: enough for whatever is sent.
    static let bitrate = 1 << 30

    init(reporterSSRC: UInt32) { self.reporterSSRC = reporterSSRC }

    /// Forgets what was counted, not what is needed to go on.
    mutating func reset() {
        duplicates = 0
        latency = LatencyHistogram()
        requested = 0
        frames = 0
        for index in sources.indices {
            sources[index].lowest = nil
            sources[index].received = 0
            sources[index].repaired = 0
            sources[index].freezes.reset()
        }
    }

    var received: Int { sources.reduce(0) { $0 + $1.received } }
    /// Packets that came because they were asked for.
    var repaired: Int { sources.reduce(0) { $0 + $1.repaired } }
    var missing: Int {
        sources.reduce(0) { sum, source in
            sum + max(0, source.lowest.map { Int(source.highest - $0) + 1 - source.received } ?? 0)
        }
    }

    mutating func receive(_ header: RTPHeader, now: Instant, interval: MeasuredInterval?) {
        total &+= 1
        var position = 0
        while position < sources.count, sources[position].ssrc != header.ssrc { position += 1 }
        if position == sources.count {
            guard sources.count < Self.maximumSources else { return }
            sources.append(Source(ssrc: header.ssrc))
        }
        let isMeasured = interval?.contains(header.timestamp) ?? true
        guard let index = sources[position].note(header, isMeasured: isMeasured, now: now) else {
            if isMeasured { duplicates &+= 1 }
            return
        }
        sources[position].statistics.receive(index: index, timestamp: header.timestamp, now: now)
        if isMeasured { latency.add(Int32(bitPattern: MediaTimestamp.at(now) &- header.timestamp)) }
        sources[position].measureRate(now: now)
        let whole = sources[position].frames.receive(index, endsFrame: header.marker, now: now)
        if whole > 0 { note(whole, at: position, now: now, interval: interval) }
    }

    private mutating func note(_ whole: Int, at position: Int, now: Instant, interval: MeasuredInterval?) {
        sources[position].freezes.frame(at: now, interval: interval)
        if interval.map({ $0.start <= now && now < $0.end }) ?? true { frames += whole }
    }

    func freezes(now: Instant, interval: MeasuredInterval?) -> Freezes {
        var sum = Freezes()
        for source in sources { sum += source.freezes.freezes(now: now, interval: interval) }
        return sum
    }

    /// Gives up what is overdue, and asks for what is missing.
    ///
    /// - Returns: the requests ([RFC 4585 section 6.2.1](https://www.rfc-editor.org/rfc/rfc4585#section-6.2.1)), and one for
    ///   a key frame where a packet will not come any more; `nil` when there is nothing to say.
    mutating func handleTimeout(now: Instant, interval: MeasuredInterval?) -> [UInt8]? {
        var compound = RTCPCompoundBuilder()
        for position in sources.indices {
            if let due = sources[position].frames.deadline, due <= now {
                let whole = sources[position].frames.handleTimeout(now: now)
                if whole > 0 { note(whole, at: position, now: now, interval: interval) }
            }
            let requests = sources[position].requests
            guard requests.window.needsAttention else { continue }
            let ssrc = sources[position].ssrc
            let missing = requests.window.takeRequests(now: now)
            if !missing.isEmpty {
                requested += missing.count
                let numbers = missing.map { SequenceNumber(UInt16(truncatingIfNeeded: $0)) }
                _ = compound.append(
                    .nack(GenericNACK(senderSSRC: reporterSSRC, mediaSSRC: ssrc, missing: numbers)))
            }
            if requests.window.takeGivenUp() {
                _ = compound.append(.pictureLoss(PictureLossIndication(senderSSRC: reporterSSRC, mediaSSRC: ssrc)))
            }
        }
        return compound.isEmpty ? nil : compound.bytes
    }

    mutating func receiveSenderReport(_ report: SenderReport, now: Instant) {
        for index in sources.indices where sources[index].ssrc == report.ssrc {
            sources[index].statistics.receiveSenderReport(report.ntpTime, now: now)
        }
    }

    /// A receiver report and an estimate of the path; `nil` before anything has come.
    mutating func report(now: Instant) -> [UInt8]? {
        var blocks: [ReportBlock] = []
        for index in sources.indices.prefix(ReportBlock.maximumPerPacket) {
            let ssrc = sources[index].ssrc
            if let block = sources[index].statistics.reportBlock(ssrc: ssrc, now: now) { blocks.append(block) }
        }
        guard !blocks.isEmpty else { return nil }
        var compound = RTCPCompoundBuilder()
        _ = compound.append(.receiverReport(ReceiverReport(senderSSRC: reporterSSRC, blocks: blocks)))
        _ = compound.append(
            .estimatedBitrate(
                ReceiverEstimatedMaximumBitrate(
                    senderSSRC: reporterSSRC, bitrate: Self.bitrate, ssrcs: blocks.map(\.ssrc))))
        return compound.bytes
    }

    /// Asks for a key frame of every source.
    func keyFrameRequest() -> [UInt8]? {
        var compound = RTCPCompoundBuilder()
        for source in sources {
            _ = compound.append(
                .pictureLoss(PictureLossIndication(senderSSRC: reporterSSRC, mediaSSRC: source.ssrc)))
        }
        return compound.isEmpty ? nil : compound.bytes
    }
}
