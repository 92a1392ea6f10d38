// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU

/// One down stream as a browser receives it: it asks for what is missing, puts frames together, decodes what it can, asks
/// for key frames, reports.
final class SimulatedView {
    /// A packet as it is on the wire, with what the test knows of it.
    struct Packet {
        /// What SRTP would have to guess.
        var index: UInt64
        var timestamp: UInt32
        var marker: Bool
        var length: Int
        /// `nil` for an empty packet.
        var part: FramePart?
        var pictureID: UInt16
        var tl0PictureIndex: UInt8
        var sentAt: Instant
    }

    /// How a browser behaves.
    struct Habits {
        var estimator = ModelEstimator.Kind.chromium
        /// Between two requests for one packet: browsers that receive only do not know the round trip, and presume 100 ms.
        var nackSpacing = Duration.milliseconds(100)
    }

    static let nackTries = 10
    /// A browser that can decode nothing for so long asks for a key frame; before the first picture sooner.
    static let patience = Duration.seconds(3)
    static let firstPatience = Duration.milliseconds(200)

    let ssrc: UInt32
    let publisher: SimulatedPublisher
    private let habits: Habits

    // Reception.
    private var unwrapper = SequenceUnwrapper()
    private var received: Set<UInt64> = []
    private var first: UInt64?
    private var highest: UInt64 = 0
    private var missing: [(index: UInt64, asked: Instant, tries: Int)] = []
    private var estimator: ModelEstimator
    private var arrivedBytes = 0.0
    private var leastTransit = Duration.seconds(1000)
    private var transit: Duration?
    private var expectedBefore: UInt64 = 0
    private var lostBefore: Int64 = 0
    private var lost: Int64 = 0
    private var lastSenderReport: (compact: UInt32, at: Instant)?

    // Decoding, by stream and frame.
    private var parts: [[UInt8]]
    private var isDecoded: [[Bool]]
    /// Frames that end their picture.
    private var isMarked: [[Bool]]
    private var order = PictureOrder()
    private var waiting: [(stream: Int, frame: Int, packet: Packet)] = []
    private var lastProgress = Instant.zero

    // What the viewer sees.
    struct Picture {
        var at: Instant
        var stream: Int
        var spatial: UInt8
    }
    private(set) var pictures: [Picture] = []
    private var newestShown: UInt32?

    // What went wrong.
    private(set) var wrongGuesses = 0

    init(ssrc: UInt32, publisher: SimulatedPublisher, habits: Habits, now: Instant) {
        self.ssrc = ssrc
        self.publisher = publisher
        self.habits = habits
        estimator = ModelEstimator(habits.estimator)
        parts = publisher.tracks.map { _ in [] }
        isDecoded = publisher.tracks.map { _ in [] }
        isMarked = isDecoded
        lastProgress = now
    }

    // MARK: Packets

    func receive(_ packet: Packet, now: Instant) {
        // As libwebrtc counts: without headers.
        arrivedBytes += Double(packet.length)
        let transit = now - packet.sentAt
        leastTransit = min(leastTransit, transit)
        self.transit = min(self.transit ?? transit, transit)
        // A wrong roll-over counter would fail authentication.
        let number = SequenceNumber(UInt16(truncatingIfNeeded: packet.index))
        guard unwrapper.index(of: number) == packet.index else {
            wrongGuesses += 1
            return
        }
        unwrapper.advance(to: packet.index)
        guard received.insert(packet.index).inserted else { return }
        if first == nil {
            first = packet.index
            highest = packet.index
        }
        lost -= 1
        if packet.index > highest {
            lost += Int64(packet.index - highest)
            for index in highest + 1..<packet.index where missing.count < 1000 {
                missing.append((index, now - habits.nackSpacing, 0))
            }
            highest = packet.index
        } else {
            missing.removeAll { $0.index == packet.index }
        }
        if let part = packet.part { complete(part, packet, now: now) }
    }

    private func complete(_ part: FramePart, _ packet: Packet, now: Instant) {
        let stream = publisher.tracks.firstIndex { $0.encoder.id == part.stream }!
        while parts[stream].count <= part.frame {
            parts[stream].append(0)
            isDecoded[stream].append(false)
            isMarked[stream].append(false)
        }
        parts[stream][part.frame] += 1
        if packet.marker { isMarked[stream][part.frame] = true }
        let frame = publisher.tracks[stream].encoder.frames[part.frame]
        guard Int(parts[stream][part.frame]) == frame.packets else { return }
        waiting.append((stream, part.frame, packet))
        var position = 0
        // Oldest first; each frame that is decoded may be what others wait for.
        waiting.sort { $0.packet.index < $1.packet.index }
        while position < waiting.count {
            let candidate = waiting[position]
            switch decode(candidate.stream, candidate.frame, candidate.packet, now: now) {
            case .handOff:
                waiting.remove(at: position)
                if publisher.tracks[candidate.stream].encoder.frames[candidate.frame].isKeyFrame {
                    let first = candidate.packet.index
                    waiting.removeAll { $0.packet.index < first }
                    missing.removeAll { $0.index + 8 < first }
                }
                position = 0
            case .wait: position += 1
            case .drop: waiting.remove(at: position)
            }
        }
        if waiting.count > 100 { waiting.removeFirst() }
    }

