// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import RTP
import Testing

@testable import SFU

@Suite("Renumbering: picture ids", .rfc(7741, "4.2"), .row("M-33"))
struct PictureIDMapTests {
    /// A packet whose payload is never looked at.
    static func packet(
        pictureID: UInt16, bits: UInt8, tl0: UInt8? = nil, flags: CachedPacket.Flags = []
    ) -> CachedPacket {
        var packet = CachedPacket(
            index: 0, payload: UnsafeMutableRawPointer(bitPattern: 64)!, timestamp: 0, payloadLength: 9, marker: true)
        packet.descriptor.pictureIDBits = bits
        packet.descriptor.pictureIDOffset = 2
        packet.descriptor.pictureID = pictureID
        if let tl0 {
            packet.descriptor.tl0Offset = 4
            packet.descriptor.tl0PictureIndex = tl0
        }
        packet.flags = flags
        return packet
    }

    @Test(arguments: wrapStarts)
    func `keeps ids contiguous from one source to the next, in 15 bits`(start: UInt16) {
        var map = PictureIDMap()
        let source = start & 0x7fff
        map.start(Self.packet(pictureID: source, bits: 15))
        var last = map.patches(for: Self.packet(pictureID: source, bits: 15), dropped: 0).pictureID
        #expect(last == source)
        for step in 1...40_000 as ClosedRange<UInt16> {
            let packet = Self.packet(pictureID: (source &+ step) & 0x7fff, bits: 15)
            let mapped = map.patches(for: packet, dropped: 0).pictureID
            #expect(mapped == (last &+ 1) & 0x7fff)
            last = mapped
        }
        let other = Self.packet(pictureID: 12345, bits: 15)
        map.start(other)
        #expect(map.patches(for: other, dropped: 0).pictureID == (last &+ 1) & 0x7fff)
    }

    @Test func `keeps ids contiguous from one source to the next, in 7 bits`() {
        var map = PictureIDMap()
        map.start(Self.packet(pictureID: 120, bits: 7))
        for id in [120, 121, 127, 0, 5] as [UInt16] {
            #expect(map.patches(for: Self.packet(pictureID: id, bits: 7), dropped: 0).pictureID == id)
        }
        map.start(Self.packet(pictureID: 77, bits: 7))
        #expect(map.patches(for: Self.packet(pictureID: 77, bits: 7), dropped: 0).pictureID == 6)
        #expect(map.patches(for: Self.packet(pictureID: 78, bits: 7), dropped: 0).pictureID == 7)
    }

    @Test(arguments: wrapStarts)
    func `moves up what follows a picture that is left out, from every start`(start: UInt16) {
        var map = PictureIDMap()
        var dropped: UInt16 = 0
        var expected = start & 0x7fff
        map.start(Self.packet(pictureID: expected, bits: 15))
        for step in 0..<300 as Range<UInt16> {
            let packet = Self.packet(pictureID: (start &+ step) & 0x7fff, bits: 15)
            if step % 2 == 1 {
                // Two packets of one picture: it vanishes once.
                dropped &+= map.leaveOut(packet)
                #expect(map.leaveOut(packet) == 0)
            } else {
                #expect(map.patches(for: packet, dropped: dropped).pictureID == expected)
                expected = (expected &+ 1) & 0x7fff
            }
        }
    }

    @Test(.rfc(9628, "4.2"))
    func `leaves VP9's ids as they are when a picture is left out: references count by them`() {
        var map = PictureIDMap()
        #expect(map.leaveOut(Self.packet(pictureID: 5, bits: 15, flags: .hasSpatialLayers)) == 0)
    }

    @Test func `keeps TL0PICIDX contiguous from one source to the next`() {
        var map = PictureIDMap()
        let first = Self.packet(pictureID: 1, bits: 15, tl0: 254)
        map.start(first)
        for (source, seen) in [(254, 254), (255, 255), (0, 0)] as [(UInt8, UInt8)] {
            let packet = Self.packet(pictureID: 1, bits: 15, tl0: source)
            #expect(map.patches(for: packet, dropped: 0).tl0PictureIndex == seen)
        }
        let other = Self.packet(pictureID: 9, bits: 15, tl0: 77)
        map.start(other)
        #expect(map.patches(for: other, dropped: 0).tl0PictureIndex == 1)
    }
}
