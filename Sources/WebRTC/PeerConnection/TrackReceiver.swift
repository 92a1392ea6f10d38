// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTP

/// One track of a ``ReceivingPeer``: its section, and what takes its packets apart, which is made anew when packets come in
/// another of the codecs that were agreed on.
///
/// A class, because what it holds cannot be copied and stands in an array; it never leaves its peer connection.
final class TrackReceiver {
    var track: NegotiatedTrack
    private let reporterSSRC: UInt32
    private var receiver: MediaReceiver
    /// By what packets have come so far.
    private var ssrc: UInt32?

    init(_ track: NegotiatedTrack, reporterSSRC: UInt32) {
        self.track = track
        self.reporterSSRC = reporterSSRC
        receiver = Self.makeReceiver(track, track.codecs[0], reporterSSRC)
    }

    private static func makeReceiver(
        _ track: NegotiatedTrack, _ codec: NegotiatedCodec, _ reporterSSRC: UInt32
    ) -> MediaReceiver {
        MediaReceiver(
            MediaReceiverConfiguration(
                codec: codec.codec, payloadType: codec.payloadType, reporterSSRC: reporterSSRC,
                acceptsNACK: track.feedback.contains(.nack), acceptsPLI: track.feedback.contains(.pli),
                acceptsREMB: track.feedback.contains(.remb)))
    }

    var mid: String { track.mid }

    func has(ssrc: UInt32) -> Bool { track.ssrcs.contains(ssrc) || self.ssrc == ssrc }

    func codec(of payloadType: UInt8) -> NegotiatedCodec? { track.codecs.first { $0.payloadType == payloadType } }

    func receive(_ header: RTPHeader, payload: UnsafeRawBufferPointer, now: Instant) {
        if receiver.configuration.payloadType != header.payloadType {
            guard let codec = codec(of: header.payloadType) else { return }
            receiver = Self.makeReceiver(track, codec, reporterSSRC)
        }
        ssrc = header.ssrc
        receiver.receive(header, payload: payload, now: now)
    }

    func receive(_ report: SenderReport, clock: inout PlayoutClock, now: Instant) {
        receiver.receive(report, clock: &clock, now: now)
    }

    func poll(_ clock: inout PlayoutClock, now: Instant) -> ReceivedFrame? { receiver.poll(&clock, now: now) }
    func pollControl(now: Instant) -> [RTCPMessage] { receiver.pollControl(now: now) }
    func needKeyFrame() { receiver.needKeyFrame() }
    var deadline: Instant? { receiver.deadline }
    var statistics: MediaReceiverStatistics { receiver.statistics }
}

extension RTPHeader {
    /// The text of a header extension; `nil` when the packet has none of that id.
    func extensionText(_ id: UInt8, in packet: UnsafeRawBufferPointer) -> String? {
        var elements = RTPHeaderExtensionIterator(self)
        while let element = elements.next(in: packet) {
            guard element.id == id, element.range.upperBound <= packet.count else { continue }
            return String(validating: packet[element.range], as: UTF8.self)
        }
        return nil
    }
}
