// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP
import Testing

@testable import SFU

/// One down track of one layered source without a router: what it would send, and what a decoder makes of that.
final class LayeredReception {
    struct Sent {
        var index: UInt64
        var marker: Bool
        /// `nil` for an empty packet that fills a place.
        var part: FramePart?
    }

    var encoder: LayeredEncoder
    var down: DownTrack
    private(set) var sent: [Sent] = []
    private var firstTimestamp: UInt32 = 0
    private var slots: [UnsafeMutableRawPointer] = []

    init(_ structure: LayeredEncoder.Structure, start: UInt64 = 0, first: UInt16 = 0) {
        encoder = LayeredEncoder(structure, start: start, packetSize: 50)
        let configuration = DownTrackConfiguration(
            source: .none, ssrc: 1, payloadType: 96, firstSequenceNumber: first)
        down = DownTrack(
            configuration, source: .none, subscriber: .none, stream: .none, kind: .video, capacity: 1024)
    }

    /// Another source takes over. Only what is sent from now on is looked at.
    func follow(_ structure: LayeredEncoder.Structure, start: UInt64, firstTimestamp: UInt32) {
        encoder = LayeredEncoder(structure, start: start, packetSize: 50)
        self.firstTimestamp = firstTimestamp
        down.follow(.none, capacity: 1024)
        sent = []
    }

    deinit { for slot in slots { slot.deallocate() } }

    /// A picture whose larger frames have several packets, so that they can be torn.
    func encode(isKeyPicture: Bool = false) -> [LayeredEncoder.Packet] {
        let timestamp = firstTimestamp &+ UInt32(encoder.pictures) * 3000
        return encoder.encode(isKeyPicture: isKeyPicture, timestamp: timestamp) { layers, isKeyFrame in
            isKeyFrame ? 150 : layers.spatial > 0 ? 100 : 50
        }
    }

    func receive(_ packet: LayeredEncoder.Packet) {
        let slot = UnsafeMutableRawPointer.allocate(byteCount: packet.payload.count, alignment: 8)
        slots.append(slot)
        packet.payload.withUnsafeBytes { slot.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        var cached = CachedPacket(
            index: packet.index, payload: slot, timestamp: packet.timestamp,
            payloadLength: UInt16(packet.payload.count), marker: packet.marker)
        let isReadable = cached.read(encoder.structure.codec)
        #expect(isReadable)
        if let entry = down.forward(cached, now: .zero) {
            let length = Int(entry.payloadLength)
            sent.append(
                Sent(
                    index: entry.index, marker: entry.markerAndPayloadType & 0x80 != 0,
                    part: length == 0 ? nil : FramePart(entry.payload, length: length)))
        }
    }

    /// Which frames have been sent: whole, or torn.
    func delivered() -> (whole: Set<Int>, torn: Set<Int>) {
        var parts: [Int: Set<Int>] = [:]
        for part in sent.compactMap(\.part) { parts[part.frame, default: []].insert(part.number) }
        let whole = parts.filter { $0.value.count == encoder.frames[$0.key].packets }
        return (Set(whole.keys), Set(parts.keys).subtracting(whole.keys))
    }

    /// Holds what has been sent against what a decoder needs.
    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        let (whole, torn) = delivered()
        #expect(torn.isEmpty, "frames of which only a part was sent: \(describe(torn))", sourceLocation: sourceLocation)
        var decodable: Set<Int> = []
        var undecodable: Set<Int> = []
        for frame in whole.sorted() {
            if encoder.frames[frame].references.allSatisfy({ decodable.contains($0) }) {
                decodable.insert(frame)
            } else {
                undecodable.insert(frame)
            }
        }
        #expect(
            undecodable.isEmpty, "frames whose references were not sent: \(describe(undecodable))",
            sourceLocation: sourceLocation)
        checkNumbers(sourceLocation)
        checkMarkers(sourceLocation)
    }

    private func describe(_ frames: Set<Int>) -> String {
        frames.sorted().prefix(8).map { frame in
            let info = encoder.frames[frame]
            return "\(frame) (picture \(info.picture), S\(info.layers.spatial) T\(info.layers.temporal))"
        }.joined(separator: ", ")
    }

    /// Left-out packets leave no hole, and no number is given twice.
    private func checkNumbers(_ sourceLocation: SourceLocation) {
        let numbers = sent.map(\.index).sorted()
        guard let first = numbers.first else { return }
        #expect(numbers == Array(first..<first + UInt64(numbers.count)), sourceLocation: sourceLocation)
    }

    /// The last packet of each picture is marked, and no other.
    private func checkMarkers(_ sourceLocation: SourceLocation) {
        var previous: (picture: Int, marker: Bool)?
        var mistakes: [Int] = []
        for packet in sent.sorted(by: { $0.index < $1.index }) {
            guard let part = packet.part else { continue }
            let picture = encoder.frames[part.frame].picture
            if let previous, previous.marker != (previous.picture != picture) { mistakes.append(previous.picture) }
            previous = (picture, packet.marker)
        }
        #expect(mistakes.isEmpty, "pictures with a wrong marker", sourceLocation: sourceLocation)
    }

    /// The layers of what was sent, whole, of each picture.
    func layersByPicture() -> [Int: Layers] {
        var layers: [Int: Layers] = [:]
        for frame in delivered().whole {
            let info = encoder.frames[frame]
            let known = layers[info.picture]?.spatial ?? 0
            layers[info.picture] = Layers(
                spatial: max(known, info.layers.spatial), temporal: info.layers.temporal)
        }
        return layers
    }
}
