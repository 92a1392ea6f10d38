// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import SFU

@Suite("Layers: which packets a receiver gets", .row("M-29", "M-30", "M-34"))
struct LayerSelectorTests {
    typealias Structure = LayeredEncoder.Structure

    static let structures = Structure.vp8 + Structure.vp9
    static let layered = structures.filter { $0.temporal > 1 || $0.spatial > 1 }

    static func randomTarget(_ structure: Structure, _ random: inout SeededRandom) -> Layers {
        let spatial = UInt8(random.next() % UInt64(structure.spatial + 1))
        let temporal = UInt8(random.next() % UInt64(structure.temporal + 1))
        return Layers(
            spatial: spatial == structure.spatial ? 7 : spatial, temporal: temporal == structure.temporal ? 7 : temporal
        )
    }

    /// The property that everything else serves.
    @Test(arguments: structures, 0..<12 as Range<UInt64>)
    func `never sends a frame that cannot be decoded, whatever is wanted and however late packets come`(
        structure: Structure, seed: UInt64
    ) {
        var random = SeededRandom(seed: seed)
        let reception = LayeredReception(
            structure, start: UInt64(wrapStarts[Int(seed) % wrapStarts.count]), first: UInt16(seed))
        // What was overtaken, and the packet before which it comes.
        var late: [(packet: LayeredEncoder.Packet, before: Int)] = []
        var packets = 0
        var waited = 0
        for picture in 0..<400 {
            if random.next() % 12 == 0 { reception.down.selector.target = Self.randomTarget(structure, &random) }
            waited = reception.down.selector.wantsKeyFrame ? waited + 1 : 0
            let isKeyPicture = picture == 0 || waited > Int(random.next() % 12) + 2 || random.next() % 150 == 0
            for packet in reception.encode(isKeyPicture: isKeyPicture) {
                packets += 1
                while let next = late.firstIndex(where: { $0.before <= packets }) {
                    reception.receive(late.remove(at: next).packet)
                }
                if picture > 0, random.next() % 20 == 0 {
                    late.append((packet, packets + Int(random.next() % 30) + 1))
                } else {
                    reception.receive(packet)
                }
            }
        }
        for packet in late { reception.receive(packet.packet) }
        reception.check()
    }

    @Test(arguments: layered, 0..<6 as Range<UInt64>)
    func `gives what is wanted soon, and goes on with what can be decoded until then`(
        structure: Structure, seed: UInt64
    ) {
        var random = SeededRandom(seed: 100 + seed)
        let reception = LayeredReception(structure)
        let best = Layers(spatial: UInt8(structure.spatial - 1), temporal: UInt8(structure.temporal - 1))
        var target = Layers.all
        var wanted: [Int: Layers] = [:]
        var waited = 0
        for picture in 0..<600 {
            // 40 pictures to arrive and 20 to stay.
            if picture % 60 == 0 {
                target = Self.randomTarget(structure, &random)
                reception.down.selector.target = target
            }
            if picture % 60 >= 40 { wanted[picture] = target }
            waited = reception.down.selector.wantsKeyFrame ? waited + 1 : 0
            for packet in reception.encode(isKeyPicture: waited == 6) { reception.receive(packet) }
        }
        reception.check()
        let sent = reception.layersByPicture()
        var mistakes: [Int] = []
        for frame in reception.encoder.frames where frame.layers.spatial == 0 {
            let shown = sent[frame.picture]
            if let target = wanted[frame.picture] {
                let isWanted = frame.layers.temporal <= target.temporal
                if shown?.spatial != (isWanted ? min(target.spatial, best.spatial) : nil) {
                    mistakes.append(frame.picture)
                }
            } else if frame.layers.temporal == 0, shown == nil {
                mistakes.append(frame.picture)
            }
        }
        #expect(mistakes.isEmpty, "pictures of which something else was sent")
    }

    @Test(arguments: layered)
    func `goes down at the very next picture where what is left can be decoded, and else asks for a key frame`(
        structure: Structure
    ) {
        // Whatever the position in the pattern.
        for picture in 20..<36 {
            let reception = LayeredReception(structure)
            for _ in 0..<picture { for packet in reception.encode() { reception.receive(packet) } }
            let before = reception.sent.count
            reception.down.selector.target = .base
            for _ in 0..<8 { for packet in reception.encode() { reception.receive(packet) } }
            let sent = reception.sent[before...].compactMap(\.part).map { reception.encoder.frames[$0.frame].layers }
            #expect(sent.allSatisfy { $0.temporal == 0 })
            if structure.prediction == .always || structure.spatial == 1 {
                #expect(sent.allSatisfy { $0.spatial == 0 })
                // Another size wants a key frame in any case: browsers may not get over what was lost of the larger one.
                #expect(reception.down.selector.wantsKeyFrame == (structure.spatial > 1))
            } else {
                #expect(sent.allSatisfy { Int($0.spatial) == structure.spatial - 1 })
                #expect(reception.down.selector.wantsKeyFrame)
                for packet in reception.encode(isKeyPicture: true) { reception.receive(packet) }
                #expect(reception.down.selector.current.spatial == 0)
                #expect(!reception.down.selector.wantsKeyFrame)
            }
            reception.check()
        }
    }

