// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
public import RTCBase
import RTP

/// What the router must know of a track that a subscriber gets.
public struct DownTrackConfiguration: Sendable, BitwiseCopyable {
    public var source: Handle
    public var ssrc: UInt32
    public var payloadType: UInt8
    /// Random: where the sequence numbers start (RFC 3550 section 5.1).
    public var firstSequenceNumber: UInt16

    public init(source: Handle, ssrc: UInt32, payloadType: UInt8, firstSequenceNumber: UInt16) {
        self.source = source
        self.ssrc = ssrc
        self.payloadType = payloadType
        self.firstSequenceNumber = firstSequenceNumber
    }
}

/// A track that goes out. What a send touches comes first, for the cache's sake.
struct DownTrack: ~Copyable {
    let configuration: DownTrackConfiguration
    let subscriber: Handle
    let stream: Handle
    let kind: MediaKind
    /// Whether the subscriber's transport is connected.
    var isActive = false
    var indices: IndexMap
    var pictures = PictureIDMap()
    /// What was sent under which index.
    var log: RetransmissionLog
    var packetsSent: UInt32 = 0
    /// Payload octets, as sender reports count them.
    var octetsSent: UInt32 = 0
    var rate = RateMeter()
    var estimator = LossBasedEstimator()
    var budget = RetransmissionBudget()
    var roundTrip = RoundTripEstimator()
    /// Interarrival jitter, as the receiver last reported it.
    var jitter = Duration.zero

    /// - Parameter capacity: packets that the source's ring holds.
    init(
        _ configuration: DownTrackConfiguration, subscriber: Handle, stream: Handle, kind: MediaKind, capacity: Int
    ) {
        self.configuration = configuration
        self.subscriber = subscriber
        self.stream = stream
        self.kind = kind
        indices = IndexMap(first: configuration.firstSequenceNumber)
        log = RetransmissionLog(capacity: capacity)
    }

    /// The entry by which `packet` goes out; `nil` when the subscriber is not to get it.
    mutating func forward(_ packet: CachedPacket) -> SendPlanEntry? {
        // A picture cannot be shown before its key frame: until then there is nothing to send.
        if indices.isInterrupted, kind == .video, !packet.startsKeyFrame { return nil }
        let begins = indices.beginsRun(packet.index)
        guard let index = indices.map(packet.index) else { return nil }
        let descriptor = packet.descriptor
        var pictureID: UInt16 = 0
        if descriptor.pictureIDBits != 0 {
            if begins { pictures.start(at: descriptor.pictureID, bits: descriptor.pictureIDBits) }
            pictureID = pictures.map(descriptor.pictureID, bits: descriptor.pictureIDBits)
        }
        log.record(index: index, source: packet.index, pictureID: pictureID, marker: packet.marker)
        return entry(for: packet, index: index, pictureID: pictureID, marker: packet.marker)
    }

    /// The entry by which a packet goes out once more, exactly as it did before.
    ///
    /// - Parameter packet: the one that `logged` speaks of.
    mutating func resend(_ packet: CachedPacket, as logged: RetransmissionLog.Entry, index: UInt64) -> SendPlanEntry {
        entry(for: packet, index: index, pictureID: logged.pictureID, marker: logged.marker)
    }

    @inline(__always)
    private mutating func entry(
        for packet: CachedPacket, index: UInt64, pictureID: UInt16, marker: Bool
    ) -> SendPlanEntry {
        packetsSent &+= 1
        octetsSent &+= UInt32(packet.payloadLength)
        return SendPlanEntry(
            stream: stream, payload: packet.payload, index: index, ssrc: configuration.ssrc,
            timestamp: packet.timestamp, payloadLength: packet.payloadLength,
            markerAndPayloadType: configuration.payloadType & 0x7f | (marker ? 0x80 : 0),
            pictureIDBits: packet.descriptor.pictureIDBits, pictureIDOffset: packet.descriptor.pictureIDOffset,
            pictureID: pictureID)
    }
}
