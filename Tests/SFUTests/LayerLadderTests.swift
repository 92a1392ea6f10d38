// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@testable import SFU

@Suite("Layers: the pictures to choose from", .row("M-29", "M-30", "M-31"))
struct LayerLadderTests {
    typealias Rung = LayerLadder.Rung

    /// A meter that has seen one packet of 125 bytes a second, 1000 bit/s, of every layer up to these.
    static func meter(spatial: UInt8, temporal: UInt8) -> LayerMeter {
        var meter = LayerMeter()
        for second in 0...1 {
            for spatial in 0...spatial {
                for temporal in 0...temporal {
                    meter.add(
                        Layers(spatial: spatial, temporal: temporal), bytes: 125, now: .zero + .seconds(second))
                }
            }
        }
        return meter
    }

    static func rung(_ source: Int, _ spatial: UInt8, _ temporal: UInt8, _ rate: Int64) -> Rung {
        Rung(source: source, layers: Layers(spatial: spatial, temporal: temporal), rate: rate)
    }

    @Test func `goes from the least to the best, without the lowest frame rates of larger pictures`() {
        var simulcast = LayerLadder()
        simulcast.add(source: 1, meter: Self.meter(spatial: 0, temporal: 2), isSpatiallyLimited: false)
        simulcast.add(source: 0, meter: Self.meter(spatial: 0, temporal: 1), isSpatiallyLimited: false)
        #expect(
            simulcast.rungs == [
                Self.rung(1, 0, 0, 1000), Self.rung(1, 0, 1, 2000), Self.rung(1, 0, 2, 3000), Self.rung(0, 0, 1, 2000),
            ])
        var scalable = LayerLadder()
        scalable.add(source: 0, meter: Self.meter(spatial: 1, temporal: 2), isSpatiallyLimited: false)
        #expect(
            scalable.rungs == [
                Self.rung(0, 0, 0, 1000), Self.rung(0, 0, 1, 2000), Self.rung(0, 0, 2, 3000), Self.rung(0, 1, 1, 4000),
                Self.rung(0, 1, 2, 6000),
            ])
    }

    @Test func `keeps the only frame rate of a source without temporal layers`() {
        var ladder = LayerLadder()
        ladder.add(source: 1, meter: Self.meter(spatial: 0, temporal: 0), isSpatiallyLimited: false)
        ladder.add(source: 0, meter: Self.meter(spatial: 1, temporal: 0), isSpatiallyLimited: false)
        #expect(ladder.rungs == [Self.rung(1, 0, 0, 1000), Self.rung(0, 0, 0, 1000), Self.rung(0, 1, 0, 2000)])
    }

    @Test func `has only the smallest picture of who is limited to it`() {
        var ladder = LayerLadder()
        ladder.add(source: 0, meter: Self.meter(spatial: 2, temporal: 1), isSpatiallyLimited: true)
        #expect(ladder.rungs.map(\.layers.spatial) == [0, 0])
    }

    @Test func `finds where a receiver stands, also between rungs and beside the ladder`() {
        var ladder = LayerLadder()
        ladder.add(source: 1, meter: Self.meter(spatial: 0, temporal: 2), isSpatiallyLimited: false)
        ladder.add(source: 0, meter: Self.meter(spatial: 1, temporal: 2), isSpatiallyLimited: false)
        for (position, rung) in ladder.rungs.enumerated() {
            #expect(ladder.position(source: rung.source, layers: rung.layers) == position)
        }
        let top = ladder.rungs.count - 1
        #expect(ladder.position(source: 0, layers: .all) == top)
        // Its own lowest frame rate is no rung: the one below is the other source's best.
        #expect(ladder.position(source: 0, layers: .base) == 2)
        #expect(ladder.position(source: 1, layers: .all) == 2)
        // A source that is not in it: below all, above all.
        #expect(ladder.position(source: 7, layers: .all) == 0)
        #expect(LayerLadder().position(source: 0, layers: .all) == 0)
    }

    @Test(.attack(18)) func `has at most sixteen rungs a source, whatever that claims`() {
        var ladder = LayerLadder()
        ladder.add(source: 0, meter: Self.meter(spatial: 7, temporal: 7), isSpatiallyLimited: false)
        #expect(ladder.rungs.count == 4 + 3 * 3)
    }
}
