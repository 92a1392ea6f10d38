// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import WebRTC
import WebRTCIO

extension Stream {
    /// What has been counted until now.
    public func statistics() -> StreamStatistics {
        let now = Instant.current
        var result = StreamStatistics()
        if let sending {
            let counted = sending.with { peer, _ in peer.statistics }
            for (track, encodings) in zip(published, counted) {
                for encoding in encodings {
                    result.outbound.append(
                        StreamStatistics.Outbound(
                            track: track.id, rid: encoding.rid, ssrc: encoding.ssrc, bytesSent: encoding.bytes,
                            packetsSent: encoding.packets, framesSent: encoding.frames,
                            rate: rates.rate(of: "\(track.id)-\(encoding.ssrc)", bytes: encoding.bytes, now: now),
                            targetBitrate: encoding.targetBitrate, fractionLost: Double(encoding.fractionLost) / 256,
                            roundTrip: encoding.roundTrip))
                }
            }
        }
        if let receiving {
            let counted = receiving.with { peer, _ in peer.statistics }
            for track in tracks {
                guard let counts = counted[track.id] else { continue }
                result.inbound.append(
                    StreamStatistics.Inbound(
                        track: track.id, bytesReceived: counts.bytes, packetsReceived: counts.packets,
                        packetsLost: counts.lostPackets, framesReceived: counts.frames,
                        framesDropped: counts.droppedFrames,
                        rate: rates.rate(of: track.id, bytes: counts.bytes, now: now),
                        fractionLost: Double(counts.fractionLost) / 256, jitter: counts.jitter,
                        totalAudioEnergy: audioEnergies[track.id]?.total,
                        audioEnergy: audioEnergies[track.id]?.mean(now: now)))
            }
        }
        return result
    }
}

/// What was counted at the last look, of which rates are made.
struct RateHistory {
    private var last: [String: (bytes: Int, at: Instant)] = [:]

    /// - Returns: bits a second since the last look at the same thing; `nil` at the first.
    mutating func rate(of name: String, bytes: Int, now: Instant) -> Double? {
        defer { last[name] = (bytes, now) }
        guard let (before, at) = last[name], now > at, bytes >= before else { return nil }
        return Double(bytes - before) * 8 / (Double((now - at).wholeNanoseconds) / 1e9)
    }
}
