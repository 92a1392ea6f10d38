// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
public import GaleneClient
public import MediaIO
import RTCBase
import RTP
import WebRTCIO

/// Decodes a down stream, and gives its pictures when they are to be shown and its sound as it comes.
///
///     let player = StreamPlayer(stream, picture: { show($0) })
///     await player.run()
///
/// Decoding happens on a thread of its own. What cannot be decoded in time is dropped: pictures for newer ones, and when even
/// frames pile up, all until the next key frame, which is asked for.
///
/// Unchecked because the compiler does not see that everything that changes is touched with `condition` locked, or by the
/// player's thread alone.
public final class StreamPlayer: @unchecked Sendable {
    public struct Statistics: Hashable, Sendable {
        /// Pictures that were given.
        public var shown = 0
        /// Pictures that were too late, or more than were wanted.
        public var dropped = 0
        /// Frames that were not decoded: too many at a time, or none of what is needed before them.
        public var skipped = 0
        /// Frames that were no frames of their codec.
        public var broken = 0
        /// Of the latest picture that was given, in pixels.
        public var width: Int?
        public var height: Int?

        public init() {}
    }

    private let stream: GaleneClient.Stream
    private let picture: (@Sendable (VideoPicture) -> Void)?
    private let sound: (@Sendable (AudioBlock) -> Void)?
    private let condition = MonotonicCondition()
    private var frames: [MediaFrame] = []
    private var frameBytes = 0
    private var isStopped = false
    private var hasEnded = false
    /// Who waits for the thread's end.
    private var whenEnded: CheckedContinuation<Void, Never>?
    private var skipsToKeyFrame = false
    private var counted = Statistics()
    // The thread's own.
    private var pictures: PictureQueue<VideoPicture>
    private var videoDecoder: VideoDecoder?
    private var audioDecoder: AudioDecoder?
    private var requests = KeyFrameRequests()
    /// Of which tracks the decoders are.
    private var decoded: [MediaKind: String] = [:]
    /// Codecs that there is no decoder for here.
    private var unknown: Set<Codec> = []

    /// Frames that wait to be decoded: two seconds of a picture and its sound.
    static let maximumFrames = 160
    /// Their bytes: two seconds of what a page sends at most.
    static let maximumBytes = 4 << 20

    /// - Parameters:
    ///   - maximumPictures: so many pictures a second are given at most; what is more is decoded, because others need it, and
    ///     dropped.
    ///   - picture: called on the player's thread; `nil` where no picture is wanted, which is then not decoded.
    ///   - sound: called on the player's thread, with ``AudioBlock/time`` as when it is to be heard, counted from
    ///     ``Instant/zero``; `nil` where no sound is wanted.
    public init(
        _ stream: GaleneClient.Stream, maximumPictures: Double = 60,
        picture: (@Sendable (VideoPicture) -> Void)? = nil, sound: (@Sendable (AudioBlock) -> Void)? = nil
    ) {
        self.stream = stream
        self.picture = picture
        self.sound = sound
        pictures = PictureQueue(interval: .seconds(1 / max(1, maximumPictures)))
    }

    public var statistics: Statistics { condition.withLock { counted } }

    /// Plays until the stream is over or the task is cancelled. Once. When it returns nothing is given any more.
    ///
    /// Of a stream with several pictures the first is shown, and of several sounds the first is heard.
    public func run() async {
        let frames = stream.frames
        let thread = Thread { [self] in work() }
        thread.name = "galene player"
        thread.start()
        do {
            var tracks = await stream.tracks
            for try await frame in frames {
                // Another one than the first, or one that was added.
                if Self.played(frame, of: tracks) != frame.track { tracks = await stream.tracks }
                push(frame, of: tracks)
            }
        } catch {}
        stop()
        await withCheckedContinuation { continuation in
            let isOver = condition.withLock {
                if !hasEnded { whenEnded = continuation }
                return hasEnded
            }
            if isOver { continuation.resume() }
        }
    }

    /// Which track of a frame's kind is played.
    private static func played(_ frame: MediaFrame, of tracks: [StreamTrack]) -> String? {
        tracks.first { $0.kind == frame.frame.codec.kind }?.id
    }

