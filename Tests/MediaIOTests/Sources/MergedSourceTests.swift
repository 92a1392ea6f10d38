// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import Testing

@testable import MediaIO

@Suite("Several sources as one", .timeLimit(.minutes(1)))
struct MergedSourceTests {
    /// Gives what it was made with, and then ends or breaks off.
    private final class Given: MediaSource {
        let hasPictures: Bool
        let hasSound: Bool
        let isLive = true
        private var samples: [MediaSample]
        private let failure: MediaError?
        private let onEnd: @Sendable () -> Void

        init(
            _ samples: [MediaSample], failure: MediaError? = nil, onEnd: @escaping @Sendable () -> Void = {}
        ) {
            self.onEnd = onEnd
            self.samples = samples
            self.failure = failure
            hasPictures = samples.contains { if case .picture = $0 { true } else { false } }
            hasSound = samples.contains { if case .sound = $0 { true } else { false } }
        }

        func next() throws(MediaError) -> MediaSample? {
            if let failure, samples.isEmpty { throw failure }
            if samples.isEmpty { onEnd() }
            return samples.isEmpty ? nil : samples.removeFirst()
        }
    }

    private func sounds(_ times: [Int]) -> [MediaSample] {
        times.map { .sound(AudioBlock(time: .milliseconds($0), samples: [Float](repeating: 0, count: 960))) }
    }

    private func pictures(_ times: [Int]) throws -> [MediaSample] {
        try times.map { .picture(try plainPicture(16, time: .milliseconds($0))) }
    }

    @Test func `both are there, each in its order and of its time`() throws {
        let (first, second) = (sounds([70_000, 70_010, 70_020]), try pictures([70_005, 70_045]))
        let merged = try MergedSource([{ Given(first) }, { Given(second) }])
        #expect(merged.hasPictures && merged.hasSound && merged.isLive)
        var (sound, picture): ([Duration], [Duration]) = ([], [])
        while let sample = try merged.next() {
            if case .sound = sample { sound.append(sample.time) } else { picture.append(sample.time) }
        }
        #expect(sound.count == 3 && picture.count == 2)
        #expect(sound == [70_000, 70_010, 70_020].map { .milliseconds($0) })
        #expect(picture == [70_005, 70_045].map { .milliseconds($0) })
    }

    @Test func `a source that cannot be opened is an error, and the other is let go`() throws {
        let other = sounds([0])
        let missing: MergedSource.Factory = { () throws(MediaError) in throw MediaError(.notFound, "no camera") }
        let error = #expect(throws: MediaError.self) { try MergedSource([{ Given(other) }, missing]) }
        #expect(error == MediaError(.notFound, "no camera"))
    }

    @Test func `one that breaks off is an error after what it gave`() throws {
        let given = sounds([0, 10])
        let merged = try MergedSource([{ Given(given, failure: MediaError(.failed, "unplugged")) }])
        #expect(try merged.next() != nil)
        #expect(try merged.next() != nil)
        #expect(throws: MediaError(.failed, "unplugged")) { try merged.next() }
    }

    @Test func `of what nobody takes the newest stays, few pictures and some seconds of sound`() throws {
        let (sound, picture) = (sounds(Array(0..<1000)), try pictures(Array(0..<100)))
        let ended = DispatchSemaphore(value: 0)
        let merged = try MergedSource([{ Given(picture + sound) { ended.signal() } }])
        ended.wait()
        var (blocks, pictures): ([Duration], [Duration]) = ([], [])
        while let sample = try merged.next() {
            if case .sound = sample { blocks.append(sample.time) } else { pictures.append(sample.time) }
        }
        #expect(blocks == (1000 - SampleQueue.mostBlocks..<1000).map { .milliseconds($0) })
        #expect(pictures == (100 - SampleQueue.mostPictures..<100).map { .milliseconds($0) })
    }
}
