// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import Testing

@testable import LoadMedia

@Suite("What a publisher of a load test sends again")
struct PacketHistoryTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private func keep(_ index: UInt64, size: Int = 100, in history: inout PacketHistory) {
        [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: size).withUnsafeBytes {
            history.keep($0, index: index)
        }
    }

    private func ask(
        _ number: UInt64, of history: inout PacketHistory, sent: UInt32 = 0, after: Duration = .zero
    ) -> [UInt8]? {
        var found: [UInt8]?
        history.withPacket(
            SequenceNumber(UInt16(truncatingIfNeeded: number)), sent: sent, now: Self.start + after
        ) { found = Array($0) }
        return found
    }

    @Test(arguments: [0, 1, 127, 128, 255, 32_767, 32_768, 65_534, 65_535, 65_536 * 5] as [UInt64])
    func `has the last packets as they were, whatever their numbers, and none of before or after`(first: UInt64) {
        var history = PacketHistory()
        history.isKeeping = true
        let count = UInt64(PacketHistory.places) + 10
        for index in first..<first + count { keep(index, size: 1 + Int(index % 7), in: &history) }
        for index in first + 10..<first + count {
            let wanted = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 1 + Int(index % 7))
            #expect(ask(index, of: &history) == wanted)
        }
        for index in first..<first + 10 { #expect(ask(index, of: &history) == nil) }
        for index in [first + count, first + count + 40_000] { #expect(ask(index, of: &history) == nil) }
    }

    @Test func `keeps nothing unless it was negotiated`() {
        var history = PacketHistory()
        keep(5, in: &history)
        #expect(ask(5, of: &history) == nil)
    }

    @Test func `does not answer a request twice, but the next one`() {
        var history = PacketHistory()
        history.isKeeping = true
        keep(5, in: &history)
        #expect(ask(5, of: &history) != nil)
        #expect(ask(5, of: &history, after: PacketHistory.spacing - .milliseconds(1)) == nil)
        #expect(ask(5, of: &history, after: PacketHistory.spacing) != nil)
    }

    @Test func `a place holds what fits, and forgets for what does not`() {
        var history = PacketHistory()
        history.isKeeping = true
        keep(7, size: PacketHistory.placeSize, in: &history)
        #expect(ask(7, of: &history)?.count == PacketHistory.placeSize)
        keep(7 + UInt64(PacketHistory.places), size: PacketHistory.placeSize + 1, in: &history)
        #expect(ask(7 + UInt64(PacketHistory.places), of: &history) == nil)
        #expect(ask(7, of: &history, after: .seconds(1)) == nil)
    }

    @Test func `requests without end get no more than a share of what is sent`() {
        var history = PacketHistory()
        history.isKeeping = true
        for index in 0..<UInt64(PacketHistory.places) { keep(index, size: 1_000, in: &history) }
        func asked(sent: UInt32, after: Duration) -> Int64 {
            (0..<UInt64(PacketHistory.places)).reduce(0) { sum, index in
                sum + Int64(ask(index, of: &history, sent: sent, after: after)?.count ?? 0)
            }
        }
        let first = asked(sent: 0, after: .zero)
        #expect(first > 0 && first <= RetransmissionBudget.burst)
        #expect(asked(sent: 0, after: .seconds(2)) <= 1_000)
        let later = asked(sent: 40_000, after: .seconds(4))
        #expect(later > 0 && later <= 40_000 * PacketHistory.share / 256 + 1_000)
    }
}
