// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import RTP

/// The receiving end of one track: packets in, frames out, in order and when they are due; reports and requests to the
/// sender.
///
/// The driver tells it packets and sender reports, and after each call, and at ``deadline``, empties ``poll(_:now:)`` and
/// ``pollControl(now:)``:
///
/// ```swift
/// receiver.receive(packet, now: now)
/// while let frame = receiver.poll(&clock, now: now) { play(frame) }
/// for message in receiver.pollControl(now: now) { send(message) }
/// ```
///
/// Packets wait in a ring until those before them are there. What is missing is asked for again and again
/// (``NackWindow``). Of a picture nothing comes out that a decoder could not decode: after a loss that cannot be repaired in
/// time, frames are left out until a key frame, which is asked for; where VP8 or VP9 say that a frame does not need what was
/// lost, it goes on. Of sound every packet is a frame, and a loss is given up when its successor is due.
///
/// Memory is bounded by the ring's places and ``maximumWaiting`` frames of ``maximumWaitingBytes``.
/// [decisions/0028](../../../docs/decisions/0028-media-of-a-client.md) has the reasons.
public struct MediaReceiver: ~Copyable {
    /// Frames that wait for their moment: two seconds of the shortest packets of Opus, 2.5 ms each, are 800. A driver that
    /// does not poll loses what comes beyond.
    public static let maximumWaiting = 1024
    /// Bytes of these: two frames of the longest kind.
    public static let maximumWaitingBytes = 2 * VP8Depacketizer.maximumFrameSize
    /// Between two requests for a key frame: long enough for a round trip and an encoder, so short that the loss of one
    /// request at 10 % loss does not make a second of standstill.
    public static let keyFrameInterval = Duration.milliseconds(250)
    /// Between two receiver reports (Galène's interval, and about that of browsers).
    public static let reportInterval = Duration.seconds(1)
    /// How far numbers may run ahead: RFC 3550 appendix A.1, MAX_DROPOUT. Beyond it the source has been restarted.
    static let maximumDropout = 3000
    /// How long packets of an abandoned SSRC are ignored: those that its successor has overtaken must not bring it back.
    static let retirement = Duration.seconds(2)
    /// How long a decoder that needs a key frame waits for packets of one that have been overtaken, before it asks.
    static let keyFrameGrace = Duration.milliseconds(30)
    /// A key frame is asked for when something is missing for five round trips: four requests were in vain, which happens
    /// once in half a minute where a tenth is lost each way. The bounds keep a standstill below a second.
    static let keyFramePatience: ClosedRange<Duration> = .milliseconds(250)...(.milliseconds(500))

    public let configuration: MediaReceiverConfiguration
    var isSound: Bool { configuration.codec.kind == .audio }

    // The source.
    var source: UInt32?
    var unwrapper = SequenceUnwrapper()
    var probation = SourceProbation()
    var retired: (ssrc: UInt32, until: Instant)?
    var senderReport: (time: NTPTime, timestamp: UInt32)?
    /// A report of an SSRC that may become the source.
    var earlyReport: SenderReport?

    // Packets.
    var packets: PacketBuffer
    /// The next index to be taken apart, or to be looked at for a key frame; nothing below it counts.
    var next: UInt64 = 0
    var highest: UInt64 = 0
    var nacks = NackWindow()
    /// The window has given up something, which can only be what ``next`` waits for.
    var hasGivenUp = false
    var rate = RateMeter()
    var reception: ReceptionStatistics

    // Frames.
    var depacketizer: CodecDepacketizer
    var chain = DecodingChain()
    var dependencies = FrameDependencies()
    /// The timestamp of the frame of which a part has been taken.
    var openTimestamp: UInt32?
    var lastFinished: UInt32?
    /// Whether nothing is taken before a key frame begins, and since when.
    var seekingSince: Instant?
    var hasParameterSets = false
    var keyFrames = KeyFrameRequester(interval: MediaReceiver.keyFrameInterval)
    /// The newest packet when a key frame was last wanted.
    var requestedAt: UInt64?
    /// When the newest of the packets taken so far arrived: from then on the last frame could be played.
    var newestArrival = Instant.zero
    var lost = 0

    // Playing.
    var delay: PlayoutDelay
    var waiting: [WaitingFrame] = []
    var waitingBytes = 0
    var lastPresentation: Instant?

