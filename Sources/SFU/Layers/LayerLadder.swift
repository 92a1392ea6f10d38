// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// The pictures that a receiver can be given of a track, from the cheapest to the best: an encoding, and layers of it.
///
/// Within an encoding first the frame rate rises, then the size. Above the smallest picture the lowest frame rate is left
/// out: whoever has room for a larger picture would rather see the smaller one move.
struct LayerLadder {
    struct Rung: Equatable {
        /// Position among the track's sources, 0 the best.
        var source: Int
        var layers: Layers
        /// Bits a second; 0 while unknown.
        var rate: Int64

        /// Whether this is the same picture as the other, or a lesser one.
        func isAtMost(source: Int, layers: Layers) -> Bool {
            if self.source != source { return self.source > source }
            if self.layers.spatial != layers.spatial { return self.layers.spatial < layers.spatial }
            return self.layers.temporal <= layers.temporal
        }
    }

    private(set) var rungs: [Rung] = []

    /// Adds an encoding above those that are there.
    mutating func add(source: Int, meter: LayerMeter, isSpatiallyLimited: Bool) {
        let highest = meter.highest
        for spatial in 0...(isSpatiallyLimited ? 0 : highest.spatial) {
            let isSmallest = rungs.isEmpty && spatial == 0
            for temporal in (isSmallest || highest.temporal == 0 ? 0 : 1)...highest.temporal {
                let layers = Layers(spatial: spatial, temporal: temporal)
                rungs.append(Rung(source: source, layers: layers, rate: meter.rate(upTo: layers)))
            }
        }
    }

    /// The rung on which who gets these layers of this encoding stands: the highest that is not above them.
    func position(source: Int, layers: Layers) -> Int {
        rungs.lastIndex { $0.isAtMost(source: source, layers: layers) } ?? 0
    }
}
