// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP

/// How loud a track was, as those who decode it have told.
struct AudioEnergy {
    /// Since the beginning, in seconds of full volume.
    private(set) var total = 0.0
    private var last: (total: Double, at: Instant)?

    /// `totalAudioEnergy` of [W3C Identifiers for WebRTC's Statistics
    /// API](https://www.w3.org/TR/webrtc-stats/#dom-rtcinboundrtpstreamstats-totalaudioenergy): each sample's squared
    /// share of the full volume, for as long as it sounds.
    mutating func add(_ samples: some Sequence<Float>, sampleRate: Int) {
        guard sampleRate > 0 else { return }
        var sum = 0.0
        for sample in samples where sample.isFinite {
            let volume = Double(max(-1, min(1, sample)))
            sum += volume * volume
        }
        total += sum / Double(sampleRate)
    }

    /// - Returns: the mean of the squared volume since the last look, 0 to 1; `nil` at the first.
    mutating func mean(now: Instant) -> Double? {
        defer { last = (total, now) }
        guard let last, now > last.at else { return nil }
        return (total - last.total) / (Double((now - last.at).wholeNanoseconds) / 1e9)
    }
}

extension Stream {
    /// Tells how the sound of a down stream's track came out of the application's decoder, for
    /// ``StreamStatistics/Inbound/audioEnergy``: who speaks can be shown by it. The library hands on frames as they were
    /// sent, so only who decodes them knows.
    ///
    /// - Parameters:
    ///   - samples: of one channel, or of all in turn with `sampleRate` times their number; -1 to 1.
    ///   - sampleRate: samples a second: 48000 for what comes out of Opus in mono.
    ///   - track: the ``StreamTrack/id``; what is said of no track of sound is ignored.
    public func didDecode(_ samples: some Sequence<Float>, sampleRate: Int, track: String) {
        guard tracks.contains(where: { $0.id == track && $0.kind == .audio }) else { return }
        audioEnergies[track, default: AudioEnergy()].add(samples, sampleRate: sampleRate)
    }
}
