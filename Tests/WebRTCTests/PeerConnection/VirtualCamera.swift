// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import RTP
import Testing
import WebRTC

/// Between a stream's two ends.
typealias MediaPair = PeerPair<SendingPeer, ReceivingPeer>

/// Films in virtual time: 50 pictures of VP8 and 50 packets of Opus a second, each a ``NumberedFrame``.
struct VirtualCamera {
    static let interval = Duration.milliseconds(20)

    /// The places of the tracks.
    var video: Int?
    var audio: Int?
    /// The encodings of the picture.
    var rids: [String?] = [nil]
    private(set) var number: UInt32 = 0
    private var wanted: Set<String?>
    private var seen = 0
    /// How many of the frames were taken.
    private(set) var taken = 0
    private(set) var takenSounds = 0

    init(video: Int? = 0, audio: Int? = 1, rids: [String?] = [nil]) {
        self.video = video
        self.audio = audio
        self.rids = rids
        wanted = Set(rids)
    }

    mutating func film(_ pair: inout MediaPair, for duration: Duration) throws {
        let end = pair.now + duration
        while pair.now < end {
            try shoot(&pair)
            pair.run(for: Self.interval)
        }
    }

    mutating func shoot(_ pair: inout MediaPair) throws {
        let events = pair.first.outputs
        for output in events[seen...] {
            if case .keyFrameRequested(rid: let rid) = output.event { wanted.insert(rid) }
        }
        seen = events.count
        number += 1
        if let video {
            for (place, rid) in rids.enumerated() {
                let isKeyFrame = wanted.contains(rid)
                let frame = NumberedFrame.picture(number, isKeyFrame: isKeyFrame, encoding: UInt8(place))
                guard try pair.first.peer.send(frame, track: video, rid: rid, capturedAt: pair.now, now: pair.now)
                else { continue }
                taken += 1
                wanted.remove(rid)
            }
        }
        if let audio,
            try pair.first.peer.send(NumberedFrame.sound(number), track: audio, capturedAt: pair.now, now: pair.now)
        {
            takenSounds += 1
        }
        pair.drain()
    }
}

/// What an audience makes of the frames of one codec.
struct Viewing {
    var count = 0
    var longestGap = Duration.zero
    var last: UInt32 = 0

    /// Looks at everything that has come out, and checks that each frame is as it was sent, later than the one before, and
    /// of a picture that a decoder can go on from the one before, unless it is a key frame.
    ///
    /// - Parameter start: what came before is not counted; the chain begins with the first frame after it.
    init(_ outputs: [ReceivingPeer.Output], _ codec: Codec, from start: Instant = .zero) {
        var previous: (number: UInt32, encoding: UInt8, at: Instant)?
        for output in outputs where output.frame.frame.codec == codec && output.at >= start {
            guard let (number, encoding) = NumberedFrame.number(output.frame.frame) else {
                Issue.record("a frame is not as it was sent")
                return
            }
            if let previous {
                #expect(previous.number < number, "frames come once and in order")
                let goesOn = number == previous.number + 1 && encoding == previous.encoding
                #expect(output.frame.frame.isKeyFrame || goesOn || codec == .opus, "\(number) cannot be decoded")
                longestGap = max(longestGap, output.at - previous.at)
            } else {
                #expect(start > .zero || output.frame.frame.isKeyFrame, "a decoder begins with a key frame")
            }
            previous = (number, encoding, output.at)
            count += 1
            last = number
        }
    }
}
