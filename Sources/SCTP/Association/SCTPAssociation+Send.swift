// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Packets are written when the driver asks for them: what is sent again first, then what is new, as far as both windows go.
extension SCTPAssociation {
    /// The next packet to send, at most ``SCTPConfiguration/maximumPacketLength`` long: one record of DTLS.
    public mutating func pollPacket() -> [UInt8]? {
        if let packet = packets.popFirst() { return packet }
        guard let peer else { return nil }
        switch phase {
        case .established, .shutdownPending, .shutdownSent, .shutdownReceived, .shutdownAckSent: break
        case .idle, .cookieWait, .cookieEchoed, .closed, .failed: return nil
        }
        if queue.isCurrentExpired(now: now) { abandonCurrent() }
        guard !answers.isEmpty || isSackDue || isForwardTSNDue || maySendData else { return nil }
        let header = PacketHeader(
            sourcePort: configuration.localPort, destinationPort: configuration.remotePort,
            verificationTag: peer.initiateTag)
        let checksum = !(peer.acceptsZeroChecksum && configuration.acceptsZeroChecksum)
        let packet = [UInt8](unsafeUninitializedCapacity: configuration.maximumPacketLength) { bytes, count in
            var writer = PacketWriter(UnsafeMutableRawBufferPointer(bytes), header)
            write(to: &writer)
            count = writer.isEmpty ? 0 : writer.finish(checksum: checksum)
        }
        return packet.isEmpty ? nil : packet
    }

    private mutating func write(to writer: inout PacketWriter) {
        while let answer = answers.first, answer.count <= writer.remaining {
            writer.write(answer)
            _ = answers.popFirst()
        }
        // An answer that fits no packet would keep everything else waiting.
        if writer.isEmpty, !answers.isEmpty { _ = answers.popFirst() }
        let sendsData = maySendData
        if isSackDue || sendsData && packetsToAcknowledge > 0 { writeSack(to: &writer) }
        if isForwardTSNDue { writeForwardTSN(to: &writer) }
        if sendsData { writeData(to: &writer) }
    }

    // MARK: Data

    /// Whether there is something to send, and room for it in both windows.
    private var maySendData: Bool {
        switch phase {
        case .established, .shutdownPending, .shutdownReceived: break
        default: return false
        }
        if outstanding.lostCount > 0 {
            return mayRetransmitNow || mayRetransmit
        }
        return !queue.isEmpty && maySendNew(1)
    }

    private var mayRetransmit: Bool {
        !outstanding.hasInFlight || outstanding.bytesInFlight < congestion.bytes || conserved > 0
    }

    /// RFC 9260 section 6.1, rules A and B: one chunk may always be on its way, to see when a closed window opens.
    private func maySendNew(_ length: Int) -> Bool {
        guard !outstanding.isFull else { return false }
        guard outstanding.hasInFlight else { return true }
        return outstanding.bytesInFlight < congestion.bytes && outstanding.bytesInFlight + length <= peerWindow
    }

    private mutating func writeData(to writer: inout PacketWriter) {
        outstanding.beginPacket()
        let before = writer.count
        writeLost(to: &writer)
        if outstanding.lostCount == 0 { writeNew(to: &writer) }
        guard writer.count > before else { return }
        dataPackets += 1
        if timers.retransmission == nil { timers.retransmission = now + timeout.current }
    }

    private mutating func writeLost(to writer: inout PacketWriter) {
        let mayExceed = mayRetransmitNow
        while let number = outstanding.firstLost {
            guard mayExceed || mayRetransmit else { return }
            let lost = outstanding[number]
            guard let message = lost.message,
                DataChunk.headerLength + lost.length + padding(of: lost.length) <= writer.remaining
            else { return }
            mayRetransmitNow = false
            if outstanding.bytesInFlight >= congestion.bytes { conserved = max(0, conserved - lost.length) }
            outstanding.resent(number, now: now)
            retransmittedChunks += 1
            // Section 7.2.4, rule 4: the first of all is what the timer is for.
            if number == outstanding.first { timers.retransmission = now + timeout.current }
            write(
                message, lost.offset, lost.length, number: number, sequence: lost.sequence, flags: lost.flags,
                to: &writer)
        }
    }

