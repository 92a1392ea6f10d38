// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU

/// A publisher as browsers are: pictures at 25 a second in one or two encodings, repeated packets and key frames when it is
/// asked, sender reports once a second, and no more bits a second than it is told.
final class SimulatedPublisher {
    static let pictureInterval = Duration.milliseconds(40)

    struct Track {
        var encoder: LayeredEncoder
        let ssrc: UInt32
        /// Bits a second that it would like to send, and does.
        let wantedBitrate: Double
        var bitrate: Double
        let firstTimestamp: UInt32
        var wantsKeyFrame = false
        /// What may be asked for again, by index.
        var history: [LayeredEncoder.Packet?] = Array(repeating: nil, count: 512)
        var newest: UInt64 = 0
        /// When each PLI came.
        var keyFrameRequests: [Instant] = []
        var keyFrames = 0
        var packets: UInt32 = 0
    }

    struct Sent {
        var track: Int
        var packet: LayeredEncoder.Packet
    }

    let path: SimulatedPathBox<Sent>
    var tracks: [Track]
    /// What the router demanded, second by second.
    private(set) var demands: [Int] = []
    private var nextPicture = Instant.zero
    private var nextReport = Instant.zero + .milliseconds(300)
    private let clock = WallClock(unixNanoseconds: 1_700_000_000_123_456_789, at: .zero)

    /// - Parameter firstStream: tells its encodings from others'.
    init(
        _ encodings: [(structure: LayeredEncoder.Structure, bitrate: Double)], firstStream: UInt16,
        conditions: NetworkConditions, seed: UInt64
    ) {
        var random = SeededRandom(seed: seed)
        path = SimulatedPathBox(SimulatedPath(conditions, seed: seed))
        tracks = encodings.enumerated().map { number, encoding in
            Track(
                encoder: LayeredEncoder(
                    encoding.structure, id: firstStream + UInt16(number), start: random.next() & 0xffff),
                ssrc: UInt32(firstStream) * 100 + UInt32(number) + 1, wantedBitrate: encoding.bitrate,
                bitrate: encoding.bitrate, firstTimestamp: UInt32(truncatingIfNeeded: random.next()))
        }
    }

    func step(_ now: Instant) {
        if now >= nextPicture {
            for track in tracks.indices { encode(track, now: now) }
            nextPicture += Self.pictureInterval
        }
        if now >= nextReport {
            report(now)
            nextReport += .seconds(1)
        }
    }

    private func timestamp(_ track: Int, _ now: Instant) -> UInt32 {
        tracks[track].firstTimestamp &+ UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000 * 90)
    }

    private func encode(_ number: Int, now: Instant) {
        let structure = tracks[number].encoder.structure
        let perPicture = tracks[number].bitrate / 8 / 25
        let isKey = tracks[number].wantsKeyFrame
        tracks[number].wantsKeyFrame = false
        let timestamp = timestamp(number, now)
        let before = tracks[number].encoder.frames.count
        let packets = tracks[number].encoder.encode(isKeyPicture: isKey, timestamp: timestamp) { layers, isKeyFrame in
            // Larger pictures take three times as much as the next smaller one; the lowest frame rate two fifths.
            let spatial = structure.spatial == 3 ? [0.08, 0.24, 0.68][Int(layers.spatial)] : 1
            let temporal = structure.temporal == 3 ? [1.6, 0.8, 0.8][Int(layers.temporal)] : 1
            return Int(perPicture * spatial * (isKeyFrame ? 4 : temporal))
        }
        if tracks[number].encoder.frames[before].isKeyFrame { tracks[number].keyFrames += 1 }
        for packet in packets {
            tracks[number].history[Int(packet.index % 512)] = packet
            tracks[number].newest = packet.index
            tracks[number].packets += 1
            path.value.send(Sent(track: number, packet: packet), length: packet.payload.count, now: now)
        }
    }

    private func report(_ now: Instant) {
        for track in tracks.indices where tracks[track].packets > 0 {
            var compound = RTCPCompoundBuilder()
            _ = compound.append(
                .senderReport(
                    SenderReport(
                        ssrc: tracks[track].ssrc, ntpTime: clock.ntpTime(at: now), rtpTimestamp: timestamp(track, now),
                        packetCount: tracks[track].packets, octetCount: 0)))
            _ = compound.append(
                .sourceDescription(SourceDescription(chunks: [.init(ssrc: tracks[track].ssrc, cname: "publisher")])))
            path.value.sendReport(compound.bytes, now: now)
        }
    }

    /// What the router says to it.
    func receive(_ report: [UInt8], now: Instant) {
        for message in (try? RTCPMessage.parse(report.span.bytes)) ?? [] {
            switch message {
            case .pictureLoss(let request):
                guard let track = tracks.firstIndex(where: { $0.ssrc == request.mediaSSRC }) else { continue }
                tracks[track].keyFrameRequests.append(now)
                tracks[track].wantsKeyFrame = true
            case .nack(let nack):
                guard let track = tracks.firstIndex(where: { $0.ssrc == nack.mediaSSRC }) else { continue }
                for number in nack.missing { resend(number.rawValue, of: track, now: now) }
            case .estimatedBitrate(let demand):
                demands.append(demand.bitrate)
                // The least of several encodings has its fixed share; the best gets what remains.
                let others = tracks.dropFirst().reduce(0) { $0 + $1.wantedBitrate }
                tracks[0].bitrate = min(max(Double(demand.bitrate) - others, 100_000), tracks[0].wantedBitrate)
            default: continue
            }
        }
    }

    private func resend(_ number: UInt16, of track: Int, now: Instant) {
        let back = UInt64(UInt16(truncatingIfNeeded: tracks[track].newest) &- number)
        guard back < 512, back <= tracks[track].newest else { return }
        let index = tracks[track].newest - back
        guard let packet = tracks[track].history[Int(index % 512)], packet.index == index else { return }
        path.value.send(Sent(track: track, packet: packet), length: packet.payload.count, now: now)
    }
}

/// A path that several share.
final class SimulatedPathBox<Packet> {
    var value: SimulatedPath<Packet>
    init(_ value: SimulatedPath<Packet>) { self.value = value }
}
