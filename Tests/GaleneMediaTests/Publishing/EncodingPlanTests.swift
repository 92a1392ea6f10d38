// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneMedia
import Testing

struct EncodingPlanTests {
    @Test func `one encoding has no name, two have the names that servers expect`() {
        #expect(EncodingPlan(width: 640, height: 480).encodings.map(\.rid) == [nil])
        let two = EncodingPlan(width: 641, height: 481, isSimulcast: true)
        #expect(two.encodings.map(\.rid) == ["h", "l"])
        #expect(two.encodings.map(\.width) == [640, 320])
        #expect(two.encodings.map(\.height) == [480, 240])
        #expect(two.published.map(\.maximumBitrate) == [921_600, 100_000])
    }

    @Test func `small pictures are sent once`() {
        #expect(EncodingPlan(width: 160, height: 120, isSimulcast: true).encodings.map(\.rid) == [nil])
        #expect(EncodingPlan(width: 1, height: 1).encodings.map(\.width) == [2])
    }

    @Test func `the rate grows with the picture up to a limit, or is what was asked for`() {
        #expect(EncodingPlan(width: 16, height: 16).encodings[0].maximumBitrate == 300_000)
        #expect(EncodingPlan(width: 7680, height: 4320).encodings[0].maximumBitrate == 4_000_000)
        #expect(EncodingPlan(width: 7680, height: 4320, maximumBitrate: 9).encodings[0].maximumBitrate == 9)
    }
}
