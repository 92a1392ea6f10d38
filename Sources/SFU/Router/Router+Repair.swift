// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
public import RTCBase
import RTP

/// Asking publishers for what is missing.
extension Router {
    /// The next message to a publisher that is due (a NACK or a PLI, as a compound packet in clear), and the transport to
    /// send it on; `nil` when there is none.
    public mutating func pollFeedback(now: Instant) -> (stream: Handle, message: [UInt8])? {
        pollNACK(now: now) ?? pollKeyFrameRequest(now: now)
    }

    /// When ``pollFeedback(now:)`` is to be asked again.
    public var feedbackDeadline: Instant? {
        var earliest = keyFrameDeadline
        for handle in repairing {
            earliest = Instant.earliest(earliest, upTracks.pointer(handle)?.pointee.nacks.deadline)
        }
        return earliest
    }

    private mutating func pollNACK(now: Instant) -> (stream: Handle, message: [UInt8])? {
        var position = 0
        while position < repairing.count {
            let handle = repairing[position]
            guard let track = upTracks.pointer(handle), let publisher = publishers.pointer(track.pointee.publisher)
            else {
                repairing.remove(at: position)
                continue
            }
            let requests = track.pointee.nacks.takeRequests(now: now)
            if track.pointee.nacks.takeGivenUp() { requestKeyFrame(handle) }
            if track.pointee.nacks.deadline == nil {
                track.pointee.isRepairing = false
                repairing.remove(at: position)
            } else {
                position += 1
            }
            guard !requests.isEmpty else { continue }
            counters.nacksSent &+= 1
            counters.packetsRequested &+= UInt64(requests.count)
            let nack = GenericNACK(
                senderSSRC: publisher.pointee.reporterSSRC, mediaSSRC: track.pointee.configuration.ssrc,
                missing: requests.lazy.map { SequenceNumber(UInt16(truncatingIfNeeded: $0)) })
            var compound = RTCPCompoundBuilder()
            _ = compound.append(.nack(nack))
            return (publisher.pointee.stream, compound.bytes)
        }
        return nil
    }

    /// Gives a track's cache the size that its rate and its receivers' distance ask for. Called once a second.
    mutating func adaptCache(of track: UnsafeMutablePointer<UpTrack>, now: Instant) {
        // Only between plans can packets move; a second later will do.
        guard track.pointee.ring.freshCount == 0 else { return }
        // What the publisher repeats must find its place, too.
        var longest = track.pointee.configuration.acceptsNACK ? track.pointee.nacks.roundTrip : .zero
        for handle in track.pointee.downTracks {
            guard let down = downTracks.pointer(handle), down.pointee.isActive else { continue }
            longest = max(longest, (down.pointee.roundTrip.roundTrip ?? .zero) + down.pointee.jitter * 4)
        }
        _ = track.pointee.rate.bitrate(now: now)
        let current = track.pointee.ring.capacity
        let capacity = CacheSize.next(
            current: current, kind: track.pointee.configuration.codec.kind, packetRate: track.pointee.rate.packetRate,
            roundTrip: longest)
        guard capacity != current else { return }
        counters.cachesResized &+= 1
        track.pointee.ring.resize(to: capacity, pool: &pool)
        for handle in track.pointee.downTracks {
            guard let down = downTracks.pointer(handle) else { continue }
            down.pointee.log.resize(to: capacity, end: down.pointee.indices.end)
        }
    }

    /// Tells a track's window of missing packets that one has come.
    @inline(__always)
    mutating func noteArrival(
        of index: UInt64, for handle: Handle, _ track: UnsafeMutablePointer<UpTrack>, now: Instant
    ) -> NackWindow.Arrival {
        guard track.pointee.configuration.acceptsNACK else { return .next }
        let arrival = track.pointee.nacks.receive(
            index: index, packetRate: track.pointee.rate.packetRate, now: now)
        if arrival == .repaired { counters.packetsRepaired &+= 1 }
        if !track.pointee.isRepairing, track.pointee.nacks.needsAttention {
            track.pointee.isRepairing = true
            repairing.append(handle)
        }
        return arrival
    }
}
