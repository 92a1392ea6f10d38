// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
public import RTCBase
import RTP

/// What the router must know of a track that a subscriber gets.
public struct DownTrackConfiguration: Sendable {
    /// The up tracks that may feed it: encodings of one picture, the best first. Not empty.
    public var sources: [Handle]
    public var ssrc: UInt32
    public var payloadType: UInt8
    /// Random: where the sequence numbers start (RFC 3550 section 5.1).
    public var firstSequenceNumber: UInt16
    /// Of a source with spatial layers only the smallest is wanted.
    public var isSpatiallyLimited: Bool

    public init(
        sources: [Handle], ssrc: UInt32, payloadType: UInt8, firstSequenceNumber: UInt16,
        isSpatiallyLimited: Bool = false
    ) {
        self.sources = sources
        self.ssrc = ssrc
        self.payloadType = payloadType
        self.firstSequenceNumber = firstSequenceNumber
        self.isSpatiallyLimited = isSpatiallyLimited
    }

    public init(source: Handle, ssrc: UInt32, payloadType: UInt8, firstSequenceNumber: UInt16) {
        self.init(sources: [source], ssrc: ssrc, payloadType: payloadType, firstSequenceNumber: firstSequenceNumber)
    }
}

/// A track that goes out. What a send touches comes first, for the cache's sake.
struct DownTrack: ~Copyable {
    /// The up track that feeds it.
    private(set) var source: Handle
    let stream: Handle
    let ssrc: UInt32
    let payloadType: UInt8
    let kind: MediaKind
    /// Whether the subscriber's transport is connected.
    var isActive = false
    var indices: IndexMap
    var pictures = PictureIDMap()
    var timestamps = TimestampMap()
    var selector = LayerSelector()
    /// What was sent under which index.
    var log: RetransmissionLog
    var packetsSent: UInt32 = 0
    /// Of them, those sent once more.
    private var packetsResent: UInt32 = 0
    /// Both as they were when ``takeRepairs()`` was last asked.
    private var packetsBefore: (sent: UInt32, resent: UInt32) = (0, 0)
    /// Payload octets, as sender reports count them.
    var octetsSent: UInt32 = 0
    private var octetsResent: UInt32 = 0
    var rate = RateMeter()

    let subscriber: Handle
    /// The up tracks that may feed it, the best first.
    var sources: [Handle]
    /// Takes over from ``source`` with its next key frame.
    var successor: Handle?
    var isSpatiallyLimited: Bool
    /// The best that the subscriber's path is known to carry; `nil` without such knowledge.
    var ceiling: (source: Handle, layers: Layers)?
    var control = LayerControl()
    var estimator = LossBasedEstimator()
    var budget = RetransmissionBudget()
    var roundTrip = RoundTripEstimator()
    /// Interarrival jitter and fraction lost (of 256), as the receiver last reported them.
    var jitter = Duration.zero
    var fractionLost: UInt8 = 0
    /// The number of the last full intra request: a repeated one is the same request (RFC 5104 section 4.3.1.2).
    var lastFullIntraRequest: UInt8?

    /// - Parameter capacity: packets that the source's ring holds.
    init(
        _ configuration: DownTrackConfiguration, source: Handle, subscriber: Handle, stream: Handle, kind: MediaKind,
        capacity: Int
    ) {
        self.source = source
        self.subscriber = subscriber
        self.stream = stream
        self.kind = kind
        ssrc = configuration.ssrc
        payloadType = configuration.payloadType
        sources = configuration.sources
        isSpatiallyLimited = configuration.isSpatiallyLimited
        indices = IndexMap(first: configuration.firstSequenceNumber)
        log = RetransmissionLog(capacity: capacity)
        if isSpatiallyLimited { selector.target.spatial = 0 }
    }

    /// What it may get of an up track.
    func layers(of source: Handle) -> Layers {
        var layers = Layers.all
        if let ceiling, ceiling.source == source { layers = ceiling.layers }
        if isSpatiallyLimited { layers.spatial = 0 }
        return layers
    }

    /// Is fed by another up track from now on. What was sent of the one before is not sent again.
    mutating func follow(_ other: Handle, capacity: Int) {
        source = other
        successor = nil
        indices.interrupt()
        log = RetransmissionLog(capacity: capacity)
    }

