// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import RTCBase
import RTP
import WebRTCIO

/// The thread that reads a source and encodes what it gives: both may block, which the threads of Swift's tasks must not.
struct PublishingThread: Sendable {
    enum Output: Sendable {
        /// The first thing: what there is to be published.
        case opened(EncodingPlan?, hasSound: Bool)
        case frame(EncodedFrame, track: String, rid: String?, capturedAt: Instant)
    }

    typealias Source = @Sendable () throws(MediaError) -> any MediaSource

    /// Frames that may wait for the network's loop: two seconds of pictures in two encodings, and of sound.
    private static let waitingFrames = 220

    /// - Returns: what the thread makes; it ends with the source, with ``PublishingControls/stop()``, or with an error,
    ///   which the controls then have.
    static func start(
        _ options: PublishingOptions, _ controls: PublishingControls, _ source: @escaping Source
    ) -> AsyncStream<Output> {
        let (outputs, continuation) = AsyncStream.makeStream(
            of: Output.self, bufferingPolicy: .bufferingOldest(waitingFrames))
        controls.onStop { continuation.finish() }
        let thread = Thread {
            do {
                var encoding = try Encoding(options, controls, source(), continuation)
                try encoding.run()
            } catch {
                controls.with { $0.failure = error }
            }
            continuation.finish()
        }
        thread.name = "publishing"
        thread.start()
        return outputs
    }

    /// All that belongs to the thread alone.
    private struct Encoding {
        private let controls: PublishingControls
        private let source: any MediaSource
        private let output: AsyncStream<Output>.Continuation
        private var pictures: [(rid: String?, encoder: VideoEncoder)] = []
        private var sound: AudioEncoder?
        /// Of the last one that was encoded.
        private var lastPicture: Duration?
        /// When the last block of sound began.
        private var lastSound = Duration.zero
        /// What was read to learn how large pictures are.
        private var early: [MediaSample] = []
        /// The moment of the source's time zero.
        private var origin = Instant.zero

        init(
            _ options: PublishingOptions, _ controls: PublishingControls, _ source: any MediaSource,
            _ output: AsyncStream<Output>.Continuation
        ) throws {
            self.controls = controls
            self.source = source
            self.output = output
            var plan: EncodingPlan?
            if options.includesPictures, source.hasPictures, let (width, height) = try firstSize() {
                let made = EncodingPlan(
                    width: width, height: height, isSimulcast: options.isSimulcast,
                    maximumBitrate: options.maximumVideoBitrate)
                for encoding in made.encodings {
                    let encoder = try VideoEncoder(
                        codec: options.videoCodec, width: encoding.width, height: encoding.height,
                        bitrate: encoding.maximumBitrate, framesPerSecond: options.framesPerSecond)
                    pictures.append((encoding.rid, encoder))
                }
                controls.with { state in (state.statistics.width, state.statistics.height) = (width, height) }
                plan = made
            }
            if options.includesSound, source.hasSound { sound = try AudioEncoder(bitrate: options.audioBitrate) }
            output.yield(.opened(plan, hasSound: sound != nil))
        }

        /// Reads up to the first picture; a source that says it has pictures may have lied.
        private mutating func firstSize() throws -> (Int, Int)? {
            while early.count < Self.mostEarly, !controls.isStopped, let sample = try source.next() {
                early.append(sample)
                if case .picture(let picture) = sample { return (picture.width, picture.height) }
            }
            return nil
        }

        /// Files have their tracks within seconds of each other: blocks of sound before the first picture.
        private static let mostEarly = 2000

