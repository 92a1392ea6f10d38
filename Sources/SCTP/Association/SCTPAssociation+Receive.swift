// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension SCTPAssociation {
    /// Takes one packet: what one record of DTLS held.
    public mutating func receive(_ packet: RawSpan, now: Instant) {
        self.now = now
        guard phase != .closed, phase != .failed else { return }
        var reader = ByteReader(packet)
        guard let header = try? PacketHeader(parsing: &reader), header.sourcePort == configuration.remotePort,
            header.destinationPort == configuration.localPort, isIntact(packet, header, reader.remaining)
        else {
            dropped += 1
            return
        }
        var chunks = ChunkReader(reader)
        let hadGaps = buffer.hasGaps
        var hasData = false
        var isFirst = true
        while !chunks.isEmpty {
            guard let chunk = try? chunks.next() else {
                dropped += 1
                break
            }
            guard isExpected(header.verificationTag, chunk, isFirst: isFirst, isLast: chunks.isEmpty) else {
                dropped += 1
                break
            }
            isFirst = false
            heardAt = now
            if chunk.type == .data {
                hasData = takesData
                guard receiveData(chunk.value, flags: chunk.flags) else { break }
            } else {
                guard receive(chunk) else { break }
            }
            if phase == .closed || phase == .failed { return }
        }
        if hasData { scheduleSack(hadGaps: hadGaps) }
        continueReset()
        continueShutdown()
    }

    /// RFC 9653 section 5.3: a packet without a checksum is as good as its DTLS record, unless it begins an association.
    private func isIntact(_ packet: RawSpan, _ header: PacketHeader, _ chunks: RawSpan) -> Bool {
        if header.checksum == 0, configuration.acceptsZeroChecksum, chunks.byteCount > 0,
            chunks.unsafeLoad(fromByteOffset: 0, as: UInt8.self) != ChunkType.initiation.rawValue
        {
            return true
        }
        return packet.withUnsafeBytes { CRC32c.checksum(ofPacket: $0) } == header.checksum
    }

    /// RFC 9260 section 8.5: the tag is ours, but for INIT, which comes alone, and for those that answer to nobody.
    private func isExpected(_ tag: UInt32, _ chunk: borrowing RawChunk, isFirst: Bool, isLast: Bool) -> Bool {
        switch chunk.type {
        case .initiation: tag == 0 && isFirst && isLast
        case .initiationAck: tag == localTag && isFirst && isLast
        case .abort, .shutdownComplete:
            chunk.flags & 1 == 0 ? tag == localTag : peer.map { tag == $0.initiateTag } ?? false
        default: tag == localTag
        }
    }

    /// - Returns: whether the rest of the packet counts.
    private mutating func receive(_ chunk: borrowing RawChunk) -> Bool {
        switch chunk.type {
        case .initiation: receiveInit(chunk.value)
        case .initiationAck: receiveInitAck(chunk.value)
        case .cookieEcho: return receiveCookieEcho(chunk.value)
        case .cookieAck: receiveCookieAck()
        case .abort:
            fail(.aborted(cause: firstCause(chunk.value)?.rawValue ?? 0))
            return false
        case .error: if firstCause(chunk.value) == .staleCookie { receiveStaleCookie() }
        default:
            // What follows needs an association.
            guard phase != .idle, phase != .cookieWait, phase != .cookieEchoed else { return true }
            return receiveEstablished(chunk)
        }
        return true
    }

    private mutating func receiveEstablished(_ chunk: borrowing RawChunk) -> Bool {
        switch chunk.type {
        case .sack: receiveSack(chunk.value)
        case .heartbeat: receiveHeartbeat(chunk.value)
        case .heartbeatAck: receiveHeartbeatAck(chunk.value)
        case .forwardTSN: receiveForwardTSN(chunk.value)
        case .reconfiguration: receiveReconfiguration(chunk.value)
        case .shutdown: receiveShutdown(chunk.value)
        case .shutdownAck: receiveShutdownAck()
        case .shutdownComplete: if phase == .shutdownAckSent { close() }
        default: return receiveUnknown(chunk)
        }
        return true
    }

    private func firstCause(_ value: RawSpan) -> ErrorCause? {
        var causes = ParameterReader(value)
        guard let cause = try? causes.next() else { return nil }
        return ErrorCause(rawValue: cause.type)
    }

    private mutating func receiveUnknown(_ unknown: borrowing RawChunk) -> Bool {
        dropped += 1
        if unknown.type.isReportedWhenUnknown {
            var whole = ByteWriter()
            whole.write(unknown.type.rawValue)
            whole.write(unknown.flags)
            whole.write(UInt16(truncatingIfNeeded: unknown.value.byteCount + 4))
            whole.write(unknown.value.extracting(first: min(unknown.value.byteCount, SCTPLimits.reportLength - 4)))
            answer(chunk(.error, cause: .unrecognizedChunk, whole.bytes))
        }
        return !unknown.type.stopsPacketWhenUnknown
    }

    /// Puts a chunk into the next packet, if not too many wait there.
    mutating func answer(_ chunk: [UInt8]) {
        guard answers.count < SCTPLimits.answers else {
            dropped += 1
            return
        }
        answers.append(chunk)
    }

    // MARK: Data

    /// RFC 9260 section 6: «Data reception … only in the ESTABLISHED, SHUTDOWN-PENDING, and SHUTDOWN-SENT states».
    private var takesData: Bool {
        switch phase {
        case .established, .shutdownPending, .shutdownSent: true
        default: false
        }
    }

    private mutating func receiveData(_ value: RawSpan, flags: UInt8) -> Bool {
        guard takesData else { return true }
        var reader = ByteReader(value)
        guard let header = try? DataChunk(parsing: &reader, flags: flags) else {
            dropped += 1
            return false
        }
        guard reader.count > 0 else {
            // Section 6.2: «… MUST send an ABORT with its error cause set to 'No User Data'».
            fail(.protocolViolation, cause: .noUserData)
            return false
        }
        if header.flags.contains(.immediate) { isSackDue = true }
        guard Int(header.stream) < SCTPLimits.streams else {
            var information = ByteWriter()
            information.write(header.stream)
            information.write(0 as UInt16)
            answer(chunk(.error, cause: .invalidStream, information.bytes))
            return take(buffer.discard(header.tsn), header.tsn)
        }
        return take(buffer.receive(header, reader.remaining), header.tsn)
    }

    /// - Returns: whether the association goes on.
    private mutating func take(_ outcome: ReceiveBuffer.Outcome, _ tsn: UInt32) -> Bool {
        switch outcome {
        case .accepted: break
        case .duplicate:
            isSackDue = true
            if duplicates.count < SCTPLimits.duplicates { duplicates.append(tsn) }
        case .dropped:
            isSackDue = true
            dropped += 1
        case .messageTooLong:
            fail(.messageTooLong, cause: .outOfResource)
            return false
        case .contradiction:
            fail(.protocolViolation, cause: .protocolViolation)
            return false
        }
        while let message = buffer.ready.popFirst() { events.append(.message(message)) }
        return true
    }

    /// Section 6.2: every second packet is acknowledged, and at once what shows that something is missing, or no longer.
    private mutating func scheduleSack(hadGaps: Bool) {
        packetsToAcknowledge += 1
        if packetsToAcknowledge >= 2 || hadGaps || buffer.hasGaps { isSackDue = true }
        if timers.sack == nil { timers.sack = now + configuration.sackDelay }
    }

    private mutating func receiveForwardTSN(_ value: RawSpan) {
        var reader = ByteReader(value)
        guard let last = try? reader.readUInt32() else {
            dropped += 1
            return
        }
        var skipped: [(stream: UInt16, sequence: UInt16)] = []
        while let stream = try? reader.readUInt16(), let sequence = try? reader.readUInt16() {
            skipped.append((stream, sequence))
        }
        isSackDue = true
        let outcome = buffer.skip(to: last, streams: skipped)
        if outcome != .duplicate { _ = take(outcome, last) }
    }

    // MARK: Heartbeats

    private mutating func receiveHeartbeat(_ value: RawSpan) {
        guard value.byteCount <= configuration.maximumPacketLength - PacketHeader.length - 8 else {
            dropped += 1
            return
        }
        answer(chunk(.heartbeatAck, value.array))
    }

    mutating func sendHeartbeat() {
        var writer = ByteWriter()
        writer.write(ParameterType.heartbeatInfo.rawValue)
        writer.write(20 as UInt16)
        writer.write(heartbeatNonce)
        writer.write(UInt64(bitPattern: now.nanoseconds))
        answer(chunk(.heartbeat, writer.bytes))
    }

    private mutating func receiveHeartbeatAck(_ value: RawSpan) {
        var parameters = ParameterReader(value)
        guard isHeartbeatUnanswered, let parameter = try? parameters.next(),
            parameter.type == ParameterType.heartbeatInfo.rawValue
        else { return }
        var reader = ByteReader(parameter.value)
        guard let nonce = try? reader.readUInt64(), nonce == heartbeatNonce, let sent = try? reader.readUInt64() else {
            dropped += 1
            return
        }
        isHeartbeatUnanswered = false
        timeout.measured(now - Instant(nanoseconds: Int64(bitPattern: sent)))
        // What is outstanding is counted by its own timer.
        if outstanding.isEmpty { errors = 0 }
        timers.heartbeat = now + configuration.heartbeatInterval
    }
}
