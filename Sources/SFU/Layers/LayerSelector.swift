// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Decides packet by packet which layers of one source a receiver gets, so that what it gets can always be decoded.
///
/// ``target`` is what is wanted; ``current`` follows it where the stream allows it (spec 7.13):
///
/// - fewer frames a second: at the next picture;
/// - more frames a second: at a switch point. VP8's layer-sync frame (Y) makes its own layer usable, step by step; VP9's
///   switching-up point (U) makes all layers above its own usable at once;
/// - a smaller picture: at the next picture, if all of the smaller one's frames have been sent; otherwise at a key frame;
/// - a larger picture: at a key frame, also when the source begins to send it.
///
/// A key frame is asked for whenever the size changes. Browsers decode a picture when all of its sizes are there: one of
/// which something was lost on the way to a smaller size would otherwise stop them for seconds.
///
/// What is decided holds from a picture on. Packets that come late are judged by what held for their picture, so that no
/// frame is torn.
struct LayerSelector: BitwiseCopyable {
    /// What the receiver is to get.
    var target = Layers.all {
        didSet { if target != oldValue { isNewTarget = true } }
    }
    /// What it gets.
    var current: Layers { rule.layers }
    /// What it is to get needs a key frame of the source.
    private(set) var wantsKeyFrame = false
    /// It needs one soon: for less than it gets, or because it gets nothing that it can decode.
    private(set) var isKeyFrameUrgent = false
    /// What holds for the newest picture, and what held for those before.
    private var rule = Rule(start: 0, layers: .all, floor: 0)
    /// As a ring, the newest at `pastCount - 1`. Each change takes one or two: eight outlast the repair of a loss.
    private var past = SIMD8<UInt64>.zero
    private var pastCount: UInt8 = 0
    /// Spatial layers of which every frame since the last key frame has been sent: a bit each.
    private var intact: UInt8 = 0xff
    /// The highest spatial layer that the source sends.
    private var highest: UInt8 = 0
    /// Pictures in which the highest layer was missing, without a break, and what was the highest in them.
    private var lesserPictures: UInt8 = 0
    private var lesserHighest: UInt8 = 0
    private var pictureTimestamp: UInt32?
    /// The highest spatial layer that has come of that picture.
    private var pictureHighest: UInt8 = 0
    private var keyFrameTimestamp: UInt32?
    /// A picture that seems to be a key picture, by what came first of it.
    private var presumedKeyTimestamp: UInt32?
    /// The size has changed without a key frame.
    private var needsRefresh = false
    /// The source has begun a larger size that is wanted, without a key frame; or somebody has asked for one.
    private(set) var awaitsLargerSize = false
    private var isNewTarget = false
    /// Since when a higher frame rate is wanted that the stream does not let begin.
    private var waitingSince: Instant?

    /// So many pictures without the highest layer are no chance: the encoder has stopped it. A fifth of a second.
    static let patience: UInt8 = 6

    enum Verdict {
        case forward(marker: Bool)
        case drop
    }

    /// What holds from a picture on.
    private struct Rule: BitwiseCopyable {
        var start: UInt32
        var layers: Layers
        /// Frames of lower spatial layers are sent only if higher ones refer to them.
        var floor: UInt8

        func holds(at timestamp: UInt32) -> Bool { Int32(bitPattern: timestamp &- start) >= 0 }

        init(start: UInt32, layers: Layers, floor: UInt8) {
            self.start = start
            self.layers = layers
            self.floor = floor
        }

        init(bits: UInt64) {
            start = UInt32(truncatingIfNeeded: bits)
            layers = Layers(
                spatial: UInt8(truncatingIfNeeded: bits >> 32), temporal: UInt8(truncatingIfNeeded: bits >> 40))
            floor = UInt8(truncatingIfNeeded: bits >> 48)
        }

        var bits: UInt64 {
            UInt64(start) | UInt64(layers.spatial) << 32 | UInt64(layers.temporal) << 40 | UInt64(floor) << 48
        }
    }

