// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@testable import SFU

@Suite("Layers: what each takes", .row("M-29", "M-30"))
struct LayerMeterTests {
    static func at(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

    /// Ten packets a second of each layer, of 100 bytes more the higher the layer.
    static func feed(_ meter: inout LayerMeter, _ layers: [Layers], from start: Int, to end: Int) {
        for millisecond in stride(from: start, to: end, by: 100) {
            for layer in layers {
                meter.add(
                    layer, bytes: 100 * (1 + Int(layer.spatial) + Int(layer.temporal)), now: at(millisecond))
            }
        }
    }

    @Test func `sums what everything up to a layer takes, once a second is over`() {
        var meter = LayerMeter()
        let all = (0..<3 as Range<UInt8>).flatMap { spatial in
            (0..<3 as Range<UInt8>).map { Layers(spatial: spatial, temporal: $0) }
        }
        Self.feed(&meter, all, from: 0, to: 1000)
        #expect(meter.rate(upTo: .all) == 0)
        #expect(meter.highest == Layers(spatial: 2, temporal: 2))
        meter.roll(Self.at(1000))
        #expect(meter.rate(upTo: .base) == 8000)
        #expect(meter.rate(upTo: Layers(spatial: 0, temporal: 2)) == 8000 + 16_000 + 24_000)
        #expect(meter.rate(upTo: Layers(spatial: 1, temporal: 0)) == 8000 + 16_000)
        #expect(meter.rate(upTo: Layers(spatial: 1, temporal: 1)) == 8000 + 16_000 + 16_000 + 24_000)
        #expect(meter.rate(upTo: .all) == 8000 * (1 + 2 + 3 + 2 + 3 + 4 + 3 + 4 + 5))
        #expect(meter.lastArrival == Self.at(900))
    }

    @Test func `notices within a second or two that a layer is sent no more, and at once that one is`() {
        var meter = LayerMeter()
        let high = Layers(spatial: 1, temporal: 0)
        Self.feed(&meter, [.base, high], from: 0, to: 5000)
        Self.feed(&meter, [.base], from: 5000, to: 5900)
        #expect(meter.highest == high)
        Self.feed(&meter, [.base], from: 5900, to: 6100)
        #expect(meter.highest == .base)
        #expect(meter.rate(upTo: .all) == 8000)
        meter.add(high, bytes: 1, now: Self.at(6100))
        #expect(meter.highest == high)
    }

    @Test(.attack(18)) func `tells no layers apart above the fourth, whatever a source claims`() {
        var meter = LayerMeter()
        for millisecond in stride(from: 0, through: 2000, by: 100) {
            for spatial in 0...7 as ClosedRange<UInt8> {
                for temporal in 0...7 as ClosedRange<UInt8> {
                    meter.add(Layers(spatial: spatial, temporal: temporal), bytes: 10, now: Self.at(millisecond))
                }
            }
        }
        #expect(meter.highest == Layers(spatial: 3, temporal: 3))
        #expect(meter.rate(upTo: .all) == 64 * 10 * 8 * 10)
        #expect(meter.rate(upTo: Layers(spatial: 3, temporal: 3)) == meter.rate(upTo: .all))
        #expect(meter.rate(upTo: Layers(spatial: 255, temporal: 255)) == meter.rate(upTo: .all))
    }

    @Test func `knows no rate after a pause, instead of one that the pause has diluted`() {
        var meter = LayerMeter()
        Self.feed(&meter, [.base], from: 0, to: 3000)
        #expect(meter.rate(upTo: .all) == 8000)
        Self.feed(&meter, [.base], from: 20_000, to: 20_900)
        #expect(meter.rate(upTo: .all) == 0)
        Self.feed(&meter, [.base], from: 20_900, to: 21_100)
        #expect(meter.rate(upTo: .all) == 8000)
    }

    @Test func `keeps to what fits its counters`() {
        var meter = LayerMeter()
        for _ in 0..<10 { meter.add(.base, bytes: .max, now: .zero) }
        meter.roll(Self.at(1000))
        #expect(meter.rate(upTo: .all) >= 0 && meter.rate(upTo: .all) <= Int64(UInt32.max))
    }
}
