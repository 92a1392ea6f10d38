// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import RTP

/// The sending end of one track, of sound or of a picture in one or several encodings (simulcast): frames in, packets out;
/// it answers the receiver's requests and tells the encoders what it wants of them.
///
/// The driver gives it frames and messages, and after each call, and at ``deadline``, empties ``poll(now:)``,
/// ``pollControl(now:)`` and ``pollEvent(now:)``:
///
/// ```swift
/// try sender.send(frame, rid: "h", capturedAt: captured, now: now)
/// while let packet = sender.poll(now: now) { protectAndSend(packet.bytes, index: packet.index) }
/// for message in sender.pollControl(now: now) { send(message) }
/// while let event = sender.pollEvent(now: now) { tell(encoder, event) }
/// ```
///
/// Packets of large frames leave over up to 150 ms (``SenderPacing``). What is asked for is sent again, byte for byte, out
/// of what was sent in the last two seconds, within a budget. When too much waits, a frame is dropped whole and a key
/// frame is wanted, because nothing up to it could be decoded. For the time until a report shows that the receiver knows
/// an SSRC, its packets carry mid and rid.
/// [decisions/0028](../../../docs/decisions/0028-media-of-a-client.md) has the reasons.
public struct MediaSender: Sendable {
    /// Between two sender reports. The first one follows the first packet, so that sound and picture are together at once.
    public static let reportInterval = Duration.seconds(1)
    /// Packets that have been asked for and wait to be sent again: what ``RetransmissionBudget/burst`` has at once.
    static let maximumRepetitions = 64
    /// Of 256 bytes sent for the first time so many may be sent again: three quarters, as the server allows its receivers.
    static let repetitionShare: Int64 = 192
    /// Bytes of a frame of sound: the longest of Opus (RFC 6716 section 3.2.1), and more than 120 ms of G.711.
    static let maximumSound = 1275
    /// A new target is said when it differs by a twentieth: encoders start anew with each.
    static let targetStep = 20

    public let configuration: MediaSenderConfiguration
    private var encodings: [SentEncoding]
    private var repetitions: [(encoding: Int, index: UInt64)] = []
    private var pacing = SenderPacing()
    private var isWaiting = false
    private var nextReport: Instant?

    private var isSound: Bool { configuration.codec.kind == .audio }

    /// - Parameter random: where the numbers of packets, times and pictures begin.
    public init(_ configuration: MediaSenderConfiguration, using random: inout some RandomNumberGenerator) {
        self.configuration = configuration
        encodings = configuration.encodings.map { encoding in
            SentEncoding(encoding, of: configuration, start: SentEncoding.Start(using: &random))
        }
    }

    init(_ configuration: MediaSenderConfiguration, start: SentEncoding.Start) {
        self.configuration = configuration
        encodings = configuration.encodings.map { SentEncoding($0, of: configuration, start: start) }
    }

    /// When to call the three `poll` methods again; `nil` while there is nothing to do.
    public var deadline: Instant? {
        if !repetitions.isEmpty { return .zero }
        var deadline = nextReport
        for encoding in encodings {
            if encoding.hasNewTarget { return .zero }
            deadline = Instant.earliest(deadline, encoding.keyFrames.deadline)
            guard encoding.packets.waiting > 0 else { continue }
            deadline = Instant.earliest(deadline, isWaiting ? pacing.deadline ?? .zero : .zero)
        }
        return deadline
    }

    /// What was counted, by encoding in the order of the configuration.
    public var statistics: [MediaSenderStatistics] {
        encodings.map { encoding in
            var result = encoding.statistics
            result.targetBitrate = encoding.target
            result.roundTrip = encoding.roundTrip.roundTrip
            return result
        }
    }

    // MARK: Frames

