// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@testable import SFU

/// Two publishers and fifty receivers for a minute of virtual time, three times.
@Suite("Router: fifty receivers with different networks")
struct RouterSimulationTests {
    typealias Outcome = SimulatedOutcome

    static let seeds = Outcome.seeds

    @Test(.row("M-22", "M-32"), arguments: seeds)
    func `never sends an index twice with different bytes, and none that a receiver would not know`(
        seed: UInt64
    ) async {
        for stream in await Outcome.of(seed: seed).streams {
            #expect(stream.sending.changedBytes == 0, "\(stream)")
            #expect(stream.sending.oldIndices == 0, "\(stream)")
            #expect(stream.wrongGuesses == 0, "\(stream)")
        }
    }

    @Test(.row("M-32"), arguments: seeds)
    func `leaves no gap but where the publisher's packets never came`(seed: UInt64) async {
        for stream in await Outcome.of(seed: seed).streams {
            #expect(stream.sending.distinct > 400, "\(stream)")
            #expect(stream.sending.holes <= stream.mistakes.missing, "\(stream)")
        }
    }

    @Test(.row("M-29", "M-30"), arguments: seeds)
    func `sends no frame in part, and none that refers to one that was left out`(seed: UInt64) async {
        for stream in await Outcome.of(seed: seed).streams {
            #expect(stream.mistakes.torn.isEmpty, "\(stream)")
            #expect(stream.mistakes.undecodable.isEmpty, "\(stream)")
        }
    }

    @Test(.row("M-19"), arguments: seeds)
    func `never lets time run backwards, whatever encoding comes next`(seed: UInt64) async {
        for stream in await Outcome.of(seed: seed).streams {
            #expect(stream.sending.backwardTimes == 0, "\(stream)")
        }
    }

    @Test(.row("M-18", "M-24"), arguments: seeds)
    func `shows a newcomer the first picture within a second, or two where much is lost`(seed: UInt64) async {
        for stream in await Outcome.of(seed: seed).streams {
            let bound: Duration =
                switch stream.network {
                case .good: .milliseconds(400)
                case .fair, .far: .seconds(1)
                case .lossy: .seconds(2)
                // The largest picture comes first, and has to be found too large.
                case .narrow: .seconds(5)
                }
            #expect(stream.firstPicture <= bound, "\(stream)")
        }
    }

    @Test(.row("M-26", "M-35"), arguments: seeds)
    func `lets slow receivers take nothing from the others`(seed: UInt64) async {
        let outcome = await Outcome.of(seed: seed)
        for stream in outcome.streams(.good) {
            #expect(stream.longestGap <= .milliseconds(500), "\(stream)")
            #expect(stream.pictures >= 1200, "\(stream)")
            #expect(stream.largest == stream.pictures, "\(stream)")
        }
        for stream in outcome.streams(.fair) {
            #expect(stream.longestGap <= .seconds(1), "\(stream)")
            #expect(stream.largest * 100 >= stream.pictures * 95, "\(stream)")
        }
        for publisher in outcome.publishers {
            // They begin with a modest one, and rise by 5 % a second.
            let demands = publisher.demands.dropFirst(10)
            #expect(demands.count > 40)
            #expect(demands.min() ?? 0 >= publisher.wanted, "\(demands)")
        }
    }

    @Test(.row("M-22", "M-23"), arguments: seeds)
    func `makes good what is lost by chance: no freeze of a second at 20 %, hardly one at 30 %`(seed: UInt64) async {
        for stream in await Outcome.of(seed: seed).streams(.lossy) {
            #expect(stream.longestGap <= (stream.loss < 0.2 ? .seconds(1) : .seconds(5)), "\(stream)")
            #expect(stream.frozen <= .seconds(5), "\(stream)")
            #expect(stream.largest * 100 >= stream.pictures * 90, "\(stream)")
        }
    }

    @Test(.row("M-28", "M-29", "M-30"), arguments: seeds)
    func `gives narrow paths a smaller picture, steadily`(seed: UInt64) async {
        let streams = await Outcome.of(seed: seed).streams(.narrow)
        for stream in streams {
            #expect(stream.longestGap <= .seconds(6), "\(stream)")
            #expect(stream.frozen <= .seconds(10), "\(stream)")
            #expect(stream.changes <= 20, "\(stream)")
        }
        let frozen = streams.map(\.frozen).reduce(Duration.zero, +)
        #expect(frozen <= .seconds(3) * streams.count)
        let pictures = streams.map(\.pictures).reduce(0, +)
        #expect(streams.map(\.largest).reduce(0, +) * 4 <= pictures)
        #expect(pictures >= 700 * streams.count)
    }

    @Test(.row("M-20", "M-22", "M-23"), arguments: seeds)
    func `is back within three and a half seconds of the beginning of an outage of two, half a second away`(
        seed: UInt64
    ) async {
        for stream in await Outcome.of(seed: seed).streams(.far) {
            #expect(stream.longestGap <= .milliseconds(3500), "\(stream)")
            #expect(stream.frozen <= .seconds(8), "\(stream)")
        }
    }

    @Test(.row("M-23"), arguments: seeds)
    func `asks for key frames twice a second at most, and for one every two seconds once all are there`(
        seed: UInt64
    ) async {
        for encoding in await Outcome.of(seed: seed).publishers.flatMap(\.encodings) {
            let requests = encoding.keyFrameRequests.map { $0 - Instant.zero }
            // On the way a request may catch up with the one before.
            #expect(zip(requests, requests.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(480) })
            #expect(requests.filter { $0 > .seconds(6) }.count <= 27)
            // None comes unasked but the first.
            #expect(encoding.keyFrames <= requests.count + 1)
        }
    }
}