    // When to be called.
    var isFresh = false
    var frameDeadline: Instant?
    var gapDeadline: Instant?
    var nextReport: Instant?

    var counts = MediaReceiverStatistics()

    /// A frame that is complete and not yet due.
    struct WaitingFrame {
        var frame: EncodedFrame
        var captureTime: NTPTime?
        /// From when on it could be played, those before it included.
        var arrival: Instant
        /// The earliest that a frame with its timestamp can come.
        var earliest: Instant
        var lost: Int
    }

    public init(_ configuration: MediaReceiverConfiguration) {
        self.configuration = configuration
        let isSound = configuration.codec.kind == .audio
        packets = PacketBuffer(capacity: isSound ? PacketBuffer.soundCapacity : PacketBuffer.pictureCapacity)
        reception = ReceptionStatistics(clockRate: configuration.codec.clockRate)
        depacketizer = CodecDepacketizer(configuration.codec)
        delay = PlayoutDelay(
            clockRate: configuration.codec.clockRate, bounds: configuration.minimumDelay...configuration.maximumDelay,
            isSound: isSound)
    }

    /// When to call ``poll(_:now:)`` and ``pollControl(now:)`` again; `nil` before the first packet.
    public var deadline: Instant? {
        if isFresh { return .zero }
        var deadline = Instant.earliest(frameDeadline, gapDeadline)
        deadline = Instant.earliest(deadline, nextReport)
        if configuration.acceptsNACK { deadline = Instant.earliest(deadline, nacks.deadline) }
        if configuration.acceptsPLI { deadline = Instant.earliest(deadline, keyFrames.deadline) }
        return deadline
    }

    /// The SSRC that the track has at present; `nil` before the first packet.
    public var ssrc: UInt32? { source }

    public var statistics: MediaReceiverStatistics {
        var result = counts
        let units = Int64(reception.jitter)
        let clockRate = Int64(configuration.codec.clockRate)
        result.jitter = .nanoseconds(units * 1_000_000_000 / clockRate)
        result.fractionLost = reception.fractionLost
        result.playoutDelay = delay.target
        return result
    }

    // MARK: Packets

    /// Takes an RTP packet in clear that has been authenticated and is no replay.
    ///
    /// - Parameter packet: header and payload. Not kept.
    public mutating func receive(_ packet: UnsafeRawBufferPointer, now: Instant) {
        guard let header = try? RTPHeader(parsing: packet) else {
            counts.refusedPackets += 1
            return
        }
        receive(header, payload: UnsafeRawBufferPointer(rebasing: packet[header.payloadRange]), now: now)
    }

    /// Takes an RTP packet in parts; see ``receive(_:now:)``.
    ///
    /// - Parameter payload: without padding. Not kept.
    public mutating func receive(_ header: RTPHeader, payload: UnsafeRawBufferPointer, now: Instant) {
        guard header.payloadType == configuration.payloadType, payload.count <= PacketBuffer.slotSize else {
            counts.refusedPackets += 1
            return
        }
        guard let source else {
            begin(header, now: now)
            accept(header, payload: payload, arrival: now)
            return
        }
        if header.ssrc == source, isNear(header.sequenceNumber) {
            accept(header, payload: payload, arrival: now)
            return
        }
        if let retired, retired.ssrc == header.ssrc, now < retired.until { return }
        guard let first = probation.take(header, payload: payload, now: now) else {
            counts.refusedPackets += 1
            return
        }
        counts.refusedPackets -= 1
        counts.restarts += 1
        if source != header.ssrc { retired = (source, now + Self.retirement) }
        begin(first.header, now: now)
        first.payload.withUnsafeBytes { accept(first.header, payload: $0, arrival: first.arrival) }
        accept(header, payload: payload, arrival: now)
    }

    /// Whether a number can belong to the present numbering.
    private func isNear(_ number: SequenceNumber) -> Bool {
        let distance = SequenceNumber(UInt16(truncatingIfNeeded: highest)).distance(to: number)
        return -packets.capacity < distance && distance <= Self.maximumDropout
    }

