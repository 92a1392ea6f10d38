// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
public import RTCBase
import RTP

/// What is known of streams, for people who look (spec 7.15). It is read off what forwarding keeps for itself: nothing is
/// counted for it.
extension Router {
    public var publisherCount: Int { publishers.count }
    public var subscriberCount: Int { subscribers.count }

    /// The tracks of a publisher, in the order in which they started; `nil` when it does not exist.
    public mutating func statistics(ofPublisher handle: Handle, now: Instant) -> StreamStatistics? {
        guard let publisher = publishers.pointer(handle) else { return nil }
        var statistics = StreamStatistics()
        var demand: Int64 = 0
        var isTold = false
        for handle in publisher.pointee.tracks {
            guard let track = upTracks.pointer(handle) else { continue }
            // As in the reports that it gets, so that both say the same.
            let share = maximumBitrate(handle, track, now: now)
            let understands = track.pointee.configuration.acceptsREMB
            demand += share
            isTold = isTold || understands
            let reception = track.pointee.reception
            let clockRate = Int64(track.pointee.configuration.codec.clockRate)
            statistics.tracks.append(
                TrackStatistics(
                    bitrate: track.pointee.rate.bitrate(now: now), maximumBitrate: understands ? share : nil,
                    fractionLost: Double(reception.fractionLost) / 256,
                    jitter: Self.known(.nanoseconds(Int64(reception.jitter) * 1_000_000_000 / clockRate))))
        }
        if isTold { statistics.maximumBitrate = min(demand, Self.highestDemand) }
        return statistics
    }

    /// The tracks of a subscriber, in the order in which they were added; `nil` when it does not exist.
    public mutating func statistics(ofSubscriber handle: Handle, now: Instant) -> StreamStatistics? {
        guard let subscriber = subscribers.pointer(handle) else { return nil }
        var statistics = StreamStatistics()
        if let remb = subscriber.pointee.remb, remb.bitrate > 0, now - remb.arrival < Subscriber.rembLifetime {
            statistics.maximumBitrate = remb.bitrate
        }
        for handle in subscriber.pointee.tracks {
            guard let down = downTracks.pointer(handle) else { continue }
            var track = TrackStatistics(
                bitrate: down.pointee.rate.bitrate(now: now),
                fractionLost: Double(down.pointee.fractionLost) / 256, roundTrip: down.pointee.roundTrip.roundTrip,
                jitter: Self.known(down.pointee.jitter))
            // What its losses show; what the receiver estimates itself is of the whole stream.
            track.maximumBitrate = [down.pointee.estimator.bitrate(now: now), down.pointee.control.lossLimit]
                .compactMap { $0 }.min()
            if let source = upTracks.pointer(down.pointee.source) {
                source.pointee.layers.roll(now)
                let highest = source.pointee.layers.highest
                let current = down.pointee.selector.current
                track.spatial = Self.layer(current.spatial, of: highest.spatial)
                track.temporal = Self.layer(current.temporal, of: highest.temporal)
            }
            statistics.tracks.append(track)
        }
        return statistics
    }

    /// A source without layers has nothing to say of them.
    private static func layer(_ current: UInt8, of highest: UInt8) -> TrackStatistics.Layer? {
        highest > 0 ? TrackStatistics.Layer(current: min(current, highest), highest: highest) : nil
    }

    /// None at all has not been measured yet.
    private static func known(_ jitter: Duration) -> Duration? { jitter > .zero ? jitter : nil }
}