    private func stop() {
        condition.withLock {
            isStopped = true
            frames = []
            condition.signal()
        }
    }

    /// - Parameter tracks: of the stream; without a word of them every frame is of the first.
    func push(_ frame: MediaFrame, of tracks: [StreamTrack] = []) {
        guard frame.frame.codec.kind == .video ? picture != nil : sound != nil else { return }
        guard Self.played(frame, of: tracks) ?? frame.track == frame.track else { return }
        condition.withLock {
            if frames.count >= Self.maximumFrames || frameBytes + frame.frame.bytes.count > Self.maximumBytes {
                counted.skipped += frames.count
                frames = []
                frameBytes = 0
                skipsToKeyFrame = true
            }
            frames.append(frame)
            frameBytes += frame.frame.bytes.count
            condition.signal()
        }
    }

    // MARK: On the thread

    private enum Work {
        case decode(MediaFrame)
        case show
        case end
    }

    private func work() {
        play()
        let whenEnded = condition.withLock {
            hasEnded = true
            return self.whenEnded
        }
        whenEnded?.resume()
    }

    private func play() {
        while true {
            switch next() {
            case .decode(let frame): frame.frame.codec.kind == .video ? decodePicture(frame) : decodeSound(frame)
            case .show: break
            case .end: return
            }
            guard let shown = pictures.take(now: .current) else { continue }
            picture?(shown)
            condition.withLock {
                counted.shown += 1
                (counted.width, counted.height) = (shown.width, shown.height)
                counted.dropped = pictures.dropped
            }
        }
    }

    private func next() -> Work {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if isStopped { return .end }
            if let deadline = pictures.deadline, deadline <= .current { return .show }
            if !frames.isEmpty {
                let frame = frames.removeFirst()
                frameBytes -= frame.frame.bytes.count
                guard frame.frame.codec.kind == .video, skipsToKeyFrame else { return .decode(frame) }
                guard frame.frame.isKeyFrame else {
                    counted.skipped += 1
                    needKeyFrame(frame.track)
                    continue
                }
                skipsToKeyFrame = false
                return .decode(frame)
            }
            if let deadline = pictures.deadline {
                condition.wait(for: deadline - .current)
            } else {
                condition.wait()
            }
        }
    }

    private func decodePicture(_ frame: MediaFrame) {
        guard let decoder = videoDecoder(for: frame) else {
            // No key frame would help.
            return condition.withLock { counted.broken += 1 }
        }
        do {
            let time = frame.presentation - Instant.zero
            for picture in try decoder.decode(frame.frame, time: time) {
                pictures.push(picture, due: Instant.zero + picture.time)
            }
            if frame.frame.isKeyFrame { requests.keyFrameDecoded() }
            if decoder.needsKeyFrame { needKeyFrame(frame.track) }
        } catch {
            condition.withLock { counted.broken += 1 }
            needKeyFrame(frame.track)
            if frame.frame.isKeyFrame { requests.keyFrameFailed() }
        }
    }

    /// - Returns: `nil` where there is none here.
    private func videoDecoder(for frame: MediaFrame) -> VideoDecoder? {
        let codec = frame.frame.codec
        if let videoDecoder, videoDecoder.codec == codec, decoded[.video] == frame.track { return videoDecoder }
        guard !unknown.contains(codec) else { return nil }
        videoDecoder = try? VideoDecoder(codec: codec)
        decoded[.video] = frame.track
        if videoDecoder == nil { unknown.insert(codec) }
        return videoDecoder
    }

    private func needKeyFrame(_ track: String) {
        guard requests.ask(now: .current) else { return }
        Task { [stream] in await stream.requestKeyFrame(track: track) }
    }

    private func decodeSound(_ frame: MediaFrame) {
        do {
            let isSame = audioDecoder?.codec == frame.frame.codec && decoded[.audio] == frame.track
            let decoder = isSame ? audioDecoder : try AudioDecoder(codec: frame.frame.codec)
            audioDecoder = decoder
            decoded[.audio] = frame.track
            let time = frame.presentation - Instant.zero
            for block in try decoder?.decode(frame.frame, time: time, lost: frame.lostPackets) ?? [] { sound?(block) }
        } catch {
            condition.withLock { counted.broken += 1 }
        }
    }
}
