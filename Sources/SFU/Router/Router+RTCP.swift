// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
public import RTCBase
import RTP

/// RTCP both ways: what clients report to us, and what we report to them. All of it has been authenticated; nothing of it
/// is believed about an SSRC that is not the reporter's own business.
extension Router {
    // MARK: From clients

    /// A compound packet of a publisher: sender reports, names, farewells of its own tracks.
    public mutating func receiveReport(_ compound: RawSpan, fromPublisher handle: Handle, now: Instant) {
        guard let publisher = publishers.pointer(handle) else { return }
        for message in parse(compound) {
            switch message {
            case .senderReport(let report):
                guard let track = upTrack(report.ssrc, of: publisher) else { continue }
                // Whoever receives it synchronises sound and picture from now on: that is not to wait for half a second.
                if track.pointee.senderReport == nil { reportAtOnce(to: track.pointee.downTracks) }
                track.pointee.senderReport = .init(time: report.ntpTime, timestamp: report.rtpTimestamp)
                track.pointee.reception.receiveSenderReport(report.ntpTime, now: now)
                publisher.pointee.clock.receiveSenderReport(report.ntpTime, now: now)
            case .sourceDescription(let description):
                for chunk in description.chunks where upTrack(chunk.ssrc, of: publisher) != nil {
                    if let cname = chunk.cname { publisher.pointee.cname = cname }
                }
            case .receiverReport, .goodbye, .nack, .pictureLoss, .fullIntraRequest, .estimatedBitrate, .unknown:
                // A publisher receives nothing from us, so that it has nothing to report; and a farewell changes
                // nothing: the stream ends when signalling says so.
                continue
            }
        }
    }

    /// A compound packet of a subscriber: what it misses, and how much its path carries.
    public mutating func receiveReport(_ compound: RawSpan, fromSubscriber handle: Handle, now: Instant) {
        guard let subscriber = subscribers.pointer(handle) else { return }
        for message in parse(compound) {
            switch message {
            case .receiverReport(let report):
                receive(report.blocks, from: subscriber, now: now)
            case .senderReport(let report):
                receive(report.blocks, from: subscriber, now: now)
            case .pictureLoss(let request):
                counters.plisReceived &+= 1
                if let down = downTrack(request.mediaSSRC, of: subscriber) {
                    requestKeyFrame(down.pointee.source)
                }
            case .fullIntraRequest(let request):
                counters.firsReceived &+= 1
                for entry in request.entries {
                    guard let down = downTrack(entry.ssrc, of: subscriber),
                        down.pointee.lastFullIntraRequest != entry.sequenceNumber
                    else { continue }
                    down.pointee.lastFullIntraRequest = entry.sequenceNumber
                    requestKeyFrame(down.pointee.source)
                }
            case .estimatedBitrate(let estimate):
                receive(Int64(estimate.bitrate), from: subscriber, now: now)
            case .nack(let nack):
                receive(nack, from: subscriber, now: now)
            case .sourceDescription, .goodbye, .unknown:
                continue
            }
        }
    }

    private mutating func receive(
        _ blocks: [ReportBlock], from subscriber: UnsafeMutablePointer<Subscriber>, now: Instant
    ) {
        for block in blocks {
            guard let down = downTrack(block.ssrc, of: subscriber) else { continue }
            let actual = down.pointee.rate.bitrate(now: now)
            down.pointee.fractionLost = block.fractionLost
            down.pointee.estimator.receiveReport(fractionLost: block.fractionLost, actual: actual, now: now)
            down.pointee.control.receiveReport(fractionLost: block.fractionLost, actual: actual, now: now)
            down.pointee.roundTrip.receive(block, now: now)
            if let source = upTracks.pointer(down.pointee.source) {
                let rate = Int64(source.pointee.configuration.codec.clockRate)
                down.pointee.jitter = .nanoseconds(Int64(block.jitter) * 1_000_000_000 / rate)
            }
        }
    }

    /// An estimate is of a whole transport: what its sound takes is not there for the picture.
    private mutating func receive(
        _ estimate: Int64, from subscriber: UnsafeMutablePointer<Subscriber>, now: Instant
    ) {
        subscriber.pointee.remb = (estimate, now)
        for handle in subscriber.pointee.tracks {
            guard let down = downTracks.pointer(handle), down.pointee.kind == .video else { continue }
            down.pointee.control.receiveEstimate(estimate, actual: down.pointee.rate.bitrate(now: now), now: now)
        }
    }

    private mutating func reportAtOnce(to tracks: [Handle]) {
        for handle in tracks {
            guard let down = downTracks.pointer(handle), down.pointee.isActive,
                !reportsDue.contains(down.pointee.stream)
            else { continue }
            reportsDue.append(down.pointee.stream)
        }
    }

    /// Transports whose subscribers are to get a report now, and not only when it is their turn.
    public mutating func takeReportsDue() -> [Handle] {
        defer { reportsDue.removeAll() }
        return reportsDue
    }

