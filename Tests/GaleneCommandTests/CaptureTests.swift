// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import MediaIO
import Testing

@testable import galene

@Suite("A source that stays open", .timeLimit(.minutes(1)))
struct CaptureTests {
    /// Sound and pictures in turn, a hundred of each in ten seconds; then it ends, or breaks.
    private final class Counter: MediaSource {
        let hasPictures = true
        let hasSound = true
        let isLive: Bool
        private var number = 0
        private let count: Int
        private let failure: MediaError?

        init(count: Int, isLive: Bool = true, failure: MediaError? = nil) {
            (self.count, self.isLive, self.failure) = (count, isLive, failure)
        }

        func next() throws(MediaError) -> MediaSample? {
            guard number < count else {
                if let failure { throw failure }
                return nil
            }
            defer { number += 1 }
            let time = Duration.milliseconds(50 * number)
            guard number % 2 == 0 else {
                return .sound(AudioBlock(time: time, samples: [Float](repeating: 0.5, count: 96)))
            }
            return .picture(try VideoPicture(width: 2, height: 2, time: time) { _, _, _ in })
        }
    }

    private static func loudest(_ sample: MediaSample?) -> Float? {
        guard case .sound(let block) = sample else { return nil }
        return block.samples.map(abs).max()
    }

    @Test func `each stream gets what it carries, until it wants no more`() async throws {
        let capture = try await Capture.open { () throws(MediaError) in try TestPattern(width: 80, height: 60) }
        let (sound, pictures) = (capture.tap(pictures: false, sound: true), capture.tap(pictures: true, sound: false))
        #expect((sound.hasPictures, sound.hasSound) == (false, true))
        #expect((pictures.hasPictures, pictures.hasSound) == (true, false))
        for _ in 0..<5 {
            guard case .sound? = try sound.next(), case .picture? = try pictures.next() else {
                Issue.record("a picture for who wants sound, or the other way round")
                return
            }
        }
        pictures.end()
        while try pictures.next() != nil {}
        #expect(try sound.next() != nil, "the others go on")
        capture.stop()
        while try sound.next() != nil {}
        #expect(try capture.tap(pictures: true, sound: true).next() == nil)
        try await capture.waitUntilEnd()
    }

    @Test func `a source that is not live is read in its time, on the clock of devices`() async throws {
        let before = DeviceSource.now
        let capture = try await Capture.open { () throws(MediaError) in Counter(count: 6, isLive: false) }
        let tap = capture.tap(pictures: true, sound: true)
        var times: [Duration] = []
        while let sample = try tap.next() {
            #expect(sample.time <= DeviceSource.now + .milliseconds(5), "nothing is early")
            times.append(sample.time)
        }
        #expect(DeviceSource.now - before >= .milliseconds(245))
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == .milliseconds(50) })
    }

    @Test func `who was held up for long goes on from there, and makes up for nothing`() async throws {
        /// Its third block should have been heard long ago.
        final class Sleeper: MediaSource {
            let (hasPictures, hasSound, isLive) = (false, true, false)
            private var number = 0
            private let gate: DispatchSemaphore

            init(_ gate: DispatchSemaphore) { self.gate = gate }

            func next() throws(MediaError) -> MediaSample? {
                if number == 0 { gate.wait() }
                defer { number += 1 }
                let time = Duration.milliseconds(20 * number - (number < 2 ? 0 : 3_600_000))
                return number == 5
                    ? nil : .sound(AudioBlock(time: time, samples: [Float](repeating: 0, count: 8)))
            }
        }
        let gate = DispatchSemaphore(value: 0)
        let capture = try await Capture.open { () throws(MediaError) in Sleeper(gate) }
        let tap = capture.tap(pictures: false, sound: true)
        gate.signal()
        var times: [Duration] = []
        while let sample = try tap.next() { times.append(sample.time) }
        #expect(times.count == 5 && times == times.sorted() && times[4] - times[0] < .seconds(30), "\(times)")
        // Those after it keep its pace.
        let steps = zip(times[2...], times[3...]).map { $1 - $0 }
        #expect(steps == [.milliseconds(20), .milliseconds(20)])
    }

    @Test func `who is muted gives silence of the same length, and is heard again at once`() async throws {
        let capture = try await Capture.open { () throws(MediaError) in try TestPattern(width: 80, height: 60) }
        capture.isMuted = true
        let tap = capture.tap(pictures: false, sound: true)
        var last: MediaSample?
        for _ in 0..<3 {
            last = try tap.next()
            #expect(Self.loudest(last) == 0)
            if case .sound(let block)? = last { #expect(block.duration == .milliseconds(20)) }
        }
        capture.isMuted = false
        // What was read before.
        while Self.loudest(last) == 0 { last = try tap.next() }
        #expect(try Self.loudest(tap.next()).map { $0 > 0.05 } == true)
        capture.stop()
    }

    @Test func `why it cannot be opened, or ends, is told`() async throws {
        let missing = MediaError(.notFound, "there is no camera here")
        await #expect(throws: missing) { try await Capture.open { () throws(MediaError) in throw missing } }
        let pulled = MediaError(.failed, "the microphone has ended")
        let capture = try await Capture.open { () throws(MediaError) in Counter(count: 0, failure: pulled) }
        await #expect(throws: pulled) { try await capture.waitUntilEnd() }
        await #expect(throws: pulled) { try await capture.waitUntilEnd() }
    }

    @Test func `who does not take it in time loses the oldest`() throws {
        let tap = CaptureTap(pictures: false, sound: true)
        for number in 0..<CaptureTap.mostBlocks + 7 {
            tap.put(.sound(AudioBlock(time: .seconds(number), samples: [0, 0])))
        }
        #expect(try tap.next()?.time == .seconds(7))
        tap.end()
        tap.put(.sound(AudioBlock(time: .zero, samples: [0, 0])))
        var count = 0
        while try tap.next() != nil { count += 1 }
        #expect(count == CaptureTap.mostBlocks - 1)
    }
}
