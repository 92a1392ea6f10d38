// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase

/// Showing newcomers a picture at once.
extension Router {
    /// A key frame that begins this many packets before the newest one, or more, is not worth sending: with all that came
    /// after it, it would fill the newcomer's path for longer than a new one takes to come.
    static let fastStartReach: UInt64 = 40

    /// Lets a track begin that has just become active.
    mutating func begin(_ handle: Handle) {
        guard let down = downTracks.pointer(handle) else { return }
        guard let source = upTracks.pointer(down.pointee.source), let key = source.pointee.keyFrame,
            let newest = source.pointee.ring.highest, newest &- key < Self.fastStartReach,
            source.pointee.ring.packet(at: key) != nil
        else {
            requestKeyFrame(down.pointee.source)
            return
        }
        starting.removeAll { $0.track == handle }
        starting.append((handle, key))
        counters.fastStarts &+= 1
    }

    /// Plans what is in the cache for the tracks that begin. What is fresh follows with everybody's.
    mutating func fillStarts(_ plan: inout SendPlan, now: Instant) -> Bool {
        while let start = starting.last {
            guard let down = downTracks.pointer(start.track), down.pointee.isActive,
                let source = upTracks.pointer(down.pointee.source),
                let newest = source.pointee.ring.highest
            else {
                starting.removeLast()
                continue
            }
            // However far a source has jumped meanwhile.
            var index = max(start.next, newest &- min(newest, UInt64(source.pointee.ring.capacity)))
            while index <= newest {
                guard plan.remaining > 0 else {
                    starting[starting.count - 1].next = index
                    return false
                }
                if let packet = source.pointee.ring.packet(at: index), !source.pointee.ring.isFresh(index: index),
                    let entry = down.pointee.forward(packet, now: now)
                {
                    down.pointee.rate.add(bytes: Int(entry.payloadLength), now: now)
                    down.pointee.timestamps.sent(packet.timestamp, now: now)
                    plan.append(entry)
                }
                index &+= 1
            }
            starting.removeLast()
        }
        return true
    }
}