    /// - Parameter isLate: a newer packet has gone before this one.
    @inline(__always)
    mutating func judge(_ packet: CachedPacket, isLate: Bool) -> Verdict {
        if !isLate { follow(packet) }
        if beginsAnew(packet), packet.timestamp == pictureTimestamp || packet.timestamp == presumedKeyTimestamp {
            takeKeyFrame(packet)
        }
        let layers = packet.layers
        if layers.spatial >= highest { lesserPictures = 0 }
        let rule = isLate ? rule(at: packet.timestamp) : rule
        var isShadowed = layers.spatial < rule.floor && packet.flags.contains(.isNotInterLayerReference)
        // It may be the one that is missing of a layer that has been taken up since.
        if isShadowed, isLate, isIntact(layers.spatial), isAfterKeyFrame(packet) { isShadowed = false }
        // A size that has just begun waits for its key frame.
        let isShown = rule.layers.includes(layers) && (isLate || layers.spatial <= highest)
        guard isShown, !isShadowed else {
            if layers.temporal <= rule.layers.temporal { noteGap(in: packet) }
            return .drop
        }
        // Of a key picture it is not known yet which sizes it has, nor any more of one that is past.
        let isOpen = isLate || isOfKeyPicture(packet)
        let shown = isOpen ? rule.layers.spatial : min(rule.layers.spatial, highest)
        let isLastOfPicture =
            layers.spatial == shown && packet.flags.contains(.endsFrame) && packet.flags.contains(.hasSpatialLayers)
        return .forward(marker: packet.marker || isLastOfPicture)
    }

    /// Whether a higher frame rate has been wanted for so long that the stream seems to have no switch points. Asked at
    /// intervals; each answer of true begins the wait anew.
    ///
    /// - Parameter highest: what the source sends.
    mutating func isWaiting(since now: Instant, patience: Duration, highest: Layers) -> Bool {
        let isBehind = min(target.temporal, highest.temporal) > current.temporal
        if isNewTarget || !isBehind { waitingSince = nil }
        isNewTarget = false
        guard isBehind else { return false }
        guard let since = waitingSince, now - since >= patience else {
            waitingSince = waitingSince ?? now
            return false
        }
        waitingSince = nil
        return true
    }

    /// Somebody has asked for what only a key frame can begin.
    mutating func expectLargerSize(upTo spatial: UInt8) {
        guard min(target.spatial, spatial) > min(current.spatial, highest) else { return }
        awaitsLargerSize = true
        wantsKeyFrame = true
    }

    /// The source has stopped sending the layers above `spatial`.
    mutating func stopExpecting(above spatial: UInt8) {
        guard spatial < highest else { return }
        if current.spatial > spatial { needsRefresh = true }
        highest = spatial
        lesserPictures = 0
        update()
    }

    /// What comes from now on counts its timestamps anew: another source, or one that has jumped.
    mutating func begin(at timestamp: UInt32) {
        rule = Rule(start: timestamp, layers: current, floor: 0)
        pastCount = 0
        pictureTimestamp = nil
        presumedKeyTimestamp = nil
        keyFrameTimestamp = nil
    }

    private func isIntact(_ spatial: UInt8) -> Bool { intact & (1 &<< (spatial & 7)) != 0 }

    private func isAfterKeyFrame(_ packet: CachedPacket) -> Bool {
        keyFrameTimestamp.map { Int32(bitPattern: packet.timestamp &- $0) >= 0 } ?? true
    }

    private func isOfKeyPicture(_ packet: CachedPacket) -> Bool {
        packet.timestamp == keyFrameTimestamp || packet.timestamp == presumedKeyTimestamp
    }

    private mutating func noteGap(in packet: CachedPacket) {
        guard isAfterKeyFrame(packet) else { return }
        intact &= ~(1 &<< (packet.layers.spatial & 7))
    }

    @inline(never)
    private func rule(at timestamp: UInt32) -> Rule {
        var rule = rule
        var age: UInt8 = 1
        while !rule.holds(at: timestamp), age <= min(pastCount, 8) {
            rule = Rule(bits: past[Int((pastCount &- age) & 7)])
            age += 1
        }
        return rule
    }

    private mutating func setRule(_ layers: Layers, floor: UInt8, from timestamp: UInt32) {
        guard layers != rule.layers || floor != rule.floor else { return }
        if timestamp != rule.start {
            past[Int(pastCount & 7)] = rule.bits
            // Only "eight or more" and the place in the ring matter.
            pastCount = pastCount < 248 ? pastCount + 1 : 241
        }
        rule = Rule(start: timestamp, layers: layers, floor: floor)
    }

