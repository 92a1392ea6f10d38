// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTP

/// A packet that a subscriber is to get once more.
struct Resend: BitwiseCopyable {
    var track: Handle
    /// The subscriber's index.
    var index: UInt64

    /// Packets that wait for the next plan, over all subscribers: a quarter of a plan. Plans are made once for each batch
    /// of datagrams; who asks for more in that time is served when it asks again.
    static let limit = 1024
}

/// Serving subscribers what they missed, from the cache.
extension Router {
    /// A receiver that asks for a packet again sooner than this cannot know that it was lost again.
    static let minimumResendPause = Duration.milliseconds(10)

    /// Who asks for more than this that must not be repeated has lost the picture: a key frame brings it back sooner.
    static let hopelessGap = 16

    mutating func receive(
        _ nack: GenericNACK, from subscriber: UnsafeMutablePointer<Subscriber>, now: Instant
    ) {
        guard let handle = downTrackHandle(nack.mediaSSRC, of: subscriber), let down = downTracks.pointer(handle),
            down.pointee.isActive, let source = upTracks.pointer(down.pointee.source)
        else { return }
        counters.nacksReceived &+= 1
        let share = down.pointee.control.repairShare
        // A round trip, less what the estimate may be too long by: receivers ask again after exactly one.
        let pause = max((down.pointee.roundTrip.roundTrip ?? .zero) * 3 / 4, Self.minimumResendPause)
        let keyFrame = source.pointee.keyFrame.flatMap { source.pointee.ring.packet(at: $0) }
        var unserved = 0
        for number in nack.missing {
            guard down.pointee.budget.admitRequest(now: now) else {
                counters.retransmissionsRefused &+= 1
                continue
            }
            guard let index = down.pointee.indices.index(of: number.rawValue),
                let logged = down.pointee.log.entry(at: index),
                let packet = source.pointee.ring.packet(at: logged.source)
            else {
                // Either it is long gone, or it is missing here too and has been asked for.
                counters.cacheMisses &+= 1
                continue
            }
            counters.cacheHits &+= 1
            guard down.pointee.isStillOfUse(packet, sent: logged, keyFrame: keyFrame), resends.count < Resend.limit,
                down.pointee.log.admitResend(of: index, pause: pause, now: now)
            else {
                counters.retransmissionsRefused &+= 1
                continue
            }
            guard down.pointee.admitRepair(bytes: Int(packet.payloadLength), share: share) else {
                counters.retransmissionsRefused &+= 1
                unserved += 1
                continue
            }
            resends.append(Resend(track: handle, index: index))
        }
        if unserved > Self.hopelessGap { requestKeyFrame(down.pointee.source) }
    }

    /// The entry of a packet to be sent once more; `nil` when it has left the cache since it was asked for.
    mutating func planResend(_ resend: Resend, now: Instant) -> SendPlanEntry? {
        guard let down = downTracks.pointer(resend.track), down.pointee.isActive,
            let source = upTracks.pointer(down.pointee.source),
            let logged = down.pointee.log.entry(at: resend.index),
            let packet = source.pointee.ring.packet(at: logged.source)
        else { return nil }
        counters.retransmissions &+= 1
        down.pointee.rate.add(bytes: Int(packet.payloadLength), now: now)
        return down.pointee.resend(packet, as: logged, index: resend.index)
    }
}
