// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import SRTP
import Testing

@Suite("Replay window", .rfc(3711, "3.3.2"), .row("M-39"))
struct ReplayWindowTests {
    /// The window told simply: a set, and the highest.
    private struct Model {
        var seen: Set<UInt64> = []
        var highest: UInt64?

        func verdict(on index: UInt64) -> ReplayWindow.Verdict {
            guard let highest, index <= highest else { return .new }
            if highest - index >= ReplayWindow.size { return .tooOld }
            return seen.contains(index) ? .seen : .new
        }

        mutating func insert(_ index: UInt64) {
            guard verdict(on: index) != .tooOld else { return }
            seen.insert(index)
            highest = max(highest ?? 0, index)
        }
    }

    @Test(.attack(14), arguments: wrapStarts) func `agrees with a set of all indices after every step`(start: UInt16) {
        for step in [UInt64(3), 60, 700, 2000] {
            var random = SeededRandom(seed: step &+ UInt64(start))
            var window = ReplayWindow()
            var model = Model()
            var centre = UInt64(start)
            for _ in 0..<3000 {
                centre += random.next() % step
                let offset = random.next() % 1200
                let index = centre > offset ? centre - offset : offset
                let verdict = window.verdict(on: index)
                guard verdict == model.verdict(on: index) else {
                    Issue.record("\(verdict) on \(index), highest \(String(describing: model.highest))")
                    return
                }
                if random.next() % 4 != 0 {
                    window.insert(index)
                    model.insert(index)
                }
            }
        }
    }

    @Test(.attack(14)) func `holds at the end of the range of indices`() {
        var window = ReplayWindow()
        let last = SRTPLimits.packets - 1
        #expect(window.verdict(on: last) == .new)
        window.insert(last)
        #expect(window.verdict(on: last) == .seen)
        #expect(window.verdict(on: last - 511) == .new)
        #expect(window.verdict(on: last - 512) == .tooOld)
        #expect(window.verdict(on: 0) == .tooOld)
    }
}
