// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import SFU

@Suite("Router: fifty receivers with different networks")
struct RouterSimulationTests {
    typealias Structure = LayeredEncoder.Structure

    static func publishers(_ seed: UInt64, loss: Double = 0.02) -> [SimulatedPublisher] {
        let conditions = NetworkConditions(loss: loss, delay: .milliseconds(20), jitter: .milliseconds(8))
        return [
            SimulatedPublisher(
                [(Structure.vp8[2], 450_000), (Structure.vp8[2], 100_000)], firstStream: 1, conditions: conditions,
                seed: seed &* 31 &+ 1),
            SimulatedPublisher(
                [(Structure.vp9[1], 750_000)], firstStream: 11, conditions: conditions, seed: seed &* 31 &+ 2),
        ]
    }

    static func receivers(_ seed: UInt64) -> [SimulatedReceiver] {
        var random = SeededRandom(seed: seed)
        return (0..<50).map { number in
            var conditions = NetworkConditions(delay: .milliseconds(10 + Int(random.next() % 40)))
            var changes: [SimulatedPath<SimulatedReceiver.Arrival>.Change] = []
            let kind = ["good", "fair", "lossy", "narrow", "far"][number / 10]
            switch kind {
            case "good":
                conditions.loss = random.unit() * 0.01
                conditions.jitter = .milliseconds(Int(random.next() % 5))
            case "fair":
                conditions.loss = 0.01 + random.unit() * 0.09
                conditions.duplication = 0.01
                conditions.jitter = .milliseconds(Int(random.next() % 30))
            case "lossy":
                conditions.loss = 0.1 + random.unit() * 0.2
                conditions.duplication = 0.02
                conditions.jitter = .milliseconds(Int(random.next() % 50))
            case "narrow":
                conditions.rate = 150_000 + Int(random.next() % 500_000)
                conditions.queueLimit = 15_000 + Int(random.next() % 60_000)
            default:
                conditions.delay = .milliseconds(150 + Int(random.next() % 150))
                conditions.loss = random.unit() * 0.03
                var outage = conditions
                outage.loss = 1
                let start = Instant.zero + .seconds(Int64(15 + random.next() % 15))
                changes = [
                    .init(at: start, conditions: outage),
                    .init(at: start + .milliseconds(Int(500 + random.next() % 1500)), conditions: conditions),
                ]
            }
            var habits = SimulatedView.Habits(estimator: number % 2 == 0 ? .chromium : .firefox)
            if number % 4 == 1 { habits.nackSpacing = max(.milliseconds(20), conditions.delay * 2) }
            return SimulatedReceiver(
                "\(kind) \(number)", publishers: number % 5 == 4 ? [0, 1] : [number % 2], conditions: conditions,
                changes: changes, habits: habits, joinsAt: .zero + .milliseconds(Int(random.next() % 5000)),
                seed: seed &* 1000 &+ UInt64(number))
        }
    }

    @Test(arguments: 3..<4 as Range<UInt64>)
    func `explore`(seed: UInt64) {
        let meeting = SimulatedMeeting(publishers: Self.publishers(seed), receivers: Self.receivers(seed))
        let clock = ContinuousClock()
        let start = clock.now
        let who = Int(ProcessInfo.processInfo.environment["WHO"] ?? "-1")!
        if who >= 0 {
            meeting.onSecond = { m in
                let v = m.receivers[who].views.first;
                print(
                    "T", m.now.nanoseconds / 100_000_000, "pics", v?.pictures.count ?? 0, "rcv",
                    v?.packetsReceived ?? 0, "nack", v?.packetsAskedFor ?? 0, "pli", v?.keyFrameRequests ?? 0,
                    m.control(who))
            }
        }
        meeting.run(for: .seconds(60))
        print("took", clock.now - start, meeting.counters)
        for receiver in meeting.receivers {
            for (stream, view) in zip(receiver.streams, receiver.views) {
                let sending = meeting.sendings[stream]
                let mistakes = meeting.mistakes(stream: stream)
                let gaps = view.gaps(from: receiver.joinsAt, to: meeting.now)
                let top = view.pictures.filter {
                    $0.stream == 0 && ($0.spatial == 2 || view.publisher.tracks.count == 2)
                }.count
                print(
                    receiver.name, "loss", Int(receiver.path.value.conditions.loss * 100), "delay",
                    receiver.path.value.conditions.delay, "rate", receiver.path.value.conditions.rate ?? 0,
                    "| pics", view.pictures.count, "top", top, "gaps", gaps.prefix(3).map { Int($0.inSeconds * 1000) },
                    "first", (view.pictures.first.map { Int(($0.at - receiver.joinsAt).inSeconds * 1000) }) ?? -1,
                    "pli", view.keyFrameRequests, "nacked", view.packetsAskedFor, "rcv", view.packetsReceived, "wrong",
                    view.wrongGuesses,
                    "| changed", sending.changedBytes, "old", sending.oldIndices, "back", sending.backwardTimes,
                    "resent", sending.resent,
                    "holes", sending.highest + 1 - (sending.first ?? 0) - sending.distinct, "expected",
                    Int((meeting.now - receiver.joinsAt).inSeconds * 25), "torn", mistakes.torn, "undec",
                    mistakes.undecodable)
            }
        }
        for (number, publisher) in meeting.publishers.enumerated() {
            print("publisher", number, "demands", publisher.demands)
            for (position, track) in publisher.tracks.enumerated() {
                print(
                    " track", position, "times", track.keyFrameRequests.map { $0.nanoseconds / 100_000_000 }, "plis",
                    track.keyFrameRequests.count, "keys", track.keyFrames, "lost",
                    meeting.incomplete(publisher: number, track: position).packets, "of", track.packets)
            }
        }
    }
}
