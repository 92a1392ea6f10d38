// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import RTP
import Testing

@Suite("Media from a publisher to a receiver, over a path")
struct MediaSimulationTests {
    private static let bad = NetworkConditions(
        loss: 0.1, duplication: 0.01, delay: .milliseconds(50), jitter: .milliseconds(10))

    /// What holds whatever the path does.
    private func check(
        _ simulation: MediaSimulation, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let picture = simulation.picture.decoder
        #expect(picture.strange == 0, comment, sourceLocation: sourceLocation)
        #expect(picture.undecodable.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(picture.disordered.isEmpty, comment, sourceLocation: sourceLocation)
        let sound = simulation.sound.decoder
        #expect(sound.strange == 0 && sound.disordered.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(simulation.numberMistakes == 0, comment, sourceLocation: sourceLocation)
        #expect(simulation.idleCalls == 0, comment, sourceLocation: sourceLocation)
        // Either may be wrong by half of what they may differ.
        let errors = max(simulation.picture.captureError, simulation.sound.captureError)
        #expect(errors < .microseconds(2500), comment, sourceLocation: sourceLocation)
        let framesWithCaptureTime = simulation.picture.framesWithCaptureTime
        #expect(framesWithCaptureTime > 0, comment, sourceLocation: sourceLocation)
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `no gap exceeds a second at 10 percent loss and 50 ms each way`(seed: UInt64) {
        let simulation = MediaSimulation(conditions: Self.bad, start: wrapStart(seed), seed: seed)
        simulation.run(for: .seconds(15))
        check(simulation, "seed \(seed)")
        let frames = simulation.picture.played.count
        #expect(frames > 370, "seed \(seed)")
        let gaps = (simulation.picture.longestGap, simulation.sound.longestGap)
        #expect(gaps.0 < .seconds(1) && gaps.1 < .seconds(1), "seed \(seed)")
        // Nine of ten packets of sound come; the others are known to be missing.
        let sound = simulation.sound.played.count
        let lost = simulation.sound.lostPackets
        #expect(sound > 630 && (sound + lost - 730).magnitude < 25, "seed \(seed): \(sound) and \(lost) lost")
    }

    private func wrapStart(_ seed: UInt64) -> UInt16 {
        [65_500, 0, 1, 127, 32_767, 65_534, 65_535, 255][Int(seed % 8)]
    }

    @Test(arguments: [Codec.vp8, .vp9, .h264, .av1], [0, 1, 127, 128, 255, 32767, 32768, 65534, 65535] as [UInt16])
    func `frames of every codec arrive across the wraps of every number`(codec: Codec, start: UInt16) {
        let conditions = NetworkConditions(
            loss: 0.03, duplication: 0.02, delay: .milliseconds(20), jitter: .milliseconds(15))
        // Times of sound wrap after 0.5 s, those of the picture after 0.3 s.
        let simulation = MediaSimulation(
            codec: codec, conditions: conditions, start: start, timestamp: 0 &- 25_000, seed: UInt64(start) &+ 5)
        simulation.run(for: .milliseconds(2500))
        check(simulation, "\(codec) from \(start)")
        let frames = simulation.picture.played.count
        #expect(frames > 55, "\(codec) from \(start): \(frames)")
    }

    @Test func `over a good path every frame arrives, soon, and nothing is asked for`() {
        let simulation = MediaSimulation(conditions: NetworkConditions(delay: .milliseconds(20)), seed: 1)
        simulation.run(for: .seconds(5))
        simulation.run(for: .seconds(1), sends: false)
        check(simulation, "good path")
        let picture = (simulation.picture.played.count, simulation.picture.encoder.frames.count)
        let sound = (simulation.sound.played.count, simulation.sound.encoder.frames.count)
        #expect(picture.0 == picture.1 && sound.0 == sound.1)
        let statistics = simulation.picture.receiver.statistics
        #expect(statistics.requestedPackets == 0 && statistics.keyFrameRequests == 0)
        #expect(statistics.keyFrames == 1 && statistics.lostPackets == 0 && statistics.droppedFrames == 0)
        // 20 ms of the path, the target, and what large frames take to leave.
        let picturesLate = latencies(simulation.picture)
        #expect(picturesLate.allSatisfy { $0 < .milliseconds(200) })
    }

    private func latencies(_ track: borrowing MediaSimulation.Track) -> [Duration] {
        track.played.map { $0.at - track.encoder.frames[$0.number].captured }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `sound and picture that were captured together are played together`(seed: UInt64) {
        let conditions = NetworkConditions(
            loss: 0.02, delay: .milliseconds(40), jitter: .milliseconds(20))
        let simulation = MediaSimulation(conditions: conditions, seed: seed)
        simulation.run(for: .seconds(10))
        check(simulation, "seed \(seed)")
        // How long after its capture each second's last frame was to be played.
        for second in 3..<10 {
            let end = Instant.zero + .seconds(second)
            let sound = delay(simulation.sound, before: end)
            let picture = delay(simulation.picture, before: end)
            guard let sound, let picture else {
                Issue.record("seed \(seed): nothing was played before \(second) s")
                return
            }
            #expect(abs((sound - picture).wholeNanoseconds) < 15_000_000, "seed \(seed), \(second) s")
        }
    }

    private func delay(_ track: borrowing MediaSimulation.Track, before end: Instant) -> Duration? {
        guard let last = track.played.last(where: { $0.at < end }) else { return nil }
        return last.presentation - track.encoder.frames[last.number].captured
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `a publisher that begins anew is followed`(seed: UInt64) {
        let conditions = NetworkConditions(
            loss: 0.02, duplication: 0.01, delay: .milliseconds(30), jitter: .milliseconds(10))
        let simulation = MediaSimulation(conditions: conditions, start: 65_000, seed: seed)
        simulation.run(for: .seconds(4))
        // Another SSRC; then the same SSRC again, with other numbers.
        simulation.restartPublisher(ssrc: 0x7000_0000, start: 3, timestamp: 4_000_000_000)
        simulation.run(for: .seconds(4))
        simulation.restartPublisher(ssrc: 0x7000_0000, start: 30_000, timestamp: 99)
        simulation.run(for: .seconds(4))
        check(simulation, "seed \(seed)")
        let restarts = (simulation.picture.receiver.statistics.restarts, simulation.sound.receiver.statistics.restarts)
        #expect(restarts == (2, 2), "seed \(seed)")
        let gaps = (simulation.picture.longestGap, simulation.sound.longestGap)
        #expect(gaps.0 < .milliseconds(1500) && gaps.1 < .milliseconds(1500), "seed \(seed): \(gaps)")
        let frames = simulation.picture.played.count
        #expect(frames > 280, "seed \(seed): \(frames)")
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `packets that overtake each other are put in order and not taken for lost`(seed: UInt64) {
        let conditions = NetworkConditions(delay: .milliseconds(30), jitter: .milliseconds(15))
        let simulation = MediaSimulation(conditions: conditions, seed: seed)
        simulation.run(for: .seconds(5))
        check(simulation, "seed \(seed)")
        let statistics = simulation.picture.receiver.statistics
        #expect(statistics.lostPackets == 0 && statistics.keyFrameRequests == 0, "seed \(seed)")
        // What was overtaken is asked for before the window has learnt how long that lasts.
        #expect(statistics.requestedPackets < 20, "seed \(seed)")
        let lost = simulation.sound.lostPackets
        #expect(lost == 0, "seed \(seed)")
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `without retransmissions each loss is made good by a key frame`(seed: UInt64) {
        let conditions = NetworkConditions(loss: 0.005, delay: .milliseconds(30), jitter: .milliseconds(5))
        let simulation = MediaSimulation(conditions: conditions, seed: seed, acceptsNACK: false)
        simulation.run(for: .seconds(10))
        check(simulation, "seed \(seed)")
        let statistics = simulation.picture.receiver.statistics
        #expect(statistics.requestedPackets == 0 && statistics.keyFrameRequests > 0, "seed \(seed)")
        let gap = simulation.picture.longestGap
        #expect(gap < .milliseconds(1500), "seed \(seed): \(gap)")
    }
}
