// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import RTP

extension MediaReceiver {
    /// What is to be told to the sender now: requests for packets and key frames when they are due, and each second a
    /// receiver report and a REMB.
    ///
    /// The driver may put messages of several tracks into one compound packet (`RTCPCompoundBuilder`), with an SDES before
    /// the first if RTCP of reduced size (RFC 5506) was not negotiated.
    public mutating func pollControl(now: Instant) -> [RTCPMessage] {
        guard let source else { return [] }
        var messages: [RTCPMessage] = []
        if configuration.acceptsNACK {
            let requests = nacks.takeRequests(now: now)
            if !requests.isEmpty {
                counts.requestedPackets += requests.count
                messages.append(
                    .nack(
                        GenericNACK(
                            senderSSRC: configuration.reporterSSRC, mediaSSRC: source,
                            missing: requests.lazy.map { SequenceNumber(UInt16(truncatingIfNeeded: $0)) })))
            }
            if nacks.takeGivenUp() {
                hasGivenUp = true
                isFresh = true
            }
        }
        if configuration.acceptsPLI, keyFrames.takeRequest(now: now) {
            counts.keyFrameRequests += 1
            messages.append(
                .pictureLoss(
                    PictureLossIndication(senderSSRC: configuration.reporterSSRC, mediaSSRC: source)))
        }
        if let nextReport, nextReport <= now { report(of: source, into: &messages, now: now) }
        return messages
    }

    private mutating func report(of source: UInt32, into messages: inout [RTCPMessage], now: Instant) {
        nextReport = now + Self.reportInterval
        counts.bitrate = Int(truncatingIfNeeded: rate.bitrate(now: now))
        guard var block = reception.reportBlock(ssrc: source, now: now) else { return }
        // Our indices begin in the second cycle.
        block.highestSequenceNumber = block.highestSequenceNumber &- 65_536
        messages.append(
            .receiverReport(ReceiverReport(senderSSRC: configuration.reporterSSRC, blocks: [block])))
        guard configuration.acceptsREMB else { return }
        messages.append(
            .estimatedBitrate(
                ReceiverEstimatedMaximumBitrate(
                    senderSSRC: configuration.reporterSSRC, bitrate: configuration.maximumBitrate, ssrcs: [source])))
    }
}
