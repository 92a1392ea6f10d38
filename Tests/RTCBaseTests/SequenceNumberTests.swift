// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

/// Every scenario runs from each of these: the places where 16 bits wrap and where signs change.
private let starts: [UInt16] = [0, 1, 127, 128, 255, 32767, 32768, 65534, 65535]

@Suite("Sequence numbers", .rfc(3711, "3.3.1"))
struct SequenceNumberTests {
    @Test(arguments: starts)
    func `distance is signed and wraps`(start: UInt16) {
        let number = SequenceNumber(start)
        for distance in [0, 1, 100, 32767] {
            #expect(number.distance(to: SequenceNumber(start &+ UInt16(distance))) == distance)
            #expect(number.distance(to: SequenceNumber(start &- UInt16(distance))) == -distance)
        }
        #expect(number.distance(to: SequenceNumber(start &+ 32768)) == -32768)
    }

    @Test(arguments: starts)
    func `a stream counts on over three roll-overs`(start: UInt16) {
        var unwrapper = SequenceUnwrapper()
        for step in 0..<(3 * 65536 + 7) {
            let index = unwrapper.unwrap(SequenceNumber(start &+ UInt16(truncatingIfNeeded: step)))
            guard index == UInt64(start) + UInt64(step) else {
                Issue.record("step \(step) became \(index)")
                return
            }
        }
    }

    @Test(arguments: starts)
    func `late and early packets around a wrap keep their place`(start: UInt16) {
        var unwrapper = SequenceUnwrapper()
        let base = UInt64(start) + 65536
        unwrapper.advance(to: base)
        for (offset, highest) in [(5, 5), (-3, 5), (2, 5), (300, 300), (-30_000, 300), (301, 301)] {
            let expected = UInt64(Int64(base) + Int64(offset))
            #expect(unwrapper.unwrap(SequenceNumber(UInt16(truncatingIfNeeded: expected))) == expected)
            #expect(unwrapper.highest == base + UInt64(highest))
        }
    }

    @Test func `asking for an index does not move the reference`() {
        var unwrapper = SequenceUnwrapper()
        #expect(unwrapper.index(of: SequenceNumber(7)) == 7)
        #expect(unwrapper.highest == nil)
        unwrapper.advance(to: 65530)
        #expect(unwrapper.index(of: SequenceNumber(3)) == 65539)
        #expect(unwrapper.index(of: SequenceNumber(3)) == 65539)
        #expect(unwrapper.highest == 65530)
    }

    @Test func `a number from before the first cycle is taken for the one a cycle ahead`() {
        var unwrapper = SequenceUnwrapper()
        unwrapper.advance(to: 2)
        #expect(unwrapper.index(of: SequenceNumber(65535)) == 65535)
        unwrapper.advance(to: 1)
        #expect(unwrapper.highest == 2, "the reference never falls")
    }

    /// The RFC's pseudo-code (appendix A), written out: an oracle that shares nothing with the implementation.
    private func rfcIndex(rollOverCounter: UInt64, highest: Int, number: Int) -> UInt64? {
        let counter: Int64
        if highest < 32768 {
            counter = Int64(rollOverCounter) - (number - highest > 32768 ? 1 : 0)
        } else {
            counter = Int64(rollOverCounter) + (highest - 32768 > number ? 1 : 0)
        }
        return counter < 0 ? nil : UInt64(counter) * 65536 + UInt64(number)
    }

    @Test(.rfc(3711, "appendix A"), arguments: starts)
    func `the estimate is the one of the RFC for every number`(start: UInt16) {
        var unwrapper = SequenceUnwrapper()
        unwrapper.advance(to: 5 << 16 | UInt64(start))
        for number in UInt16.min...UInt16.max {
            let expected = rfcIndex(rollOverCounter: 5, highest: Int(start), number: Int(number))
            let index = unwrapper.index(of: SequenceNumber(number))
            guard index == expected else {
                Issue.record("\(number) after \(start): \(index), not \(String(describing: expected))")
                return
            }
        }
    }
}