        mutating func run() throws {
            guard try source.isLive ? skipUntilOpen() : controls.waitUntilOpen() else { return }
            origin = .current
            // The clock of a device may have begun long ago.
            if source.isLive, let newest = early.last { origin = .current - newest.time }
            controls.with { [origin] in $0.statistics.began = origin }
            while let sample = try next() {
                guard source.isLive ? !controls.with(\.isStopped) : controls.wait(until: origin + sample.time) else {
                    return
                }
                switch sample {
                case .picture(let picture):
                    if isTooLate(picture) {
                        controls.with { $0.statistics.dropped += 1 }
                    } else {
                        try encode(picture)
                        lastPicture = picture.time
                    }
                case .sound(let block): try encode(block)
                }
            }
            if let sound { give(try sound.finish(), near: lastSound) }
        }

        /// What a live source gives before the stream is there is of the past: nobody wants to see it late. It is read all
        /// the same, so that nothing of it waits in the source.
        ///
        /// - Returns: whether it is there; no after ``PublishingControls/stop()``, or at the source's end.
        private mutating func skipUntilOpen() throws -> Bool {
            while let newest = try source.next() {
                early = [newest]
                let (isOpen, isStopped) = controls.with { ($0.isOpen, $0.isStopped) }
                if isStopped { return false }
                if isOpen { return true }
            }
            return false
        }

        /// Whether a file's picture is left out, because the machine does not keep up: sound goes on in its time. One a
        /// second is there all the same.
        private func isTooLate(_ picture: VideoPicture) -> Bool {
            guard !source.isLive, let lastPicture, picture.time - lastPicture < .seconds(1) else { return false }
            return Instant.current - (origin + picture.time) > Self.patience
        }

        /// How late pictures of a file may be encoded: later than any hitch, and sooner than receivers give them up.
        private static let patience = Duration.milliseconds(500)

        private mutating func next() throws -> MediaSample? {
            early.isEmpty ? try source.next() : early.removeFirst()
        }

        private mutating func encode(_ picture: VideoPicture) throws {
            for index in pictures.indices {
                let rid = pictures[index].rid
                let (target, isKeyFrame) = controls.with { state in
                    (state.targets[rid], state.keyFrames.remove(rid) != nil)
                }
                if let target { pictures[index].encoder.targetBitrate = target }
                for frame in try pictures[index].encoder.encode(picture, asKeyFrame: isKeyFrame) {
                    give(frame, MediaKind.video.rawValue, rid, picture.time)
                }
            }
            controls.with { $0.statistics.pictures += 1 }
        }

        private mutating func encode(_ block: AudioBlock) throws {
            guard let sound else { return }
            lastSound = block.time
            give(try sound.encode(block), near: block.time)
        }

        /// A packet begins where the one before ended, which is rarely where a block begins.
        private func give(_ packets: [EncodedFrame], near time: Duration) {
            for packet in packets {
                let samples = Int32(bitPattern: packet.timestamp &- Self.ticks(time))
                let offset = Duration.nanoseconds(Int64(samples) * 1_000_000_000 / Int64(AudioBlock.sampleRate))
                give(packet, MediaKind.audio.rawValue, nil, time + offset)
            }
        }

        private static func ticks(_ time: Duration) -> UInt32 {
            let (seconds, attoseconds) = time.components
            let rate = Int64(AudioBlock.sampleRate)
            return UInt32(truncatingIfNeeded: seconds &* rate &+ attoseconds / (1_000_000_000_000_000_000 / rate))
        }

        private func give(_ frame: EncodedFrame, _ track: String, _ rid: String?, _ time: Duration) {
            let isTaken: Bool
            switch output.yield(.frame(frame, track: track, rid: rid, capturedAt: origin + time)) {
            case .enqueued: isTaken = true
            case .dropped, .terminated: isTaken = false
            @unknown default: isTaken = false
            }
            controls.with { state in
                guard isTaken else {
                    state.statistics.dropped += 1
                    // What follows builds on it.
                    if track == MediaKind.video.rawValue { state.keyFrames.insert(rid) }
                    return
                }
                if track == MediaKind.audio.rawValue {
                    state.statistics.audioPackets += 1
                } else if frame.isKeyFrame {
                    state.statistics.keyFrames += 1
                }
            }
        }
    }
}
