// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit

/// What became of a meeting of fifty, in plain numbers.
struct SimulatedOutcome: Sendable {
    static let length = Duration.seconds(60)

    /// One down stream.
    struct Stream: Sendable, CustomStringConvertible {
        var description: String
        var network: SimulatedNetwork
        /// Of what is sent each way.
        var loss: Double
        var sending: SimulatedMeeting.Sending
        var mistakes: SimulatedMeeting.Mistakes
        /// Packets that the receiver could not have authenticated.
        var wrongGuesses: Int
        /// From joining to the first picture, and the gaps between pictures from then on, longest first.
        var firstPicture: Duration
        var gaps: [Duration]
        var pictures: Int
        /// Of the largest size.
        var largest: Int
        /// How often the size has changed.
        var changes: Int

        var longestGap: Duration { gaps[0] }
        /// What all gaps of more than a second take.
        var frozen: Duration { gaps.filter { $0 > .seconds(1) }.reduce(.zero, +) }
    }

    /// What one encoding was asked for.
    struct Encoding: Sendable {
        var keyFrameRequests: [Instant]
        var keyFrames: Int
    }

    struct Publisher: Sendable {
        var encodings: [Encoding]
        /// What it would send, and what it was told second by second.
        var wanted: Int
        var demands: [Int]
    }

    var streams: [Stream] = []
    var publishers: [Publisher] = []

    init(seed: UInt64) {
        let meeting = SimulatedMeeting(
            publishers: SimulatedNetwork.publishers(seed: seed), receivers: SimulatedNetwork.receivers(seed: seed))
        meeting.run(for: Self.length)
        for (number, receiver) in meeting.receivers.enumerated() {
            for (stream, view) in zip(receiver.streams, receiver.views) {
                let pictures = view.pictures
                let sizes = pictures.map { -4 * $0.stream + Int($0.spatial) }
                let first = pictures.first?.at ?? meeting.now
                streams.append(
                    Stream(
                        description: "seed \(seed), receiver \(number), \(receiver.network)", network: receiver.network,
                        loss: receiver.path.value.conditions.loss, sending: meeting.sendings[stream],
                        mistakes: meeting.mistakes(stream: stream), wrongGuesses: view.wrongGuesses,
                        firstPicture: first - receiver.joinsAt, gaps: view.gaps(from: first, to: meeting.now),
                        pictures: pictures.count, largest: sizes.filter { $0 == view.largestSize }.count,
                        changes: zip(sizes, sizes.dropFirst()).filter { $0 != $1 }.count))
            }
        }
        publishers = meeting.publishers.map { publisher in
            Publisher(
                encodings: publisher.tracks.map {
                    Encoding(keyFrameRequests: $0.keyFrameRequests, keyFrames: $0.keyFrames)
                },
                wanted: Int(publisher.tracks.reduce(0) { $0 + $1.wantedBitrate }), demands: publisher.demands)
        }
    }

    func streams(_ network: SimulatedNetwork) -> [Stream] { streams.filter { $0.network == network } }

    static let seeds = 3..<6 as Range<UInt64>
    /// Each meeting takes place once, for all tests.
    private static let meetings = Dictionary(
        uniqueKeysWithValues: seeds.map { seed in (seed, Task { SimulatedOutcome(seed: seed) }) })

    static func of(seed: UInt64) async -> SimulatedOutcome { await meetings[seed]!.value }
}