    /// The entry by which `packet` goes out; `nil` when the subscriber is not to get it.
    @inline(__always)
    mutating func forward(_ packet: CachedPacket, now: Instant) -> SendPlanEntry? {
        if kind == .audio {
            guard let place = indices.map(packet.index) else { return nil }
            log.record(index: place.index, source: packet.index, patches: .none, marker: packet.marker)
            return entry(for: packet, index: place.index, patches: .none, marker: packet.marker)
        }
        // A picture cannot be shown before its key frame: until then there is nothing to send.
        let begins = indices.beginsRun(packet.index)
        if begins, indices.isInterrupted, !packet.startsKeyFrame { return nil }
        if begins { selector.begin(at: packet.timestamp) }
        let isLate = indices.isLate(packet.index)
        var marker = packet.marker
        var isLeftOut = packet.flags.contains(.isPadding)
        if !isLeftOut {
            switch selector.judge(packet, isLate: isLate) {
            case .forward(let isMarked): marker = isMarked
            case .drop: isLeftOut = true
            }
        }
        if isLeftOut {
            // It is not worth beginning with.
            if begins { return nil }
            if !isLate {
                indices.drop(packet.index, pictures: pictures.leaveOut(packet))
                return nil
            }
            // Its place is known to the receiver, who would miss it: an empty packet fills it.
            return fill(packet, now: now)
        }
        guard let place = indices.map(packet.index) else { return nil }
        if begins { pictures.start(packet) }
        let patches = pictures.patches(for: packet, dropped: place.pictures)
        log.record(index: place.index, source: packet.index, patches: patches, marker: marker)
        // Who saw the gap has asked for it by now.
        if isLate { log.countAsResent(place.index, now: now) }
        return entry(for: packet, index: place.index, patches: patches, marker: marker)
    }

    /// Whether it is worth while to send a packet once more.
    ///
    /// - Parameters:
    ///   - logged: what was sent of it.
    ///   - keyFrame: where the newest key frame of its source begins.
    func isStillOfUse(_ packet: CachedPacket, sent logged: RetransmissionLog.Entry, keyFrame: CachedPacket?) -> Bool {
        // What it has been taken from for want of room is not to fill the room that is left.
        guard logged.patches.isEmpty || selector.current.includes(packet.layers) else { return false }
        // Nor is what came before a key frame, which needs nothing of it.
        guard control.limit != nil, let keyFrame else { return true }
        return Int32(bitPattern: packet.timestamp &- keyFrame.timestamp) >= 0
    }

    /// Whether so many bytes may be sent once more; counts them.
    ///
    /// - Parameter share: of what is sent for the first time, of 256.
    mutating func admitRepair(bytes: Int, share: Int64) -> Bool {
        budget.spend(bytes: bytes, sent: octetsSent &- octetsResent, share: share)
    }

    /// How many packets have been sent once more since this was last asked, and for the first time.
    mutating func takeRepairs() -> (resent: Int, sent: Int) {
        let resent = packetsResent &- packetsBefore.resent
        let sent = packetsSent &- packetsBefore.sent
        packetsBefore = (packetsSent, packetsResent)
        return (Int(resent), Int(sent &- resent))
    }

    /// A packet without payload in the place of one that the subscriber is not to get.
    private mutating func fill(_ packet: CachedPacket, now: Instant) -> SendPlanEntry? {
        guard let place = indices.map(packet.index) else { return nil }
        log.record(index: place.index, source: packet.index, patches: .empty, marker: false)
        log.countAsResent(place.index, now: now)
        return entry(for: packet, index: place.index, patches: .empty, marker: false)
    }

    /// The entry by which a packet goes out once more, exactly as it did before.
    ///
    /// - Parameter packet: the one that `logged` speaks of.
    mutating func resend(_ packet: CachedPacket, as logged: RetransmissionLog.Entry, index: UInt64) -> SendPlanEntry {
        packetsResent &+= 1
        if !logged.patches.isEmpty { octetsResent &+= UInt32(packet.payloadLength) }
        return entry(for: packet, index: index, patches: logged.patches, marker: logged.marker)
    }

    @inline(__always)
    private mutating func entry(
        for packet: CachedPacket, index: UInt64, patches: DescriptorPatches, marker: Bool
    ) -> SendPlanEntry {
        let isEmpty = patches.isEmpty
        let payloadLength = isEmpty ? 0 : packet.payloadLength
        packetsSent &+= 1
        octetsSent &+= UInt32(payloadLength)
        return SendPlanEntry(
            stream: stream, payload: packet.payload, index: index, ssrc: ssrc,
            timestamp: timestamps.map(packet.timestamp), payloadLength: payloadLength,
            markerAndPayloadType: payloadType & 0x7f | (marker ? 0x80 : 0),
            pictureIDBits: isEmpty ? 0 : packet.descriptor.pictureIDBits,
            pictureIDOffset: packet.descriptor.pictureIDOffset, pictureID: patches.pictureID,
            tl0Offset: isEmpty ? 0 : packet.descriptor.tl0Offset, tl0PictureIndex: patches.tl0PictureIndex,
            isDroppable: kind == .video)
    }
}
