// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What each layer of a source took over the last whole second: what a receiver would be sent that got so many of them.
struct LayerMeter: BitwiseCopyable {
    /// Layers are told apart up to here; what a codec names above counts as the fourth. Browsers send three.
    static let side = 4

    /// Bytes by `spatial * side + temporal`.
    private var bytes = SIMD16<UInt32>.zero
    private var rates = SIMD16<UInt32>.zero
    private var start: Instant?
    private(set) var lastArrival: Instant?

    @inline(__always)
    mutating func add(_ layers: Layers, bytes count: Int, now: Instant) {
        roll(now)
        lastArrival = now
        let place = Int(min(layers.spatial, 3)) * Self.side + Int(min(layers.temporal, 3))
        bytes[place] &+= UInt32(truncatingIfNeeded: count)
    }

    /// Closes the interval if it is over.
    mutating func roll(_ now: Instant) {
        guard let start else {
            self.start = now
            return
        }
        let elapsed = now.nanoseconds &- start.nanoseconds
        guard elapsed >= 1_000_000_000 else { return }
        // After a pause there is no rate to speak of: over such an interval it would seem to take next to nothing.
        let milliseconds = elapsed > 3_000_000_000 ? UInt64.max : UInt64(elapsed / 1_000_000)
        for place in 0..<16 {
            rates[place] = UInt32(clamping: UInt64(bytes[place]) * 8000 / milliseconds)
        }
        bytes = .zero
        self.start = now
    }

    /// Bits a second of everything up to `layers`; 0 before the first second is over.
    func rate(upTo layers: Layers) -> Int64 {
        var sum: Int64 = 0
        for spatial in 0...Int(min(layers.spatial, 3)) {
            for temporal in 0...Int(min(layers.temporal, 3)) { sum += Int64(rates[spatial * Self.side + temporal]) }
        }
        return sum
    }

    /// The highest layers that came in the last second, or have come in this one.
    var highest: Layers {
        var highest = Layers.base
        for place in 0..<16 where rates[place] > 0 || bytes[place] > 0 {
            highest.spatial = max(highest.spatial, UInt8(place / Self.side))
            highest.temporal = max(highest.temporal, UInt8(place % Self.side))
        }
        return highest
    }
}