    private mutating func parse(_ compound: RawSpan) -> [RTCPMessage] {
        do {
            return try RTCPMessage.parse(compound)
        } catch {
            counters.malformedReports &+= 1
            return []
        }
    }

    private func upTrack(
        _ ssrc: UInt32, of publisher: UnsafeMutablePointer<Publisher>
    ) -> UnsafeMutablePointer<UpTrack>? {
        for handle in publisher.pointee.tracks {
            if let track = upTracks.pointer(handle), track.pointee.configuration.ssrc == ssrc { return track }
        }
        return nil
    }

    private func downTrack(
        _ ssrc: UInt32, of subscriber: UnsafeMutablePointer<Subscriber>
    ) -> UnsafeMutablePointer<DownTrack>? {
        downTrackHandle(ssrc, of: subscriber).flatMap { downTracks.pointer($0) }
    }

    func downTrackHandle(_ ssrc: UInt32, of subscriber: UnsafeMutablePointer<Subscriber>) -> Handle? {
        for handle in subscriber.pointee.tracks {
            if let track = downTracks.pointer(handle), track.pointee.ssrc == ssrc { return handle }
        }
        return nil
    }

    // MARK: To publishers

    /// Nobody is told to send less video than this: below it a picture is of no use (spec 7.11).
    static let minimumVideoBitrate: Int64 = 204_800
    /// What the least of several encodings is allotted: 100 × 1024.
    static let lowestEncodingBitrate: Int64 = 102_400
    /// What sound is allotted.
    static let audioBitrate: Int64 = 102_400
    /// Where a receiver is taken to be before it has reported anything.
    static let presumedBitrate: Int64 = 524_288
    /// No publisher is told more: 1024³ (spec 7.11).
    static let highestDemand: Int64 = 1 << 30

    /// The report that a publisher gets each second: a receiver report, and a REMB over its video if it understands it.
    ///
    /// - Returns: a compound packet in clear; `nil` before anything has been received.
    public mutating func report(toPublisher handle: Handle, now: Instant) -> [UInt8]? {
        guard let publisher = publishers.pointer(handle) else { return nil }
        var blocks: [ReportBlock] = []
        var rembSources: [UInt32] = []
        var bitrate: Int64 = 0
        for trackHandle in publisher.pointee.tracks {
            guard let track = upTracks.pointer(trackHandle) else { continue }
            adaptCache(of: track, now: now)
            let ssrc = track.pointee.configuration.ssrc
            guard let block = track.pointee.reception.reportBlock(ssrc: ssrc, now: now) else { continue }
            if blocks.count < ReportBlock.maximumPerPacket { blocks.append(block) }
            if track.pointee.configuration.acceptsREMB { rembSources.append(ssrc) }
            bitrate += maximumBitrate(trackHandle, track, now: now)
        }
        guard !blocks.isEmpty else { return nil }
        let reporter = publisher.pointee.reporterSSRC
        var compound = RTCPCompoundBuilder()
        _ = compound.append(.receiverReport(ReceiverReport(senderSSRC: reporter, blocks: blocks)))
        if !rembSources.isEmpty {
            _ = compound.append(
                .estimatedBitrate(
                    ReceiverEstimatedMaximumBitrate(
                        senderSSRC: reporter, bitrate: Int(min(bitrate, Self.highestDemand)), ssrcs: rembSources)))
        }
        return compound.bytes
    }

    /// What a publisher may send of a track (spec 7.11): as much as its weakest receiver takes, but never less than is of
    /// use. Who can be given less of it, or less of another encoding, holds nobody back.
    func maximumBitrate(
        _ source: Handle, _ track: UnsafeMutablePointer<UpTrack>, now: Instant
    ) -> Int64 {
        guard track.pointee.configuration.codec.kind == .video else { return Self.audioBitrate }
        if track.pointee.configuration.isLowestEncoding { return Self.lowestEncodingBitrate }
        let total = track.pointee.layers.rate(upTo: .all)
        let base = track.pointee.layers.rate(upTo: .base)
        var weakest: Int64?
        var strongest: Int64?
        for handle in track.pointee.downTracks {
            guard let down = downTracks.pointer(handle), down.pointee.isActive, down.pointee.source == source
            else { continue }
            let estimate = max(Self.minimumVideoBitrate, maximumBitrate(of: down, now: now))
            strongest = max(strongest ?? estimate, estimate)
            // A trial shows soon whether the path carries it. Until then it is nobody else's business.
            if down.pointee.control.isTrying || isReplaceable(source, for: down) { continue }
            // The least that it can be given must fit; if that does, it is nobody else's business.
            let isLayered = base > 0 && total > base
            if isLayered, base <= estimate { continue }
            let bound = isLayered ? estimate * total / base : estimate
            weakest = min(weakest ?? bound, bound)
        }
        guard let strongest else {
            // Without an audience it is not needed. With one that gets a lesser encoding it has to be there when a path
            // gets better.
            return track.pointee.audience > 0 ? Self.presumedBitrate : Self.minimumVideoBitrate
        }
        // The best receiver may turn out to be better still, as long as there are layers to take away again.
        let isLayered = total > base && base > 0
        return min(weakest ?? .max, isLayered || weakest == nil ? strongest / 4 * 5 : strongest)
    }

