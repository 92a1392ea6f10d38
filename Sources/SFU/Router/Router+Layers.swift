// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
public import RTCBase
import RTP

/// Which encoding and which layers of it each subscriber gets.
extension Router {
    /// A source from which nothing has come for so long has stopped: browsers stop an encoding for which they have no
    /// bandwidth. A still screen is sent less often, but has no sibling that goes on.
    static let silence = Duration.seconds(1)
    /// A sibling that has sent this lately takes its place.
    static let liveliness = Duration.milliseconds(500)
    /// Who wants a larger picture waits for a key frame until the last one is so long ago: all who get the source pay for it.
    static let keyFramePause = Duration.seconds(8)
    /// The same for who has asked for it, and for who had it: encoders leave a large size out of some key frames.
    static let largerSizePause = Duration.seconds(2)
    /// How long a step up in frame rate waits for the stream to allow it before a key frame is asked for.
    static let switchPatience = Duration.seconds(2)

    // MARK: Sources

    /// Changes what may feed a down track, and what it is limited to. A change of the source takes place at the new one's
    /// next key frame; what the receiver sees goes on without a gap.
    ///
    /// - Parameter sources: the best first. Of the codec of those before.
    public mutating func setSources(_ sources: [Handle], isSpatiallyLimited: Bool, of handle: Handle, now: Instant) {
        guard let down = downTracks.pointer(handle) else { return }
        for source in down.pointee.sources { upTracks.pointer(source)?.pointee.audience -= 1 }
        for source in sources { upTracks.pointer(source)?.pointee.audience += 1 }
        down.pointee.sources = sources
        down.pointee.isSpatiallyLimited = isSpatiallyLimited
        if let ceiling = down.pointee.ceiling, !sources.contains(ceiling.source) { down.pointee.ceiling = nil }
        adjustLayers(of: handle, isAskedFor: true, now: now)
    }

    /// The first of the sources that sends; if none does, the first that exists.
    func bestSource(of sources: [Handle]) -> Handle? {
        var fallback: Handle?
        for source in sources {
            guard let track = upTracks.pointer(source) else { continue }
            if track.pointee.layers.lastArrival != nil { return source }
            fallback = fallback ?? source
        }
        return fallback
    }

    /// Lets `target` feed a down track as soon as it can.
    ///
    /// - Parameter isUrgent: what it gets now is too much for it, or nothing.
    private mutating func changeSource(of handle: Handle, to target: Handle, isUrgent: Bool, now: Instant) {
        guard let down = downTracks.pointer(handle), let track = upTracks.pointer(target) else { return }
        guard target != down.pointee.source else {
            abandonSuccessor(of: handle)
            return
        }
        if target != down.pointee.successor {
            abandonSuccessor(of: handle)
            if !track.pointee.downTracks.contains(handle) { track.pointee.downTracks.append(handle) }
            down.pointee.successor = target
        }
        requestKeyFrame(target, unlessWithin: isUrgent ? .zero : Self.keyFramePause, now: now)
    }

    private mutating func abandonSuccessor(of handle: Handle) {
        guard let down = downTracks.pointer(handle), let successor = down.pointee.successor else { return }
        down.pointee.successor = nil
        upTracks.pointer(successor)?.pointee.downTracks.removeAll { $0 == handle }
    }

    /// Carries out a change of the source, at its key frame's first packet.
    mutating func switchSource(
        of down: UnsafeMutablePointer<DownTrack>, to handle: Handle, at timestamp: UInt32, now: Instant
    ) {
        guard let track = upTracks.pointer(handle) else { return }
        let before = upTracks.pointer(down.pointee.source)?.pointee.senderReport
        down.pointee.timestamps.start(
            at: timestamp, from: before, to: track.pointee.senderReport,
            clockRate: track.pointee.configuration.codec.clockRate, now: now)
        down.pointee.follow(handle, capacity: track.pointee.ring.capacity)
        down.pointee.selector.target = down.pointee.layers(of: handle)
        counters.sourceSwitches &+= 1
    }