    private mutating func writeNew(to writer: inout PacketWriter) {
        let full = Self.largestFragment(configuration)
        while !queue.isEmpty {
            var room = (writer.remaining - DataChunk.headerLength) & ~3
            if outstanding.hasInFlight { room = min(room, peerWindow - outstanding.bytesInFlight) }
            guard maySendNew(1), let fragment = queue.next(room: room, full: full, now: now) else { return }
            let number = outstanding.next
            outstanding.append(fragment, now: now)
            var flags = fragment.flags
            // RFC 7053: the last chunk for now need not wait for a second packet to be acknowledged.
            if queue.isEmpty { flags.insert(.immediate) }
            write(
                fragment.message, fragment.offset, fragment.length, number: number, sequence: fragment.sequence,
                flags: flags, to: &writer)
        }
    }

    private func write(
        _ message: SendQueue.Message, _ offset: Int, _ length: Int, number: UInt64, sequence: UInt16,
        flags: DataChunk.Flags, to writer: inout PacketWriter
    ) {
        writer.write(ChunkType.data.rawValue)
        writer.write(flags.rawValue)
        writer.write(UInt16(truncatingIfNeeded: DataChunk.headerLength + length))
        writer.write(TSN.low(number))
        writer.write(message.payload.stream)
        writer.write(sequence)
        writer.write(message.payload.payloadProtocol)
        message.payload.bytes.withUnsafeBytes {
            writer.write(UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + length)]))
        }
        writer.pad()
    }

    /// The message of which a part has been sent is out of time: the peer is told to go on without it.
    private mutating func abandonCurrent() {
        guard peer?.supportsForwardTSN == true else { return }
        if !outstanding.isEmpty { _ = outstanding.abandonMessage(of: outstanding.next - 1) }
        dropRest()
        if outstanding.advanceSkipEnd() { isForwardTSNDue = true }
    }

    mutating func dropRest() {
        if let rest = queue.dropCurrent() { outstanding.appendAbandoned(rest, now: now) }
    }

    // MARK: SACK and FORWARD TSN

    private mutating func writeSack(to writer: inout PacketWriter) {
        guard writer.remaining >= SackChunk.headerLength else { return }
        let room = (writer.remaining - SackChunk.headerLength) / 4
        let blocks = buffer.gapBlocks(limit: min(room, SCTPLimits.gapBlocks))
        let repeated = duplicates.prefix(room - blocks.count)
        advertisedWindow = buffer.window
        writer.write(ChunkType.sack.rawValue)
        writer.write(0 as UInt8)
        writer.write(UInt16(SackChunk.headerLength + 4 * (blocks.count + repeated.count)))
        writer.write(TSN.low(buffer.first &- 1))
        writer.write(UInt32(clamping: advertisedWindow))
        writer.write(UInt16(blocks.count))
        writer.write(UInt16(repeated.count))
        for block in blocks {
            writer.write(block.start)
            writer.write(block.end)
        }
        for number in repeated { writer.write(number) }
        duplicates.removeAll(keepingCapacity: true)
        isSackDue = false
        packetsToAcknowledge = 0
        timers.sack = nil
    }

    private mutating func writeForwardTSN(to writer: inout PacketWriter) {
        guard outstanding.needsForwardTSN else {
            isForwardTSNDue = false
            return
        }
        let room = (configuration.maximumPacketLength - PacketHeader.length - 8) / 4
        let (end, streams) = outstanding.skipped(limit: min(room, SCTPLimits.skippedStreams))
        let length = 8 + 4 * streams.count
        guard length <= writer.remaining else { return }
        writer.write(ChunkType.forwardTSN.rawValue)
        writer.write(0 as UInt8)
        writer.write(UInt16(length))
        writer.write(TSN.low(end &- 1))
        for (stream, sequence) in streams {
            writer.write(stream)
            writer.write(sequence)
        }
        isForwardTSNDue = false
        forwardTSNSentAt = now
        // RFC 3758 section 3.5, C5: it is sent again if it is lost.
        if timers.retransmission == nil { timers.retransmission = now + timeout.current }
    }
}