    /// Whether a receiver could get a lesser encoding instead of this one.
    private func isReplaceable(_ source: Handle, for down: UnsafeMutablePointer<DownTrack>) -> Bool {
        guard let least = down.pointee.sources.last, least != source, let track = upTracks.pointer(least) else {
            return false
        }
        return track.pointee.layers.lastArrival != nil
    }

    /// What one receiver's path carries: its own estimate and ours from its losses, the smaller (spec 7.12).
    private func maximumBitrate(of down: UnsafeMutablePointer<DownTrack>, now: Instant) -> Int64 {
        let estimate = down.pointee.estimator.bitrate(now: now) ?? Self.presumedBitrate
        guard let remb = subscribers.pointer(down.pointee.subscriber)?.pointee.remb, remb.bitrate > 0,
            now - remb.arrival < Subscriber.rembLifetime
        else { return estimate }
        return min(estimate, remb.bitrate)
    }

    /// The next key-frame request that is due, and the transport to send it on; `nil` when there is none.
    public mutating func pollKeyFrameRequest(now: Instant) -> (stream: Handle, message: [UInt8])? {
        var position = 0
        while position < keyFrameWanted.count {
            let handle = keyFrameWanted[position]
            guard let track = upTracks.pointer(handle), track.pointee.keyFrames.deadline != nil,
                let publisher = publishers.pointer(track.pointee.publisher)
            else {
                keyFrameWanted.remove(at: position)
                continue
            }
            guard track.pointee.keyFrames.takeRequest(now: now) else {
                position += 1
                continue
            }
            counters.plisSent &+= 1
            var compound = RTCPCompoundBuilder()
            _ = compound.append(
                .pictureLoss(
                    PictureLossIndication(
                        senderSSRC: publisher.pointee.reporterSSRC, mediaSSRC: track.pointee.configuration.ssrc)))
            return (publisher.pointee.stream, compound.bytes)
        }
        return nil
    }

    /// When ``pollKeyFrameRequest(now:)`` is to be asked again.
    public var keyFrameDeadline: Instant? {
        var earliest: Instant?
        for handle in keyFrameWanted {
            earliest = Instant.earliest(earliest, upTracks.pointer(handle)?.pointee.keyFrames.deadline)
        }
        return earliest
    }

    // MARK: To subscribers

    /// The report that a subscriber gets twice a second: for each track whose origin has sent a sender report, one that
    /// says which RTP timestamp belongs to this moment, and the publisher's name. The receiver synchronises sound and
    /// picture by it.
    ///
    /// - Returns: a compound packet in clear; `nil` while no origin has reported.
    public mutating func report(
        toSubscriber handle: Handle, now: Instant, wallClock: WallClock
    ) -> [UInt8]? {
        guard let subscriber = subscribers.pointer(handle) else { return nil }
        for track in subscriber.pointee.tracks { adjustLayers(of: track, now: now) }
        var compound = RTCPCompoundBuilder()
        var chunks: [SourceDescription.Chunk] = []
        for trackHandle in subscriber.pointee.tracks {
            guard let down = downTracks.pointer(trackHandle), down.pointee.packetsSent > 0,
                let source = upTracks.pointer(down.pointee.source),
                let publisher = publishers.pointer(source.pointee.publisher),
                let origin = source.pointee.senderReport, let then = publisher.pointee.clock.instant(of: origin.time)
            else { continue }
            // Extrapolated from the origin's pair of times to now, by its clock as we see it.
            let elapsed = (now - then).wholeNanoseconds
            let rate = Int64(source.pointee.configuration.codec.clockRate)
            let units = elapsed / 1_000_000_000 &* rate &+ elapsed % 1_000_000_000 &* rate / 1_000_000_000
            let ssrc = down.pointee.ssrc
            let time = wallClock.ntpTime(at: now)
            down.pointee.roundTrip.sendReport(time, now: now)
            _ = compound.append(
                .senderReport(
                    SenderReport(
                        ssrc: ssrc, ntpTime: time,
                        rtpTimestamp: down.pointee.timestamps.map(origin.timestamp)
                            &+ UInt32(truncatingIfNeeded: units),
                        packetCount: down.pointee.packetsSent, octetCount: down.pointee.octetsSent)))
            if !publisher.pointee.cname.isEmpty {
                chunks.append(SourceDescription.Chunk(ssrc: ssrc, cname: publisher.pointee.cname))
            }
        }
        if !chunks.isEmpty { _ = compound.append(.sourceDescription(SourceDescription(chunks: chunks))) }
        return compound.isEmpty ? nil : compound.bytes
    }
}
