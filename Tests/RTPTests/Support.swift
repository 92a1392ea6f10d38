// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit

/// The starts from which scenarios with numbers that wrap are run.
let wrapStarts: [UInt16] = [0, 1, 127, 128, 255, 32767, 32768, 65534, 65535]

/// What a parser throws; `nil` when it succeeds.
func parseError(_ body: () throws(ParseError) -> Void) -> ParseError? {
    do throws(ParseError) {
        try body()
        return nil
    } catch {
        return error
    }
}

/// Runs a fuzz entry over a fixture, each of its truncations, each flipped bit, and random garbage.
func sweep(_ fixture: [UInt8], seed: UInt64, _ run: (UnsafeRawBufferPointer) -> Void) {
    // Exactly as long as the input, so that the address sanitizer sees a read behind its end.
    func feed(_ bytes: [UInt8]) { bytes.withUnsafeBytes(run) }
    for length in 0...fixture.count { feed(Array(fixture.prefix(length))) }
    for bit in 0..<fixture.count * 8 {
        var changed = fixture
        changed[bit / 8] ^= 1 << UInt8(bit % 8)
        feed(changed)
    }
    var random = SeededRandom(seed: seed)
    for _ in 0..<500 {
        var changed = fixture
        for _ in 0..<Int(1 + random.next() % 6) where !changed.isEmpty {
            changed[Int(random.next() % UInt64(changed.count))] = UInt8(truncatingIfNeeded: random.next())
        }
        feed(changed)
        feed(random.bytes(Int(random.next() % 80)))
    }
}

/// `withUnsafeBytes` of an array, with the type of what a parser throws.
func withBytes<Result>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(ParseError) -> Result
) throws(ParseError) -> Result {
    try bytes.span.bytes.withUnsafeBytes(body)
}
