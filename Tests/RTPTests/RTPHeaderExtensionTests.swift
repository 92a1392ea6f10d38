// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import RTP
import Testing

@Suite("RTP header extensions", .rfc(8285, "4.2"))
struct RTPHeaderExtensionTests {
    private func packet(profile: String, _ words: String) -> [UInt8] {
        let body = hex(words)
        return hex("90 00 0001 00000000 00000001") + hex(profile) + [0, UInt8(body.count / 4)] + body + [0xee]
    }

    /// The elements as text: id, colon, value.
    private func elements(_ packet: [UInt8]) throws -> [String] {
        try packet.withUnsafeBytes { bytes in
            let header = try RTPHeader(parsing: bytes)
            var iterator = RTPHeaderExtensionIterator(header)
            var found: [String] = []
            while let element = iterator.next(in: bytes) {
                found.append("\(element.id):\(hexText(bytes[element.range]))")
            }
            return found
        }
    }

    @Test(arguments: [
        // The RFC's own example: padding between and after elements.
        ("10 aa 21 bbbb 00 00 33 cccccccc", ["1:aa", "2:bbbb", "3:cccccccc"]),
        ("00000000", []),
        ("ef 00112233445566778899aabbccddeeff 000000", ["14:00112233445566778899aabbccddeeff"]),
        // 15 ends the walk, whatever follows.
        ("10 aa f0 00 20 bb 00 00", ["1:aa"]),
        // An id of 0 with a length ends it too.
        ("10 aa 03 00 20 bb 00 00", ["1:aa"]),
        // An element longer than what is left.
        ("10 aa 2f 00", ["1:aa"]),
        ("10 aa 00 20", ["1:aa"]),
    ])
    func `one-byte elements`(words: String, expected: [String]) throws {
        #expect(try elements(packet(profile: "bede", words)) == expected)
    }

    @Test(
        .rfc(8285, "4.3"),
        arguments: [
            ("1000", "01 00 02 01 aa 00 03 02 bbcc 00 00", ["1:", "2:aa", "3:bbcc"]),
            // The low 4 bits are the application's.
            ("100f", "0f 01 aa 00", ["15:aa"]),
            ("1000", "01 01 aa 02", ["1:aa"]),
            ("1000", "01 01 aa 00 02 ff 00 00", ["1:aa"]),
            // Another profile has no elements that we know of.
            ("1234", "01 01 aa 00", []),
        ])
    func `two-byte elements`(profile: String, words: String, expected: [String]) throws {
        #expect(try elements(packet(profile: profile, words)) == expected)
    }

    @Test func `an element is found by its id`() throws {
        let bytes = packet(profile: "bede", "10 aa 21 bbbb 00 00 33 cccccccc")
        try bytes.withUnsafeBytes { bytes in
            let header = try RTPHeader(parsing: bytes)
            #expect(
                header.extensionElement(id: 2, in: bytes) == RTPHeaderExtensionElement(id: 2, offset: 19, length: 2))
            #expect(header.extensionElement(id: 4, in: bytes) == nil)
            #expect(header.extensionElement(id: 0, in: bytes) == nil)
        }
    }

    @Test(.attack(15)) func `a header of a longer packet does not lead outside a shorter one`() throws {
        let bytes = packet(profile: "bede", "10 aa 21 bbbb 00 00 33 cccccccc")
        let header = try RTPHeader(parsing: bytes.span.bytes)
        let short = Array(bytes.prefix(20))
        #expect(short.withUnsafeBytes { header.extensionElement(id: 1, in: $0) } == nil)
    }
}
