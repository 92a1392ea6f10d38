// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import SFU

/// Publishers and receivers around one router, in virtual time: what a worker does, without sockets and keys.
final class SimulatedMeeting {
    static let tick = Duration.milliseconds(10)

    /// What was sent to one receiver, as the router sent it.
    struct Sending: Sendable {
        var first: UInt64?
        var highest: UInt64 = 0
        var newestTimestamp: UInt32 = 0
        /// Indices up to ``highest`` that have been sent.
        var distinct: UInt64 = 0
        /// What the last packets were, by index: an index and a digest of header and payload.
        var digests: [(index: UInt64, digest: UInt64)] = Array(repeating: (.max, 0), count: 4096)
        /// Packets of each frame, by encoding.
        var parts: [[UInt8]]
        /// The encoding sent last, and each that was sent before, with its newest frame.
        var track: Int?
        var changes: [(track: Int, frame: Int)] = []
        // Mistakes.
        var changedBytes = 0
        var oldIndices = 0
        var backwardTimes = 0

        /// Indices that were never sent, although higher ones were.
        var holes: Int { Int(highest + 1 - (first ?? highest + 1) - distinct) }
    }

    private(set) var now = Instant.zero
    let publishers: [SimulatedPublisher]
    let receivers: [SimulatedReceiver]
    private(set) var router = Router()
    private var plan = SendPlan(capacity: 4096)
    private var slot: UnsafeMutableRawPointer
    private let clock = WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero)
    private var publisherHandles: [Handle] = []
    private var trackHandles: [[Handle]] = []
    /// What the publishers' replay windows know, by publisher and track.
    private var replay: [[Set<UInt64>]] = []
    private var newest: [[UInt64]] = []
    /// By the stream number that the plan names: which receiver, and which of its views.
    private var streams: [(receiver: Int, view: Int)] = []
    private(set) var sendings: [Sending] = []

    init(publishers: [SimulatedPublisher], receivers: [SimulatedReceiver]) {
        self.publishers = publishers
        self.receivers = receivers
        slot = router.takeSpareSlot()
        for (number, publisher) in publishers.enumerated() {
            let handle = router.addPublisher(
                stream: Handle(index: UInt32(number), generation: 3), reporterSSRC: 0xfeed)
            publisherHandles.append(handle)
            trackHandles.append(
                publisher.tracks.enumerated().map { position, track in
                    router.addUpTrack(
                        UpTrackConfiguration(
                            ssrc: track.ssrc, codec: track.encoder.structure.codec, acceptsPLI: true,
                            acceptsNACK: true, acceptsREMB: true,
                            isLowestEncoding: position > 0 && position == publisher.tracks.count - 1),
                        publisher: handle)!
                })
            replay.append(publisher.tracks.map { _ in [] })
            newest.append(publisher.tracks.map { _ in 0 })
        }
    }

    func run(for duration: Duration) {
        let end = now + duration
        while now < end { advance() }
    }

    private func advance() {
        now += Self.tick
        for (number, receiver) in receivers.enumerated() where receiver.views.isEmpty && receiver.joinsAt <= now {
            join(receiver, number)
        }
        for publisher in publishers { publisher.step(now) }
        for number in publishers.indices { receive(fromPublisher: number) }
        forward()
        for number in receivers.indices where !receivers[number].views.isEmpty { attend(receivers[number]) }
        forward()
        while let feedback = router.pollFeedback(now: now) {
            publishers[Int(feedback.stream.index)].path.value.reply(feedback.message, now: now)
        }
        report()
    }

    private func join(_ receiver: SimulatedReceiver, _ number: Int) {
        for publisher in receiver.publishers {
            let stream = UInt32(streams.count)
            let ssrc = 10_000 + stream
            let handle = router.addSubscriber(stream: Handle(index: stream, generation: 1))
            _ = router.addDownTrack(
                DownTrackConfiguration(
                    sources: trackHandles[publisher], ssrc: ssrc, payloadType: 96,
                    firstSequenceNumber: UInt16(truncatingIfNeeded: stream &* 977 &+ 65_400)),
                subscriber: handle)
            router.setActive(true, subscriber: handle)
            streams.append((number, receiver.views.count))
            receiver.handles.append(handle)
            receiver.streams.append(Int(stream))
            receiver.views.append(
                SimulatedView(ssrc: ssrc, publisher: publishers[publisher], habits: receiver.habits, now: now))
            sendings.append(Sending(parts: publishers[publisher].tracks.map { _ in [] }))
        }
    }

    // MARK: Publishers

    private func receive(fromPublisher number: Int) {
        let publisher = publishers[number]
        while let report = publisher.path.value.receiveReply(now: now) { publisher.receive(report, now: now) }
        while let datagram = publisher.path.value.receive(now: now) {
            switch datagram {
            case .report(let bytes):
                router.receiveReport(bytes.span.bytes, fromPublisher: publisherHandles[number], now: now)
            case .packet(let sent): receive(sent, fromPublisher: number)
            }
        }
    }

    private func receive(_ sent: SimulatedPublisher.Sent, fromPublisher number: Int) {
        let index = sent.packet.index
        // What SRTP lets through: each index once, and none that is 512 behind.
        guard index + 512 > newest[number][sent.track], replay[number][sent.track].insert(index).inserted else {
            return
        }
        newest[number][sent.track] = max(newest[number][sent.track], index)
        var header = ByteWriter(reservingCapacity: 12)
        header.write(0x80 as UInt8)
        header.write((sent.packet.marker ? 0xe4 : 0x64) as UInt8)
        header.write(UInt16(truncatingIfNeeded: index))
        header.write(sent.packet.timestamp)
        header.write(publishers[number].tracks[sent.track].ssrc)
        let bytes = header.bytes + sent.packet.payload
        bytes.withUnsafeBytes { slot.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        let parsed = try! RTPHeader(parsing: bytes.span.bytes)
        let handle = trackHandles[number][sent.track]
        if router.receive(parsed, for: handle, slot: &slot, index: index, now: now) == .full {
            forward()
            _ = router.receive(parsed, for: handle, slot: &slot, index: index, now: now)
        }
    }

    // MARK: Receivers

    private func forward() {
        guard router.hasWork else { return }
        var isComplete = false
        while !isComplete {
            isComplete = router.fill(&plan, now: now)
            for position in 0..<plan.count { send(plan.entry(position)) }
            plan.removeAll()
        }
    }

    private func send(_ entry: UnsafePointer<SendPlanEntry>) {
        let stream = Int(entry.pointee.stream.index)
        let length = Int(entry.pointee.payloadLength)
        var header: (UInt64, UInt32) = (0, 0)
        withUnsafeMutableBytes(of: &header) { entry.pointee.write(header: $0.baseAddress!) }
        let part = length == 0 ? nil : FramePart(entry.pointee.payload, length: length)
        note(entry, header: header, part: part, stream: stream)
        let (receiver, view) = streams[stream]
        let packet = SimulatedView.Packet(
            index: entry.pointee.index, timestamp: entry.pointee.timestamp,
            marker: entry.pointee.markerAndPayloadType & 0x80 != 0, length: length, part: part,
            pictureID: entry.pointee.pictureID, tl0PictureIndex: entry.pointee.tl0PictureIndex, sentAt: now)
        receivers[receiver].path.value.send(
            SimulatedReceiver.Arrival(view: view, packet: packet), length: length, now: now)
    }

    /// Holds what goes out against all that went out before.
    private func note(
        _ entry: UnsafePointer<SendPlanEntry>, header: (UInt64, UInt32), part: FramePart?, stream: Int
    ) {
        let index = entry.pointee.index
        let length = Int(entry.pointee.payloadLength)
        var digest = header.0 &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(header.1) ^ UInt64(length) << 40
        // The descriptor, where forwarding writes, and the end, which says which packet it is. What lies between is zeros.
        if length > 0, entry.pointee.pictureIDBits > 0 {
            digest ^= UInt64(entry.pointee.pictureID) << 8 ^ UInt64(entry.pointee.tl0PictureIndex)
        }
        for offset in [0, 8, 16, length - 8] where offset >= 0 && offset + 8 <= length {
            let word = entry.pointee.payload.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            digest = (digest ^ word) &* 0x9e37_79b9_7f4a_7c15
            digest ^= digest >> 29
        }
        let place = Int(index % 4096)
        let known = sendings[stream].digests[place]
        if known.index == index {
            if known.digest != digest { sendings[stream].changedBytes += 1 }
            return
        }
        if let first = sendings[stream].first {
            if index + 4096 <= sendings[stream].highest || index < first { sendings[stream].oldIndices += 1 }
            if index > sendings[stream].highest {
                let distance = Int32(bitPattern: entry.pointee.timestamp &- sendings[stream].newestTimestamp)
                if distance < 0 { sendings[stream].backwardTimes += 1 }
                sendings[stream].newestTimestamp = entry.pointee.timestamp
            }
        } else {
            sendings[stream].first = index
            sendings[stream].newestTimestamp = entry.pointee.timestamp
        }
        sendings[stream].digests[place] = (index, digest)
        sendings[stream].highest = max(sendings[stream].highest, index)
        sendings[stream].distinct += 1
        guard let part else { return }
        let (receiver, view) = streams[stream]
        let tracks = receivers[receiver].views[view].publisher.tracks
        let track = tracks.firstIndex { $0.encoder.id == part.stream }!
        while sendings[stream].parts[track].count <= part.frame { sendings[stream].parts[track].append(0) }
        sendings[stream].parts[track][part.frame] += 1
        if let before = sendings[stream].track, before != track {
            sendings[stream].changes.append((before, sendings[stream].parts[before].count - 1))
        }
        sendings[stream].track = track
    }

    private func attend(_ receiver: SimulatedReceiver) {
        while let report = receiver.path.value.receiveReply(now: now) {
            // Which of its streams a report is of, the transport knows: here its first SSRC.
            guard let view = view(of: report, receiver) else { continue }
            router.receiveReport(report.span.bytes, fromSubscriber: receiver.handles[view], now: now)
        }
        while let datagram = receiver.path.value.receive(now: now) {
            switch datagram {
            case .packet(let arrival): receiver.views[arrival.view].receive(arrival.packet, now: now)
            case .report(let bytes): for view in receiver.views { view.receiveReport(bytes, now: now) }
            }
        }
        let centisecond = Int(now.nanoseconds / 10_000_000) + receiver.phase
        for view in receiver.views {
            if centisecond % 2 == 0, let report = view.feedback(now: now) {
                receiver.path.value.reply(report, now: now)
            }
            if centisecond % 5 == 0, let report = view.estimate(now: now) {
                receiver.path.value.reply(report, now: now)
            }
            if centisecond % 100 == 0, let report = view.report(now: now) {
                receiver.path.value.reply(report, now: now)
            }
        }
    }

    private func view(of report: [UInt8], _ receiver: SimulatedReceiver) -> Int? {
        guard receiver.views.count > 1 else { return 0 }
        for message in (try? RTCPMessage.parse(report.span.bytes)) ?? [] {
            let ssrc: UInt32? =
                switch message {
                case .receiverReport(let report): report.blocks.first?.ssrc
                case .nack(let nack): nack.mediaSSRC
                case .pictureLoss(let request): request.mediaSSRC
                case .estimatedBitrate(let estimate): estimate.ssrcs.first
                default: nil
                }
            if let ssrc { return receiver.views.firstIndex { $0.ssrc == ssrc } }
        }
        return nil
    }

    // MARK: Reports

    private func report() {
        let centisecond = Int(now.nanoseconds / 10_000_000)
        if centisecond % 100 == 50 {
            for (number, handle) in publisherHandles.enumerated() {
                guard let report = router.report(toPublisher: handle, now: now) else { continue }
                publishers[number].path.value.reply(report, now: now)
            }
        }
        for receiver in receivers where (centisecond + receiver.phase) % 50 == 7 {
            for handle in receiver.handles {
                guard let report = router.report(toSubscriber: handle, now: now, wallClock: clock) else { continue }
                receiver.path.value.sendReport(report, now: now)
            }
        }
    }

    // MARK: Judgement

    /// Frames of an encoding of which the router did not get every packet.
    func incomplete(publisher: Int, track: Int) -> (frames: Set<Int>, packets: Int) {
        var frames: Set<Int> = []
        let encoder = publishers[publisher].tracks[track].encoder
        var index = firstIndex(publisher, track)
        var packets = 0
        for (number, frame) in encoder.frames.enumerated() {
            for _ in 0..<frame.packets {
                if !replay[publisher][track].contains(index) {
                    frames.insert(number)
                    packets += 1
                }
                index += 1
            }
        }
        return (frames, packets)
    }

    private func firstIndex(_ publisher: Int, _ track: Int) -> UInt64 {
        let encoder = publishers[publisher].tracks[track].encoder
        let count = encoder.frames.reduce(0) { $0 + $1.packets }
        return publishers[publisher].tracks[track].newest + 1 - UInt64(count)
    }

    /// What a receiver can make nothing of.
    struct Mistakes: Sendable {
        /// Frames of which a part was sent.
        var torn: [Int] = []
        /// Frames that refer to one that was not sent.
        var undecodable: [Int] = []
        /// Packets that were never there to be sent in their places.
        var missing = 0
    }

    /// Pictures before a change of the encoding, or before the end, of which something may still have been missing: half a
    /// second. What comes after the change is not sent any more.
    static let repairTime = 12

    /// What was sent to a receiver although it could not be decoded, with the publisher's losses forgiven.
    func mistakes(stream: Int) -> Mistakes {
        let (receiver, view) = streams[stream]
        let number = receivers[receiver].publishers[view]
        var mistakes = Mistakes()
        for (track, parts) in sendings[stream].parts.enumerated() {
            let frames = publishers[number].tracks[track].encoder.frames
            let (lost, packets) = incomplete(publisher: number, track: track)
            mistakes.missing += packets
            var isExcused = frames.indices.map { lost.contains($0) }
            let ends = sendings[stream].changes.filter { $0.track == track }.map { frames[$0.frame].picture }
            for (frame, count) in parts.enumerated() {
                let picture = frames[frame].picture
                let isUnrepaired = (ends + [frames[frames.count - 1].picture]).contains {
                    $0 - Self.repairTime <= picture && picture <= $0
                }
                guard isUnrepaired else { continue }
                isExcused[frame] = true
                if Int(count) < frames[frame].packets { mistakes.missing += frames[frame].packets - Int(count) }
            }
            var isGood = isExcused
            for (frame, count) in parts.enumerated() where count > 0 {
                if isExcused[frame] { continue }
                if Int(count) < frames[frame].packets { mistakes.torn.append(frame) }
                if !frames[frame].references.allSatisfy({ isGood[$0] }) { mistakes.undecodable.append(frame) }
                // What follows from a mistake is none of its own.
                isGood[frame] = true
            }
        }
        return mistakes
    }
}
