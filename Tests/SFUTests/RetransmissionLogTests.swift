// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@testable import SFU

@Suite("Retransmission log", .row("M-22"))
struct RetransmissionLogTests {
    @Test(arguments: wrapStarts)
    func `knows what the last packets were sent with, and nothing older, from every start`(start: UInt16) {
        var log = RetransmissionLog(capacity: 32)
        let base = UInt64(start)
        for step in 0..<200 as Range<UInt64> {
            let source = (1 << 47) + step
            let patches = DescriptorPatches(
                pictureID: UInt16(step), tl0PictureIndex: UInt8(step), isEmpty: step.isMultiple(of: 3))
            log.record(index: base + step, source: source, patches: patches, marker: step.isMultiple(of: 2))
            let entry = log.entry(at: base + step)
            #expect(entry?.source == source && entry?.patches == patches)
            #expect(entry?.marker == step.isMultiple(of: 2))
            #expect((log.entry(at: base + step &- 31) == nil) == (step < 31))
            #expect(log.entry(at: base + step &- 32) == nil)
            #expect(log.entry(at: base + step + 1) == nil)
        }
    }

    @Test(arguments: wrapStarts)
    func `gives back what was written into a packet, bit by bit, from every start`(start: UInt16) {
        var log = RetransmissionLog(capacity: 16)
        var sources: [UInt64] = [0, 1, 1 << 16 - 1, 1 << 16, 1 << 32 - 1, 1 << 32, 1 << 48 - 2, 1 << 48 - 1]
        sources.append(UInt64(start))
        // Beyond 32 bits, too, where the log keeps only half of an index.
        for base in [UInt64(start), 1 << 32 - 3 + UInt64(start), 1 << 47 + UInt64(start)] {
            var index = base
            var isKept = true
            for source in sources {
                for pictureID in [0, 1, 0x7e, 0x7f, 0x80, 0x7ffe, 0x7fff] as [UInt16] {
                    for tl0 in [0, 1, 127, 128, 254, 255] as [UInt8] {
                        for flags in 0..<4 {
                            let patches = DescriptorPatches(
                                pictureID: pictureID, tl0PictureIndex: tl0, isEmpty: flags & 1 != 0)
                            log.record(index: index, source: source, patches: patches, marker: flags & 2 != 0)
                            // Having been sent again changes none of it.
                            let isAdmitted = log.admitResend(of: index, pause: .seconds(1), now: .zero + .seconds(9))
                            let entry = log.entry(at: index)
                            isKept =
                                isKept && isAdmitted && entry?.source == source && entry?.patches == patches
                                && entry?.marker == (flags & 2 != 0)
                            index += 1
                        }
                    }
                }
            }
            #expect(isKept)
        }
    }

    @Test func `admits a resend once in a pause, whatever the time of the clock`() {
        var log = RetransmissionLog(capacity: 8)
        for start in [0, 65_530, 1 << 40] as [Int64] {
            log.record(index: 5, source: 50, patches: .none, marker: false)
            func admit(_ millisecond: Int64) -> Bool {
                log.admitResend(
                    of: 5, pause: .milliseconds(30), now: Instant(nanoseconds: (start + millisecond) * 1_000_000))
            }
            let admitted = [0, 1, 29, 30, 31, 59, 60].map { admit($0) }
            #expect(admitted == [true, false, false, true, false, false, true])
            #expect(log.entry(at: 5)?.source == 50)
        }
        let unknown = log.admitResend(of: 6, pause: .zero, now: .zero)
        #expect(!unknown)
    }

    @Test(arguments: [8, 32, 128], [8, 32, 128])
    func `keeps the newest packets when it is resized`(old: Int, new: Int) {
        var log = RetransmissionLog(capacity: old)
        for index in 0..<1000 as Range<UInt64> {
            log.record(index: index, source: index + 7, patches: .none, marker: true)
        }
        log.resize(to: new, end: 1000)
        #expect(log.capacity == new)
        for age in 1...200 as ClosedRange<UInt64> {
            let source = log.entry(at: 1000 - age)?.source
            #expect(source == (age <= UInt64(min(old, new)) ? 1007 - age : nil))
        }
    }

    @Test(arguments: wrapStarts)
    func `finds the index that a sequence number means, across roll-overs`(start: UInt16) {
        var map = IndexMap(first: start)
        let before = map.index(of: start & 0x7fff)
        #expect(before == nil)
        var mistakes = 0
        for source in 0..<150_000 as Range<UInt64> {
            guard let index = map.map(source)?.index else { continue }
            if map.index(of: UInt16(truncatingIfNeeded: index)) != index { mistakes += 1 }
            guard source > 300 else { continue }
            if map.index(of: UInt16(truncatingIfNeeded: index &- 300)) != index - 300 { mistakes += 1 }
        }
        #expect(mistakes == 0)
    }
}