    /// A source begins with this packet. Frames of the one before it that are complete remain.
    private mutating func begin(_ header: RTPHeader, now: Instant) {
        source = header.ssrc
        // Not from 0: what comes early and out of order must not fall below.
        unwrapper = SequenceUnwrapper()
        unwrapper.advance(to: 65_536 &+ UInt64(header.sequenceNumber.rawValue))
        highest = 65_535 &+ UInt64(header.sequenceNumber.rawValue)
        next = isSound ? highest &+ 1 : highest &- UInt64(packets.capacity / 2)
        packets.removeAll()
        nacks = NackWindow()
        hasGivenUp = false
        reception = ReceptionStatistics(clockRate: configuration.codec.clockRate)
        depacketizer = CodecDepacketizer(configuration.codec)
        chain = DecodingChain()
        openTimestamp = nil
        lastFinished = nil
        hasParameterSets = false
        seekingSince = isSound ? nil : now
        delay.restartLine()
        senderReport = nil
        if let earlyReport, earlyReport.ssrc == header.ssrc {
            senderReport = (earlyReport.ntpTime, earlyReport.rtpTimestamp)
            reception.receiveSenderReport(earlyReport.ntpTime, now: now)
        }
        earlyReport = nil
        if nextReport == nil { nextReport = now + Self.reportInterval }
    }

    private mutating func accept(_ header: RTPHeader, payload: UnsafeRawBufferPointer, arrival: Instant) {
        let index = unwrapper.unwrap(header.sequenceNumber)
        guard !packets.isPresent(index) else {
            counts.duplicates += 1
            return
        }
        counts.packets += 1
        counts.bytes += payload.count
        rate.add(bytes: payload.count, now: arrival)
        isFresh = true
        probation.forget()
        let kind =
            configuration.acceptsNACK
            ? nacks.receive(index: index, packetRate: rate.packetRate, now: arrival) : NackWindow.Arrival.next
        switch kind {
        case .repaired:
            counts.repairedPackets += 1
            reception.receiveRepaired()
        default:
            reception.receive(index: index, timestamp: header.timestamp, now: arrival)
        }
        guard index >= next else {
            counts.latePackets += 1
            // A path that has become slower is learnt from what comes too late.
            if isSound { delay.note(header.timestamp, arrival: arrival) }
            return
        }
        makeRoom(for: index, now: arrival)
        packets.insert(entry(index, header, payload, arrival), payload: payload)
    }

    private func entry(
        _ index: UInt64, _ header: RTPHeader, _ payload: UnsafeRawBufferPointer, _ arrival: Instant
    ) -> PacketBuffer.Entry {
        var entry = PacketBuffer.Entry()
        entry.index = index
        entry.arrival = arrival
        entry.timestamp = header.timestamp
        entry.marker = header.marker
        guard !isSound else { return entry }
        do throws(ParseError) {
            let inspection = try PayloadInspection.inspect(
                configuration.codec, payload: payload, marker: header.marker)
            entry.startsFrame = inspection.startsFrame
            entry.startsKeyFrame = inspection.startsFrame && inspection.keyFrame != .no
        } catch {
            entry.isMalformed = true
        }
        return entry
    }

    /// Marks what lies between the newest packet and this one as missing, and gives up what the ring cannot hold any more.
    private mutating func makeRoom(for index: UInt64, now: Instant) {
        guard index > highest else { return }
        let capacity = UInt64(packets.capacity)
        if index >= next &+ capacity { abandon(upTo: index &- capacity &+ 1, now: now) }
        var missing = max(highest &+ 1, next)
        while missing < index {
            packets.noteMissing(missing, now: now)
            missing &+= 1
        }
        highest = index
    }

    // MARK: Sender reports

    /// Takes a sender report, of this track's source or not.
    ///
    /// - Parameter clock: the stream's.
    public mutating func receive(_ report: SenderReport, clock: inout PlayoutClock, now: Instant) {
        guard report.ssrc == source else {
            earlyReport = report
            earlyReport?.blocks = []
            return
        }
        clock.receiveSenderReport(report.ntpTime, now: now)
        reception.receiveSenderReport(report.ntpTime, now: now)
        senderReport = (report.ntpTime, report.rtpTimestamp)
        isFresh = true
    }

    /// When the publisher's clock showed the capture of a timestamp.
    func captureTime(_ timestamp: UInt32) -> NTPTime? {
        guard let senderReport else { return nil }
        let units = Int64(Int32(bitPattern: timestamp &- senderReport.timestamp))
        return senderReport.time.advanced(byNanoseconds: units * 1_000_000_000 / Int64(configuration.codec.clockRate))
    }
}
