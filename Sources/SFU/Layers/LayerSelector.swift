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
/// - a larger picture: at a key frame.
///
/// Packets that come late are judged by the layers of the moment and change nothing.
struct LayerSelector: BitwiseCopyable {
    /// What the receiver is to get.
    var target = Layers.all {
        didSet { if target != oldValue { isNewTarget = true } }
    }
    /// What it gets.
    private(set) var current = Layers.all
    /// What it is to get needs a key frame of the source.
    private(set) var wantsKeyFrame = false
    /// Spatial layers of which every frame since the last key frame has been sent: a bit each.
    private var intact: UInt8 = 0xff
    /// The highest spatial layer that the source sends.
    private var highest: UInt8 = 0
    private var pictureTimestamp: UInt32?
    private var isNewTarget = false
    /// Since when a higher frame rate is wanted that the stream does not let begin.
    private var waitingSince: Instant?

    enum Verdict {
        case forward(marker: Bool)
        case drop
    }

    /// - Parameter isLate: a newer packet has gone before this one.
    @inline(__always)
    mutating func judge(_ packet: CachedPacket, isLate: Bool) -> Verdict {
        if !isLate { follow(packet) }
        let layers = packet.layers
        guard current.includes(layers) else {
            if !isLate, layers.temporal <= current.temporal { intact &= ~(1 &<< (layers.spatial & 7)) }
            return .drop
        }
        if layers.spatial < min(current.spatial, highest), packet.flags.contains(.isNotInterLayerReference) {
            // Neither shown nor referred to: the picture is that of a higher layer.
            intact &= ~(1 &<< (layers.spatial & 7))
            return .drop
        }
        let isLastOfPicture =
            layers.spatial == current.spatial && packet.flags.contains(.endsFrame)
            && packet.flags.contains(.hasSpatialLayers)
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

    /// The source has stopped sending the layers above `spatial`.
    mutating func stopExpecting(above spatial: UInt8) {
        guard spatial < highest else { return }
        highest = spatial
        if current.spatial > spatial, intact & (1 &<< (spatial & 7)) == 0 { wantsKeyFrame = true }
    }

    private mutating func follow(_ packet: CachedPacket) {
        if packet.startsKeyFrame {
            current = target
            intact = 0xff
            highest = 0
            wantsKeyFrame = false
            pictureTimestamp = packet.timestamp
            return
        }
        highest = max(highest, packet.layers.spatial)
        let startsPicture = pictureTimestamp != packet.timestamp
        pictureTimestamp = packet.timestamp
        guard current != target else { return }
        if startsPicture { descend() }
        if packet.flags.contains(.isSwitchPoint), packet.flags.contains(.startsFrame) { ascend(packet) }
    }

    private mutating func descend() {
        current.temporal = min(current.temporal, target.temporal)
        if target.spatial < current.spatial, intact & (1 &<< (target.spatial & 7)) != 0 {
            current.spatial = target.spatial
        }
        wantsKeyFrame = min(target.spatial, highest) != min(current.spatial, highest)
    }

    private mutating func ascend(_ packet: CachedPacket) {
        guard target.temporal > current.temporal else { return }
        let layer = packet.layers.temporal
        if packet.flags.contains(.hasSpatialLayers) {
            // RFC 9628 section 4.2, U: what follows in higher temporal layers refers to nothing of these before it.
            if layer <= current.temporal, packet.layers.spatial == 0 { current.temporal = target.temporal }
        } else if layer == current.temporal &+ 1, layer <= target.temporal {
            // RFC 7741 section 4.2, Y: this frame refers to nothing but layer 0.
            current.temporal = layer
        }
    }
}