    @Test(arguments: layered)
    func `comes back to all frames within two groups of pictures without a key frame`(structure: Structure) {
        for picture in 20..<36 {
            let reception = LayeredReception(structure)
            reception.down.selector.target.temporal = 0
            for _ in 0..<picture { for packet in reception.encode() { reception.receive(packet) } }
            reception.down.selector.target = .all
            for _ in 0..<16 { for packet in reception.encode() { reception.receive(packet) } }
            #expect(Int(reception.down.selector.current.temporal) >= structure.temporal - 1)
            #expect(!reception.down.selector.wantsKeyFrame)
            reception.check()
        }
    }

    @Test func `asks for a key frame for a larger picture, and takes it with that`() {
        let reception = LayeredReception(Structure.vp9[1])
        reception.down.selector.target.spatial = 0
        for _ in 0..<10 { for packet in reception.encode() { reception.receive(packet) } }
        #expect(!reception.down.selector.wantsKeyFrame)
        reception.down.selector.target.spatial = 1
        for _ in 0..<10 {
            for packet in reception.encode() { reception.receive(packet) }
            #expect(reception.down.selector.wantsKeyFrame && reception.down.selector.current.spatial == 0)
        }
        for packet in reception.encode(isKeyPicture: true) { reception.receive(packet) }
        #expect(!reception.down.selector.wantsKeyFrame && reception.down.selector.current.spatial == 1)
        for _ in 0..<10 { for packet in reception.encode() { reception.receive(packet) } }
        reception.check()
    }

    @Test(arguments: Structure.vp9.filter { $0.spatial > 1 })
    func `goes on with what is left when the encoder stops its largest picture, and takes it back when it returns`(
        structure: Structure
    ) {
        let reception = LayeredReception(structure)
        var waited = 0
        func run(_ pictures: Int) {
            for _ in 0..<pictures {
                waited = reception.down.selector.wantsKeyFrame ? waited + 1 : 0
                for packet in reception.encode(isKeyPicture: waited == 6) { reception.receive(packet) }
            }
        }
        run(40)
        reception.encoder.activeSpatial -= 1
        run(40)
        reception.encoder.activeSpatial += 1
        run(40)
        reception.check()
        let sent = reception.layersByPicture()
        let shown = (0..<120).map { sent[$0]?.spatial }
        let top = UInt8(structure.spatial - 1)
        #expect(shown[..<40].allSatisfy { $0 == top })
        // Where the smaller frames had been left out: a few pictures to notice, and some until the key frame.
        #expect(shown[40..<60].filter { $0 == nil }.count <= (structure.prediction == .always ? 0 : 15))
        #expect(shown[60..<80].allSatisfy { $0 == top - 1 })
        #expect(shown[80..<90].allSatisfy { $0 != nil })
        #expect(shown[90...].allSatisfy { $0 == top })
    }

    @Test(arguments: layered, [0x4000_0000, 0x7fff_ff00, 0x8000_0000, 0xc000_0000] as [UInt32])
    func `judges what comes late of a second source by that source's own timestamps`(
        structure: Structure, firstTimestamp: UInt32
    ) {
        let slow = Layers(spatial: 7, temporal: 0)
        // Whatever had been decided of the first one.
        for changes in 0..<12 {
            let reception = LayeredReception(structure)
            for picture in 0..<(changes + 1) * 9 {
                if picture % 9 == 0 { reception.down.selector.target = picture / 9 % 2 == changes % 2 ? .all : slow }
                for packet in reception.encode() { reception.receive(packet) }
            }
            reception.follow(structure, start: 5, firstTimestamp: firstTimestamp)
            // Behind the key picture each packet changes places with the next.
            var packets: [LayeredEncoder.Packet] = []
            for _ in 0..<40 { packets += reception.encode() }
            for position in stride(from: 20, to: packets.count - 1, by: 2) { packets.swapAt(position, position + 1) }
            for packet in packets { reception.receive(packet) }
            reception.check()
            #expect(reception.delivered().whole.count > 30)
        }
    }

