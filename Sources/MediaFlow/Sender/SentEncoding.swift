// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP

/// One encoding of a track that is sent: its numbers, its packets, and what its receiver says of it.
struct SentEncoding: Sendable {
    let rid: String?
    let ssrc: UInt32
    let maximumBitrate: Int
    var packetizer: CodecPacketizer
    var timeline: CaptureTimeline
    var packets: SentPackets
    var budget = RetransmissionBudget()
    var roundTrip = RoundTripEstimator()
    var rate = RateMeter()
    /// Whether the receiver has said that it knows whose this SSRC is: by a report about it.
    var isAcknowledged = false
    /// The header extension until then, with its profile and length; empty where none was negotiated.
    let identification: [UInt8]

    var keyFrames = KeyFrameRequester()
    var keyFrameAt: Instant?
    /// Nothing can be decoded before the next key frame: at the start, and after a frame was dropped.
    var needsKeyFrame: Bool
    var lastFullIntraRequest: UInt8?

    /// What the encoder was told, and what it is to be told.
    var target: Int?
    var hasNewTarget = false

    /// Sent for the first time; wrapping, as sender reports count.
    var packetCount: UInt32 = 0
    var octetCount: UInt32 = 0
    var statistics = MediaSenderStatistics()

    /// Where numbers begin.
    struct Start {
        var index: UInt64
        var timestamp: UInt32
        var pictureID: UInt16

        /// RFC 3550 section 5.1 wants random numbers; RFC 3711 section 3.3.1 the index below 2^15, so that the loss of the
        /// first packets does not confuse the roll-over counter.
        init(using random: inout some RandomNumberGenerator) {
            index = UInt64.random(in: 0..<0x8000, using: &random)
            timestamp = UInt32.random(in: .min ... .max, using: &random)
            pictureID = UInt16.random(in: 0..<0x8000, using: &random)
        }

        init(index: UInt64, timestamp: UInt32, pictureID: UInt16) {
            self.index = index
            self.timestamp = timestamp
            self.pictureID = pictureID
        }
    }

    init(_ encoding: MediaSenderConfiguration.Encoding, of track: MediaSenderConfiguration, start: Start) {
        rid = encoding.rid
        ssrc = encoding.ssrc
        maximumBitrate = min(max(1, encoding.maximumBitrate), MediaSenderConfiguration.highestBitrate)
        packetizer = CodecPacketizer(
            track.codec, maximumPayloadSize: track.maximumPayloadSize, pictureID: start.pictureID)
        timeline = CaptureTimeline(clockRate: track.codec.clockRate, start: start.timestamp)
        packets = SentPackets(start: start.index)
        identification = Self.extensionBlock(track.identification, rid: encoding.rid)
        needsKeyFrame = track.codec.kind == .video
        statistics.rid = encoding.rid
        statistics.ssrc = encoding.ssrc
    }

    /// The elements in the one-byte form, which holds 16 bytes each ([RFC 8285 section
    /// 4.2](https://www.rfc-editor.org/rfc/rfc8285#section-4.2)); a longer mid or rid is not sent, and SDP must do.
    private static func extensionBlock(
        _ identification: MediaSenderConfiguration.Identification, rid: String?
    ) -> [UInt8] {
        var elements: [UInt8] = []
        for (id, text) in [(identification.midID, identification.mid), (identification.ridID, rid)] {
            guard let id, let text, (1...14).contains(id), (1...16).contains(text.utf8.count) else { continue }
            elements.append(id << 4 | UInt8(truncatingIfNeeded: text.utf8.count - 1))
            elements += text.utf8
        }
        guard !elements.isEmpty else { return [] }
        while elements.count % 4 != 0 { elements.append(0) }
        let words = UInt8(truncatingIfNeeded: elements.count / 4)
        return [0xbe, 0xde, 0, words] + elements
    }

    /// Makes the packets of a frame.
    mutating func append(_ payloads: [[UInt8]], payloadType: UInt8, timestamp: UInt32, isSound: Bool, now: Instant) {
        let identification = isAcknowledged ? [] : identification
        let headerLength = RTPHeader.fixedLength + identification.count
        for (position, payload) in payloads.enumerated() {
            let marker = !isSound && position == payloads.count - 1
            let number = SequenceNumber(UInt16(truncatingIfNeeded: packets.end))
            let bytes = [UInt8](unsafeUninitializedCapacity: headerLength + payload.count) { buffer, count in
                let raw = UnsafeMutableRawBufferPointer(buffer)
                guard let start = raw.baseAddress else { return }
                RTPHeader.writeFixed(
                    to: start, marker: marker, payloadType: payloadType, sequenceNumber: number,
                    timestamp: timestamp, ssrc: ssrc)
                // X: an extension follows.
                if !identification.isEmpty { raw[0] |= 0x10 }
                identification.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: raw[RTPHeader.fixedLength...]).copyMemory(from: $0)
                }
                payload.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: raw[headerLength...]).copyMemory(from: $0)
                }
                count = headerLength + payload.count
            }
            packets.append(bytes, headerLength: headerLength, now: now)
        }
    }
}