    private func decode(_ stream: Int, _ number: Int, _ packet: Packet, now: Instant) -> PictureOrder.Decision {
        let encoder = publisher.tracks[stream].encoder
        let frame = encoder.frames[number]
        if encoder.structure.codec == .vp8 {
            let decision = order.judge(
                pictureID: packet.pictureID, tl0PictureIndex: packet.tl0PictureIndex,
                temporal: frame.layers.temporal, isSync: frame.isSync, isKeyFrame: frame.isKeyFrame)
            guard decision == .handOff else { return decision }
        }
        for reference in frame.references where reference >= isDecoded[stream].count || !isDecoded[stream][reference] {
            return encoder.structure.codec == .vp8 ? .drop : .wait
        }
        isDecoded[stream][number] = true
        // A browser decodes the frames of a picture together, when it has the one with the marker.
        if isMarked[stream][number] { show(frame, stream, packet, now: now) }
        return .handOff
    }

    private func show(_ frame: LayeredEncoder.Frame, _ stream: Int, _ packet: Packet, now: Instant) {
        if let newest = newestShown {
            let distance = Int32(bitPattern: packet.timestamp &- newest)
            // A picture that is older than the one on the screen is of use to the decoder only.
            guard distance > 0 else { return }
        }
        newestShown = packet.timestamp
        lastProgress = now
        pictures.append(Picture(at: now, stream: stream, spatial: frame.layers.spatial))
    }

    // MARK: Reports

    /// What it has to say every 20 ms.
    func feedback(now: Instant) -> [UInt8]? {
        var compound = RTCPCompoundBuilder(maximumSize: 1400)
        var numbers: [SequenceNumber] = []
        for position in missing.indices where now - missing[position].asked >= habits.nackSpacing {
            missing[position].asked = now
            missing[position].tries += 1
            numbers.append(SequenceNumber(UInt16(truncatingIfNeeded: missing[position].index)))
        }
        if !numbers.isEmpty {
            missing.removeAll { $0.tries >= Self.nackTries }
            _ = compound.append(.nack(GenericNACK(senderSSRC: 1, mediaSSRC: ssrc, missing: numbers)))
        }
        if now - lastProgress >= (pictures.isEmpty ? Self.firstPatience : Self.patience) {
            lastProgress = now
            _ = compound.append(.pictureLoss(PictureLossIndication(senderSSRC: 1, mediaSSRC: ssrc)))
        }
        return compound.isEmpty ? nil : compound.bytes
    }

    /// What it has to say every 50 ms of what its path carries.
    func estimate(now: Instant) -> [UInt8]? {
        let delay = transit.map { ($0 - leastTransit).inSeconds }
        let estimate = estimator.step(arrived: arrivedBytes, delay: delay, now: now)
        arrivedBytes = 0
        transit = nil
        guard let estimate else { return nil }
        var compound = RTCPCompoundBuilder()
        _ = compound.append(
            .estimatedBitrate(
                ReceiverEstimatedMaximumBitrate(senderSSRC: 1, bitrate: Int(estimate), ssrcs: [ssrc])))
        return compound.bytes
    }

    /// Its receiver report, once a second. As libwebrtc counts: a packet that came because it was asked for is not lost.
    func report(now: Instant) -> [UInt8]? {
        guard first != nil else { return nil }
        let expected = Int64(highest - expectedBefore)
        let newlyLost = lost - lostBefore
        let fraction = expected > 0 && expectedBefore > 0 ? max(0, min(255, newlyLost * 255 / expected)) : 0
        expectedBefore = highest
        lostBefore = lost
        var block = ReportBlock(
            ssrc: ssrc, fractionLost: UInt8(fraction), cumulativeLost: Int32(max(0, lost)),
            highestSequenceNumber: UInt32(truncatingIfNeeded: highest), jitter: 90)
        if let lastSenderReport {
            block.lastSenderReport = lastSenderReport.compact
            block.delaySinceLastSenderReport = UInt32(
                (now - lastSenderReport.at).wholeNanoseconds / 1000 * 65536 / 1_000_000)
        }
        var compound = RTCPCompoundBuilder()
        _ = compound.append(.receiverReport(ReceiverReport(senderSSRC: 1, blocks: [block])))
        return compound.bytes
    }

    func receiveReport(_ report: [UInt8], now: Instant) {
        for message in (try? RTCPMessage.parse(report.span.bytes)) ?? [] {
            if case .senderReport(let report) = message { lastSenderReport = (report.ntpTime.compact, now) }
        }
    }

    // MARK: What the viewer saw

    /// The largest size that there is, as `spatial - 4 * stream`.
    var largestSize: Int { publisher.tracks[0].encoder.structure.spatial - 1 }

    /// The gaps between pictures, longest first, from the first picture to `end`.
    func gaps(from start: Instant, to end: Instant) -> [Duration] {
        var gaps: [Duration] = []
        var last = start
        for picture in pictures where picture.at > start && picture.at <= end {
            gaps.append(picture.at - last)
            last = picture.at
        }
        gaps.append(end - last)
        return gaps.sorted(by: >)
    }
}