    // MARK: Layers

    /// Fits what a down track gets to what its subscriber's path carries. Called with each report.
    ///
    /// - Parameter isAskedFor: somebody waits for what changes.
    mutating func adjustLayers(of handle: Handle, isAskedFor: Bool = false, now: Instant) {
        guard let down = downTracks.pointer(handle), down.pointee.kind == .video else { return }
        let ladder = ladder(of: down, now: now)
        guard !ladder.rungs.isEmpty else { return }
        let sources = down.pointee.sources
        let highest = ladder.rungs.count - 1
        var rung = highest
        if let ceiling = down.pointee.ceiling, let position = sources.firstIndex(of: ceiling.source) {
            rung = ladder.position(source: position, layers: ceiling.layers)
        }
        if down.pointee.isActive {
            if let roundTrip = down.pointee.roundTrip.roundTrip {
                down.pointee.control.receiveRoundTrip(roundTrip, now: now)
            }
            let repairs = down.pointee.takeRepairs()
            down.pointee.control.receiveRepairs(resent: repairs.resent, of: repairs.sent, now: now)
            let isPending = down.pointee.successor != nil || down.pointee.selector.wantsKeyFrame
            let chosen = down.pointee.control.choose(
                current: rung, rates: ladder.rungs.map(\.rate), isPending: isPending, now: now)
            if chosen < rung { counters.layerStepsDown &+= 1 }
            if chosen > rung { counters.layerStepsUp &+= 1 }
            rung = chosen
        }
        let choice = ladder.rungs[rung]
        let source = sources[choice.source]
        // Who gets the best gets what becomes better, too, at once; but the best of what is left while better encodings pause
        // is not the best.
        let isUnlimited = rung == highest && (choice.source == 0 || down.pointee.ceiling == nil)
        down.pointee.ceiling = isUnlimited ? nil : (source, rung == highest ? .all : choice.layers)
        let present = ladder.rungs.last { sources[$0.source] == down.pointee.source }?.source
        let isTooMuch = present.map { $0 < choice.source } ?? true
        if source == down.pointee.source, let track = upTracks.pointer(source) {
            down.pointee.selector.target = down.pointee.layers(of: source)
            let sent = track.pointee.layers.highest
            if isAskedFor { down.pointee.selector.expectLargerSize(upTo: sent.spatial) }
            down.pointee.selector.stopExpecting(above: sent.spatial)
            if down.pointee.selector.isWaiting(since: now, patience: Self.switchPatience, highest: sent) {
                requestKeyFrame(source, unlessWithin: Self.keyFramePause, now: now)
            }
        } else if isTooMuch, !isAskedFor {
            // The lesser encoding takes a key frame to come. Until then only so much as can be taken up again without one.
            down.pointee.selector.target.temporal = 0
        }
        changeSource(of: handle, to: source, isUrgent: isAskedFor || isTooMuch, now: now)
    }

    /// The pictures that can be chosen from now.
    private mutating func ladder(of down: UnsafeMutablePointer<DownTrack>, now: Instant) -> LayerLadder {
        var ladder = LayerLadder()
        let sources = down.pointee.sources
        var isAnybodyLively = false
        for source in sources {
            guard let arrival = upTracks.pointer(source)?.pointee.layers.lastArrival else { continue }
            if now - arrival < Self.liveliness { isAnybodyLively = true }
        }
        for position in sources.indices.reversed() {
            guard let track = upTracks.pointer(sources[position]), let arrival = track.pointee.layers.lastArrival,
                !isAnybodyLively || now - arrival < Self.silence
            else { continue }
            track.pointee.layers.roll(now)
            ladder.add(
                source: position, meter: track.pointee.layers, isSpatiallyLimited: down.pointee.isSpatiallyLimited)
        }
        return ladder
    }
}