    /// Takes a frame.
    ///
    /// - Parameters:
    ///   - frame: of the negotiated codec. Of its timestamp only the distance to the frame before counts.
    ///   - rid: of which encoding; `nil` for the only one.
    ///   - captured: when it was captured, on the driver's clock. Frames of all tracks that were captured at one moment are
    ///     played at one moment.
    /// - Returns: whether it will be sent. False for a frame of another codec or encoding, one that nothing can be decoded
    ///   from because a key frame is due, and one for which there is no room, of sound one beyond 1275 bytes; in the last
    ///   two cases a key frame is asked for.
    /// - Throws: what ``CodecPacketizer/packetize(_:)`` throws for a frame that contradicts itself.
    @discardableResult
    public mutating func send(
        _ frame: EncodedFrame, rid: String? = nil, capturedAt captured: Instant, now: Instant
    ) throws(ParseError) -> Bool {
        guard frame.codec == configuration.codec, !frame.bytes.isEmpty,
            let position = encodings.firstIndex(where: { $0.rid == rid })
        else { return false }
        // Sound is never cut: a longer frame would not fit a datagram.
        if isSound, frame.bytes.count > Self.maximumSound { return drop(position) }
        let isKeyFrame = isSound || frame.isKeyFrame
        if encodings[position].needsKeyFrame, !isKeyFrame {
            return drop(position)
        }
        // Judged by its bytes before it is cut, so that what is refused costs nothing.
        let most = frame.bytes.count / max(1, configuration.maximumPayloadSize - 64) + 1
        let waiting = encodings.reduce(0) { $0 + $1.packets.waiting }
        guard waiting + most <= SentPackets.maximumWaiting else { return drop(position) }
        let payloads = try encodings[position].packetizer.packetize(frame.bytes)
        guard !payloads.isEmpty, waiting + payloads.count <= SentPackets.maximumWaiting else { return drop(position) }

        let timestamp = encodings[position].timeline.timestamp(own: frame.timestamp, captured: captured)
        encodings[position].append(
            payloads, payloadType: configuration.payloadType, timestamp: timestamp, isSound: isSound, now: now)
        encodings[position].statistics.frames += 1
        if isKeyFrame {
            encodings[position].statistics.keyFrames += 1
            encodings[position].needsKeyFrame = false
            encodings[position].keyFrames.keyFrameArrived()
            encodings[position].keyFrameAt = now
        }
        let bytes = encodings.reduce(0) { $0 + $1.packets.waitingBytes }
        let aim = encodings.reduce(0) { $0 + min($1.target ?? $1.maximumBitrate, $1.maximumBitrate) }
        pacing.frameAdded(waiting: bytes, bitrate: aim)
        return true
    }

    private mutating func drop(_ position: Int) -> Bool {
        encodings[position].statistics.droppedFrames += 1
        guard !isSound else { return false }
        encodings[position].needsKeyFrame = true
        encodings[position].keyFrames.request()
        return false
    }

    // MARK: Packets

    /// The next packet that is to be sent now; `nil` when none is.
    public mutating func poll(now: Instant) -> OutgoingPacket? {
        if let repetition = nextRepetition(now: now) { return repetition }
        var first: (position: Int, at: Instant)?
        for position in encodings.indices {
            guard let at = encodings[position].packets.firstWaiting else { continue }
            if first.map({ at < $0.at }) ?? true { first = (position, at) }
        }
        guard let first else {
            if isWaiting { pacing.queueEmptied() }
            isWaiting = false
            return nil
        }
        guard isSound || pacing.admits(now: now) else {
            isWaiting = true
            return nil
        }
        guard let (index, packet) = encodings[first.position].packets.takeFirst(now: now) else { return nil }
        encodings[first.position].packets.expire(now: now)
        pacing.spend(packet.bytes.count)
        let payload = packet.bytes.count - packet.headerLength
        encodings[first.position].packetCount &+= 1
        encodings[first.position].octetCount &+= UInt32(truncatingIfNeeded: payload)
        encodings[first.position].statistics.packets += 1
        encodings[first.position].statistics.bytes += payload
        encodings[first.position].rate.add(bytes: payload, now: now)
        if nextReport == nil { nextReport = now }
        return OutgoingPacket(
            ssrc: encodings[first.position].ssrc, index: index, bytes: packet.bytes, isRepetition: false)
    }

    private mutating func nextRepetition(now: Instant) -> OutgoingPacket? {
        while !repetitions.isEmpty {
            let (position, index) = repetitions.removeFirst()
            guard let packet = encodings[position].packets.packet(index) else { continue }
            encodings[position].packets.noteRepetition(of: index, now: now)
            encodings[position].statistics.repeatedPackets += 1
            pacing.spend(packet.bytes.count)
            return OutgoingPacket(
                ssrc: encodings[position].ssrc, index: index, bytes: packet.bytes, isRepetition: true)
        }
        return nil
    }

    // MARK: What the receiver says

    /// Takes a message of the receiver's. Whatever is not about this track is ignored.
    public mutating func receive(_ message: RTCPMessage, now: Instant) {
        switch message {
        case .receiverReport(let report): receive(report.blocks, now: now)
        case .senderReport(let report): receive(report.blocks, now: now)
        case .nack(let nack):
            guard let position = position(nack.mediaSSRC) else { return }
            nack.forEachMissing { repeatPacket($0, of: position, now: now) }
        case .pictureLoss(let loss):
            guard let position = position(loss.mediaSSRC) else { return }
            requestKeyFrame(position, now: now)
        case .fullIntraRequest(let request):
            for entry in request.entries {
                guard let position = position(entry.ssrc),
                    encodings[position].lastFullIntraRequest != entry.sequenceNumber
                else { continue }
                // RFC 5104 section 4.3.1.2: the same number again is a repetition, not another command.
                encodings[position].lastFullIntraRequest = entry.sequenceNumber
                requestKeyFrame(position, now: now)
            }
        case .estimatedBitrate(let estimate):
            guard estimate.ssrcs.contains(where: { position($0) != nil }) else { return }
            divide(estimate.bitrate)
        case .sourceDescription, .goodbye, .unknown: return
        }
    }

