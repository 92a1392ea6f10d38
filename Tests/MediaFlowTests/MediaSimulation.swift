// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP

@testable import MediaFlow

/// A publisher and a receiver with sound and picture, an emulated path between them, and nothing else: each machine is
/// called when something comes for it and when its deadline says so, and never otherwise.
final class MediaSimulation {
    /// The publisher's clock is ahead by so much: nothing may depend on one clock being the other.
    static let clockAhead = Duration.seconds(4321)
    static let wallClock = WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero)
    static let soundInterval = Duration.milliseconds(20)

    struct Datagram {
        var bytes: [UInt8]
        var isControl: Bool
    }

    /// One track, from encoder to decoder.
    struct Track: ~Copyable {
        var encoder: ModelEncoder
        var sender: MediaSender
        var receiver: MediaReceiver
        var decoder = ModelDecoder()
        var ssrc: UInt32
        var wantsKeyFrame = true
        var keyFrames = 0
        /// When each frame came out, and when it was to be played.
        var played: [(number: Int, at: Instant, presentation: Instant)] = []
        /// By how much the capture times were wrong, at most.
        var captureError = Duration.zero
        var framesWithCaptureTime = 0
        var lostPackets = 0
        var target: Int?
    }

    private(set) var now = Instant.zero
    var sound: Track
    var picture: Track
    var clock = PlayoutClock()
    var up: NetworkEmulator<Datagram>
    var down: NetworkEmulator<Datagram>
    var nextSound = Instant.zero
    var nextPicture = Instant.zero
    private var random: SeededRandom
    let pictureInterval = Duration.nanoseconds(33_333_333)
    /// Times that a machine wanted to be called again at once, and had nothing to do.
    private(set) var idleCalls = 0
    /// The most that any SSRC's index went down or was used for other bytes.
    private(set) var numberMistakes = 0
    private var sentBytes: [UInt64: [UInt8]] = [:]
    private var highestIndex: [UInt32: UInt64] = [:]
    private(set) var keyFrameRequests = 0

    init(
        codec: Codec = .vp8, conditions: NetworkConditions, start: UInt16 = 1000, timestamp: UInt32 = 77,
        seed: UInt64, acceptsNACK: Bool = true
    ) {
        random = SeededRandom(seed: seed)
        up = NetworkEmulator(conditions, seed: seed &+ 1)
        down = NetworkEmulator(conditions, seed: seed &+ 2)
        sound = Self.track(
            .opus, ssrc: 0x5000_0001, start: start, timestamp: timestamp, seed: seed &+ 3, acceptsNACK: false)
        picture = Self.track(
            codec, ssrc: 0x6000_0001, start: start, timestamp: timestamp, seed: seed &+ 4, acceptsNACK: acceptsNACK)
    }

    static func sender(_ codec: Codec, ssrc: UInt32, start: UInt16, timestamp: UInt32) -> MediaSender {
        let configuration = MediaSenderConfiguration(
            codec: codec, payloadType: codec == .opus ? 111 : 96, cname: "someone", encodings: [.init(ssrc: ssrc)],
            identification: .init(mid: "0", midID: 4),
            wallClock: WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero + clockAhead))
        return MediaSender(
            configuration,
            start: SentEncoding.Start(index: UInt64(start), timestamp: timestamp, pictureID: start & 0x7fff))
    }

    private static func track(
        _ codec: Codec, ssrc: UInt32, start: UInt16, timestamp: UInt32, seed: UInt64, acceptsNACK: Bool
    ) -> Track {
        Track(
            encoder: ModelEncoder(codec, seed: seed),
            sender: sender(codec, ssrc: ssrc, start: start, timestamp: timestamp),
            receiver: MediaReceiver(
                MediaReceiverConfiguration(
                    codec: codec, payloadType: codec == .opus ? 111 : 96, reporterSSRC: 9, acceptsNACK: acceptsNACK,
                    acceptsPLI: true, acceptsREMB: codec != .opus)),
            ssrc: ssrc)
    }

    /// The publisher begins anew: another SSRC, other numbers, an encoder that has forgotten everything.
    func restartPublisher(ssrc: UInt32, start: UInt16, timestamp: UInt32) {
        sound.sender = Self.sender(.opus, ssrc: ssrc, start: start, timestamp: timestamp)
        sound.ssrc = ssrc
        picture.sender = Self.sender(
            picture.encoder.codec, ssrc: ssrc &+ 1, start: start, timestamp: timestamp &+ 12345)
        picture.ssrc = ssrc &+ 1
        picture.wantsKeyFrame = true
        highestIndex = [:]
        sentBytes = [:]
    }

    // MARK: Time

    func run(for duration: Duration, sends: Bool = true) {
        let end = now + duration
        var callsAtOnce = 0
        while true {
            attend(sends: sends)
            var next = Instant.earliest(up.deadline, down.deadline)
            if sends { next = Instant.earliest(next, min(nextSound, nextPicture)) }
            for deadline in [sound.sender.deadline, picture.sender.deadline] {
                next = Instant.earliest(next, deadline.map { $0 - Self.clockAhead })
            }
            next = Instant.earliest(Instant.earliest(next, sound.receiver.deadline), picture.receiver.deadline)
            guard let next, next < end else { break }
            if next <= now {
                // Twice in a row is fair: what one poll has found out is the other's.
                callsAtOnce += 1
                if callsAtOnce > 3 {
                    idleCalls += 1
                    now += .milliseconds(1)
                }
            } else {
                callsAtOnce = 0
                now = next
            }
        }
        now = end
    }

    private func attend(sends: Bool) {
        if sends { capture() }
        transmit(&sound)
        transmit(&picture)
        while let datagram = up.receive(now: now) {
            receive(datagram, &sound)
            receive(datagram, &picture)
        }
        play(&sound)
        play(&picture)
        while let datagram = down.receive(now: now) { feedBack(datagram) }
    }

    // MARK: The publisher

    private func capture() {
        if nextSound <= now {
            let timestamp = UInt32(truncatingIfNeeded: nextSound.nanoseconds / 1_000_000 * 48)
            let frame = sound.encoder.encode(size: 160, isKeyFrame: true, timestamp: timestamp, captured: nextSound)
            _ = try? sound.sender.send(frame, capturedAt: nextSound + Self.clockAhead, now: now + Self.clockAhead)
            nextSound += Self.soundInterval
        }
        if nextPicture <= now {
            let isKeyFrame = picture.wantsKeyFrame
            picture.wantsKeyFrame = false
            if isKeyFrame { picture.keyFrames += 1 }
            let timestamp = UInt32(truncatingIfNeeded: nextPicture.nanoseconds / 1000 * 9 / 100)
            let size = isKeyFrame ? 30_000 : 2000 + Int(random.next() % 6000)
            let frame = picture.encoder.encode(
                size: size, isKeyFrame: isKeyFrame, timestamp: timestamp, captured: nextPicture)
            let isSent = try? picture.sender.send(
                frame, capturedAt: nextPicture + Self.clockAhead, now: now + Self.clockAhead)
            if isSent != true { picture.encoder.forgetLast() }
            nextPicture += pictureInterval
        }
    }

    private func transmit(_ track: inout Track) {
        let senderNow = now + Self.clockAhead
        while let packet = track.sender.poll(now: senderNow) {
            note(packet)
            up.send(Datagram(bytes: packet.bytes, isControl: false), size: packet.bytes.count + 28, now: now)
        }
        let messages = track.sender.pollControl(now: senderNow)
        if !messages.isEmpty { send(messages, over: &up) }
        while let event = track.sender.pollEvent(now: senderNow) {
            switch event {
            case .keyFrameRequested:
                track.wantsKeyFrame = true
                keyFrameRequests += 1
            case .targetBitrate(_, let bitrate): track.target = bitrate
            }
        }
    }

    /// Holds what is sent to what SRTP needs.
    private func note(_ packet: OutgoingPacket) {
        let key = UInt64(packet.ssrc) << 32 | packet.index & 0xffff_ffff
        if packet.isRepetition {
            if sentBytes[key] != packet.bytes { numberMistakes += 1 }
        } else {
            if let highest = highestIndex[packet.ssrc], packet.index != highest + 1 { numberMistakes += 1 }
            highestIndex[packet.ssrc] = packet.index
            sentBytes[key] = packet.bytes
        }
    }

    private func send(_ messages: [RTCPMessage], over path: inout NetworkEmulator<Datagram>) {
        var compound = RTCPCompoundBuilder()
        for message in messages { _ = compound.append(message) }
        path.send(Datagram(bytes: compound.bytes, isControl: true), size: compound.bytes.count + 28, now: now)
    }

    private func feedBack(_ datagram: Datagram) {
        guard let messages = try? RTCPMessage.parse(datagram.bytes.span.bytes) else { return }
        for message in messages {
            sound.sender.receive(message, now: now + Self.clockAhead)
            picture.sender.receive(message, now: now + Self.clockAhead)
        }
        transmit(&sound)
        transmit(&picture)
    }

    // MARK: The receiver

    private func receive(_ datagram: Datagram, _ track: inout Track) {
        if datagram.isControl {
            guard let messages = try? RTCPMessage.parse(datagram.bytes.span.bytes) else { return }
            for case .senderReport(let report) in messages where report.ssrc == track.ssrc {
                track.receiver.receive(report, clock: &clock, now: now)
            }
        } else {
            guard let header = try? RTPHeader(parsing: datagram.bytes.span.bytes),
                header.payloadType == track.receiver.configuration.payloadType
            else { return }
            datagram.bytes.withUnsafeBytes { track.receiver.receive($0, now: now) }
        }
        play(&track)
    }

    private func play(_ track: inout Track) {
        while let received = track.receiver.poll(&clock, now: now) {
            track.lostPackets += received.lostPackets
            guard let number = track.decoder.decode(received.frame, of: track.encoder) else { continue }
            track.played.append((number, now, received.presentation))
            if let captureTime = received.captureTime {
                let truth = Self.wallClock.ntpTime(at: track.encoder.frames[number].captured)
                let error = Duration.nanoseconds(abs(captureTime.nanoseconds(since: truth)))
                track.captureError = max(track.captureError, error)
                track.framesWithCaptureTime += 1
            }
        }
        let messages = track.receiver.pollControl(now: now)
        if !messages.isEmpty { send(messages, over: &down) }
    }
}

extension MediaSimulation.Track {
    /// The longest time between two frames that came out.
    var longestGap: Duration {
        var longest = Duration.zero
        for position in played.indices.dropFirst() {
            longest = max(longest, played[position].at - played[position - 1].at)
        }
        return longest
    }
}