    @Test(.row("M-34"), arguments: Structure.vp9.filter { $0.spatial > 1 })
    func `a larger size that somebody asks for is awaited until its key picture, if there is one`(structure: Structure)
    {
        let reception = LayeredReception(structure)
        reception.down.selector.target.spatial = 0
        for _ in 0..<10 { for packet in reception.encode() { reception.receive(packet) } }
        reception.down.selector.target.spatial = 7
        reception.down.selector.expectLargerSize(upTo: 0)
        #expect(!reception.down.selector.awaitsLargerSize)
        reception.down.selector.expectLargerSize(upTo: UInt8(structure.spatial - 1))
        #expect(reception.down.selector.awaitsLargerSize && reception.down.selector.wantsKeyFrame)
        for picture in 0..<10 {
            for packet in reception.encode(isKeyPicture: picture == 5) { reception.receive(packet) }
            #expect(reception.down.selector.awaitsLargerSize == (picture < 5), "\(picture)")
        }
        reception.check()
    }

    @Test(arguments: Structure.vp9.filter { $0.spatial > 1 }, 0..<20 as Range<UInt64>)
    func `takes another size with the first key picture, in whatever order its packets come`(
        structure: Structure, seed: UInt64
    ) {
        var random = SeededRandom(seed: seed)
        for target in [0, 7] as [UInt8] {
            let reception = LayeredReception(structure)
            reception.down.selector.target.spatial = 7 - target
            for _ in 0..<10 { for packet in reception.encode() { reception.receive(packet) } }
            reception.down.selector.target.spatial = target
            for picture in 0..<20 {
                let packets = reception.encode(isKeyPicture: picture == 5)
                for packet in picture == 5 ? packets.shuffled(using: &random) : packets { reception.receive(packet) }
            }
            #expect(reception.down.selector.current.spatial == target)
            #expect(!reception.down.selector.wantsKeyFrame)
            reception.check()
        }
    }

    @Test(arguments: Structure.vp9.filter { $0.spatial > 1 }, 0..<20 as Range<UInt64>)
    func `keeps its size through a key picture that somebody else asked for, in whatever order its packets come`(
        structure: Structure, seed: UInt64
    ) {
        var random = SeededRandom(seed: seed)
        let reception = LayeredReception(structure)
        reception.encoder.activeSpatial -= 1
        for picture in 0..<40 {
            // It may have one size more, or one less.
            if picture == 15 { reception.encoder.activeSpatial += 1 }
            if picture == 35 { reception.encoder.activeSpatial -= 1 }
            let isKeyPicture = picture % 10 == 5
            let packets = reception.encode(isKeyPicture: isKeyPicture)
            for packet in isKeyPicture ? packets.shuffled(using: &random) : packets { reception.receive(packet) }
            #expect(!reception.down.selector.wantsKeyFrame)
        }
        reception.check()
        let shown = reception.layersByPicture()
        #expect((0..<40).allSatisfy { Int(shown[$0]!.spatial) == structure.spatial - ((15..<35) ~= $0 ? 1 : 2) })
    }

    @Test func `says that it has waited too long for a switch point, once in each while`() {
        var selector = LayerSelector()
        let highest = Layers(spatial: 0, temporal: 2)
        var key = CachedPacket(
            index: 0, payload: UnsafeMutableRawPointer(bitPattern: 8)!, timestamp: 0, payloadLength: 10, marker: true)
        key.flags = [.startsKeyFrame, .startsFrame, .endsFrame]
        selector.target.temporal = 0
        _ = selector.judge(key, isLate: false)
        func isWaiting(_ seconds: Int) -> Bool {
            selector.isWaiting(since: .zero + .seconds(seconds), patience: .seconds(2), highest: highest)
        }
        var answers = (0..<3).map { isWaiting($0) }
        #expect(answers == [false, false, false])
        selector.target.temporal = 2
        answers = (3..<10).map { isWaiting($0) }
        #expect(answers == [false, false, true, false, false, true, false])
        // Another wish begins another wait.
        selector.target.temporal = 1
        answers = (10..<13).map { isWaiting($0) }
        #expect(answers == [false, false, true])
        selector.target.temporal = 0
        answers = (13..<16).map { isWaiting($0) }
        #expect(answers == [false, false, false])
    }

    @Test func `leaves a source without layers as it is, markers and all`() {
        let reception = LayeredReception(Structure.vp8[0])
        reception.down.selector.target = .base
        for _ in 0..<50 { for packet in reception.encode() { reception.receive(packet) } }
        #expect(reception.delivered().whole.count == 50)
        #expect(!reception.down.selector.wantsKeyFrame)
        reception.check()
    }
}
