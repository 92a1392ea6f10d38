// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTP

/// What one subscriber notes of the packets that it is sent, by their clear headers alone.
struct PacketSink {
    /// One SSRC.
    private struct Source {
        let ssrc: UInt32
        var unwrapper = SequenceUnwrapper()
        /// Whether highest − n was received, for n from 0 to 63.
        var window: UInt64 = 0
        var statistics = ReceptionStatistics(clockRate: MediaTimestamp.clockRate)
        /// Of the measured interval.
        var lowest: UInt64?
        var highest: UInt64 = 0
        var received = 0

        /// - Returns: the packet's index; `nil` for one that has been here before.
        mutating func note(_ header: RTPHeader, isMeasured: Bool) -> UInt64? {
            // Not from 0: what comes early and out of order must not fall below.
            if unwrapper.highest == nil { unwrapper.advance(to: 65_536 + UInt64(header.sequenceNumber.rawValue) - 1) }
            let before = unwrapper.highest ?? 0
            let index = unwrapper.unwrap(header.sequenceNumber)
            if index > before {
                let step = index - before
                window = step < 64 ? window << step | 1 : 1
            } else {
                let age = before - index
                // Too old to tell: rather a duplicate than a packet too many.
                guard age < 64, window >> age & 1 == 0 else { return nil }
                window |= 1 << age
            }
            if isMeasured {
                highest = lowest == nil ? index : max(highest, index)
                lowest = min(lowest ?? index, index)
                received += 1
            }
            return index
        }
    }

    private var sources: [Source] = []
    private let reporterSSRC: UInt32
    /// Packets of any kind since the start; every hundredth is decrypted.
    private(set) var total = 0
    private(set) var duplicates = 0
    private(set) var latency = LatencyHistogram()

    /// A stream has one or two sources; more come only when sections are added again and again.
    static let maximumSources = 64
    /// The estimate that our receiver reports carry: enough for whatever is sent.
    static let bitrate = 1 << 30

    init(reporterSSRC: UInt32) { self.reporterSSRC = reporterSSRC }

    /// Forgets what was counted, not what is needed to go on.
    mutating func reset() {
        duplicates = 0
        latency = LatencyHistogram()
        for index in sources.indices {
            sources[index].lowest = nil
            sources[index].received = 0
        }
    }

    var received: Int { sources.reduce(0) { $0 + $1.received } }
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
        guard let index = sources[position].note(header, isMeasured: isMeasured) else {
            if isMeasured { duplicates &+= 1 }
            return
        }
        sources[position].statistics.receive(index: index, timestamp: header.timestamp, now: now)
        if isMeasured { latency.add(Int32(bitPattern: MediaTimestamp.at(now) &- header.timestamp)) }
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