    private mutating func follow(_ packet: CachedPacket) {
        let startsPicture = pictureTimestamp != packet.timestamp
        pictureTimestamp = packet.timestamp
        pictureHighest = startsPicture ? packet.layers.spatial : max(pictureHighest, packet.layers.spatial)
        if startsPicture, packet.startsKeyFrame || packet.flags.contains(.isIndependent) {
            // The picture begins with the packet that comes first, whichever that is: all of a key picture say that they
            // refer to no other. If it was none after all, a gap shows, and a key frame is asked for.
            var layers = target
            if !wantsKeyFrame, !beginsAnew(packet) { layers.temporal = min(layers.temporal, current.temporal) }
            setRule(layers, floor: 0, from: packet.timestamp)
            presumedKeyTimestamp = packet.timestamp
            highest = max(highest, packet.layers.spatial)
            return
        }
        if startsPicture {
            expect()
            descend(from: packet.timestamp)
        }
        if isOfKeyPicture(packet) {
            highest = max(highest, packet.layers.spatial)
        } else if packet.layers.spatial > highest, target.spatial > highest {
            awaitsLargerSize = true
            wantsKeyFrame = true
        }
        lesserHighest = max(lesserHighest, packet.layers.spatial)
        if packet.flags.contains(.isSwitchPoint), packet.flags.contains(.startsFrame) { ascend(packet) }
    }

    /// Whether a packet is of a key frame of the smallest picture, or begins one of another.
    private func beginsAnew(_ packet: CachedPacket) -> Bool {
        packet.startsKeyFrame || packet.layers.spatial == 0 && packet.flags.contains(.isIndependent)
    }

    private mutating func takeKeyFrame(_ packet: CachedPacket) {
        guard packet.layers.spatial == 0 else {
            // Where sizes do not refer to each other, each has a key frame of its own.
            intact |= 1 &<< (packet.layers.spatial & 7)
            return
        }
        guard keyFrameTimestamp != packet.timestamp else { return }
        keyFrameTimestamp = packet.timestamp
        intact = 0xff
        // Packets of its larger sizes may have come first. Of a picture that is past it is not known any more.
        if packet.timestamp == pictureTimestamp { highest = pictureHighest }
        lesserPictures = 0
        needsRefresh = false
        awaitsLargerSize = false
        wantsKeyFrame = false
        isKeyFrameUrgent = false
    }

    /// Counts pictures that end below the highest layer.
    private mutating func expect() {
        lesserPictures = min(lesserPictures, Self.patience) + 1
        if lesserPictures == 1 { lesserHighest = 0 }
        if lesserPictures > Self.patience { stopExpecting(above: lesserHighest) }
    }

    private mutating func descend(from timestamp: UInt32) {
        var layers = rule.layers
        layers.temporal = min(layers.temporal, target.temporal)
        if target.spatial < layers.spatial, isIntact(target.spatial) {
            if target.spatial < highest { needsRefresh = true }
            layers.spatial = target.spatial
        }
        // Where frames have been left out there is nothing to see before a key frame.
        let shown = min(layers.spatial, highest)
        setRule(layers, floor: isIntact(shown) ? shown : rule.floor, from: timestamp)
        update()
    }

    private mutating func update() {
        let shown = min(current.spatial, highest)
        let wanted = min(target.spatial, highest)
        isKeyFrameUrgent = needsRefresh || wanted < shown || !isIntact(shown)
        wantsKeyFrame = wanted > shown || awaitsLargerSize || isKeyFrameUrgent
    }

    private mutating func ascend(_ packet: CachedPacket) {
        var layers = rule.layers
        guard target.temporal > layers.temporal else { return }
        let temporal = packet.layers.temporal
        if packet.flags.contains(.hasSpatialLayers) {
            // RFC 9628 section 4.2, U: what follows in higher temporal layers refers to nothing of these before it.
            if temporal <= layers.temporal, packet.layers.spatial == 0 { layers.temporal = target.temporal }
        } else if temporal == layers.temporal &+ 1, temporal <= target.temporal {
            // RFC 7741 section 4.2, Y: this frame refers to nothing but layer 0.
            layers.temporal = temporal
        }
        setRule(layers, floor: rule.floor, from: packet.timestamp)
    }
}
