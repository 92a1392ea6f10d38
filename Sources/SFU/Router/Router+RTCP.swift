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
                track.pointee.senderReport = (report.ntpTime, report.rtpTimestamp)
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
                    requestKeyFrame(down.pointee.configuration.source)
                }
            case .fullIntraRequest(let request):
                counters.firsReceived &+= 1
                for entry in request.entries {
                    guard let down = downTrack(entry.ssrc, of: subscriber) else { continue }
                    requestKeyFrame(down.pointee.configuration.source)
                }
            case .estimatedBitrate(let estimate):
                subscriber.pointee.remb = (Int64(estimate.bitrate), now)
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
            down.pointee.estimator.receiveReport(fractionLost: block.fractionLost, actual: actual, now: now)
            down.pointee.roundTrip.receive(block, now: now)
            if let source = upTracks.pointer(down.pointee.configuration.source) {
                let rate = Int64(source.pointee.configuration.codec.clockRate)
                down.pointee.jitter = .nanoseconds(Int64(block.jitter) * 1_000_000_000 / rate)
            }
        }
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
            if let track = downTracks.pointer(handle), track.pointee.configuration.ssrc == ssrc { return handle }
        }
        return nil
    }

    // MARK: To publishers

    /// Nobody is told to send less video than this: below it a picture is of no use (spec 7.11).
    static let minimumVideoBitrate: Int64 = 204_800
    /// What sound is allotted.
    static let audioBitrate: Int64 = 102_400
    /// Where a receiver is taken to be before it has reported anything.
    static let presumedBitrate: Int64 = 524_288

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
            bitrate += maximumBitrate(track, now: now)
        }
        guard !blocks.isEmpty else { return nil }
        let reporter = publisher.pointee.reporterSSRC
        var compound = RTCPCompoundBuilder()
        _ = compound.append(.receiverReport(ReceiverReport(senderSSRC: reporter, blocks: blocks)))
        if !rembSources.isEmpty {
            _ = compound.append(
                .estimatedBitrate(
                    ReceiverEstimatedMaximumBitrate(
                        senderSSRC: reporter, bitrate: Int(min(bitrate, 1 << 30)), ssrcs: rembSources)))
        }
        return compound.bytes
    }

    /// What the receivers of a track can take, together: as much as the weakest, but never less than is of use.
    private func maximumBitrate(_ track: UnsafeMutablePointer<UpTrack>, now: Instant) -> Int64 {
        guard track.pointee.configuration.codec.kind == .video else { return Self.audioBitrate }
        var minimum: Int64?
        for handle in track.pointee.downTracks {
            guard let down = downTracks.pointer(handle), down.pointee.isActive else { continue }
            let estimate = max(Self.minimumVideoBitrate, maximumBitrate(of: down, now: now))
            minimum = min(minimum ?? estimate, estimate)
        }
        return minimum ?? Self.minimumVideoBitrate
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
        var compound = RTCPCompoundBuilder()
        var chunks: [SourceDescription.Chunk] = []
        for trackHandle in subscriber.pointee.tracks {
            guard let down = downTracks.pointer(trackHandle), down.pointee.packetsSent > 0,
                let source = upTracks.pointer(down.pointee.configuration.source),
                let publisher = publishers.pointer(source.pointee.publisher),
                let origin = source.pointee.senderReport, let then = publisher.pointee.clock.instant(of: origin.time)
            else { continue }
            // Extrapolated from the origin's pair of times to now, by its clock as we see it.
            let elapsed = (now - then).wholeNanoseconds
            let rate = Int64(source.pointee.configuration.codec.clockRate)
            let units = elapsed / 1_000_000_000 &* rate &+ elapsed % 1_000_000_000 &* rate / 1_000_000_000
            let ssrc = down.pointee.configuration.ssrc
            let time = wallClock.ntpTime(at: now)
            down.pointee.roundTrip.sendReport(time, now: now)
            _ = compound.append(
                .senderReport(
                    SenderReport(
                        ssrc: ssrc, ntpTime: time,
                        rtpTimestamp: origin.timestamp &+ UInt32(truncatingIfNeeded: units),
                        packetCount: down.pointee.packetsSent, octetCount: down.pointee.octetsSent)))
            if !publisher.pointee.cname.isEmpty {
                chunks.append(SourceDescription.Chunk(ssrc: ssrc, cname: publisher.pointee.cname))
            }
        }
        if !chunks.isEmpty { _ = compound.append(.sourceDescription(SourceDescription(chunks: chunks))) }
        return compound.isEmpty ? nil : compound.bytes
    }
}
