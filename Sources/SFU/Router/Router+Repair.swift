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