    private func position(_ ssrc: UInt32) -> Int? { encodings.firstIndex { $0.ssrc == ssrc } }

    private mutating func receive(_ blocks: [ReportBlock], now: Instant) {
        for block in blocks {
            guard let position = position(block.ssrc), encodings[position].packetCount > 0 else { continue }
            encodings[position].isAcknowledged = true
            encodings[position].roundTrip.receive(block, now: now)
            encodings[position].statistics.fractionLost = block.fractionLost
        }
    }

    private mutating func repeatPacket(_ number: SequenceNumber, of position: Int, now: Instant) {
        let octets = encodings[position].octetCount
        // The second answer to one request, or to its duplicate, would only fill the path.
        let spacing = min(encodings[position].roundTrip.roundTrip ?? .milliseconds(40), .milliseconds(500)) / 2
        guard encodings[position].budget.admitRequest(now: now), repetitions.count < Self.maximumRepetitions,
            let index = encodings[position].packets.index(of: number),
            let packet = encodings[position].packets.packet(index)
        else {
            encodings[position].statistics.refusedRequests += 1
            return
        }
        if packet.wasRepeated, now - packet.at < spacing { return }
        guard
            encodings[position].budget.spend(
                bytes: packet.bytes.count - packet.headerLength, sent: octets, share: Self.repetitionShare)
        else {
            encodings[position].statistics.refusedRequests += 1
            return
        }
        encodings[position].packets.noteRepetition(of: index, now: now)
        repetitions.append((position, index))
    }

    private mutating func requestKeyFrame(_ position: Int, now: Instant) {
        guard !isSound else { return }
        encodings[position].statistics.keyFrameRequests += 1
        // Who asked before the last key frame can have come knows nothing of it. If it was lost, they ask again.
        let way = min(encodings[position].roundTrip.roundTrip ?? .zero, KeyFrameRequester.interval)
        if let at = encodings[position].keyFrameAt, now - at < way { return }
        encodings[position].keyFrames.request()
    }

    private mutating func divide(_ bitrate: Int) {
        let shares = BitrateSplit.split(bitrate, maximums: encodings.map(\.maximumBitrate))
        for position in encodings.indices {
            let share = shares[position]
            if let target = encodings[position].target, abs(share - target) <= target / Self.targetStep,
                share == target || share < encodings[position].maximumBitrate
            {
                continue
            }
            encodings[position].target = share
            encodings[position].hasNewTarget = true
        }
    }

    // MARK: What the encoders and the receiver are to know

    /// What an encoder is to be told now; `nil` when nothing is.
    public mutating func pollEvent(now: Instant) -> MediaSenderEvent? {
        for position in encodings.indices {
            if encodings[position].hasNewTarget, let target = encodings[position].target {
                encodings[position].hasNewTarget = false
                return .targetBitrate(rid: encodings[position].rid, target)
            }
            if encodings[position].keyFrames.takeRequest(now: now) {
                return .keyFrameRequested(rid: encodings[position].rid)
            }
        }
        return nil
    }

    /// What is to be told to the receiver now: each second a sender report for each encoding that is sent, and the name.
    public mutating func pollControl(now: Instant) -> [RTCPMessage] {
        guard let due = nextReport, due <= now else { return [] }
        nextReport = now + Self.reportInterval
        var messages: [RTCPMessage] = []
        var chunks: [SourceDescription.Chunk] = []
        let time = configuration.wallClock.ntpTime(at: now)
        for position in encodings.indices {
            encodings[position].statistics.bitrate = Int(
                truncatingIfNeeded: encodings[position].rate.bitrate(now: now))
            guard encodings[position].packetCount > 0,
                let timestamp = encodings[position].timeline.timestamp(at: now)
            else { continue }
            encodings[position].packets.expire(now: now)
            encodings[position].roundTrip.sendReport(time, now: now)
            messages.append(
                .senderReport(
                    SenderReport(
                        ssrc: encodings[position].ssrc, ntpTime: time, rtpTimestamp: timestamp,
                        packetCount: encodings[position].packetCount, octetCount: encodings[position].octetCount)))
            chunks.append(SourceDescription.Chunk(ssrc: encodings[position].ssrc, cname: configuration.cname))
        }
        if !chunks.isEmpty { messages.append(.sourceDescription(SourceDescription(chunks: chunks))) }
        return messages
    }
}
