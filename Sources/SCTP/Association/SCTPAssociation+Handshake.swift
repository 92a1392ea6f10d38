// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// RFC 9260 section 5: four messages, both sides at once.
extension SCTPAssociation {
    /// What we say of ourselves in INIT and INIT ACK: the same in both, as section 5.2.1 wants of a collision.
    private var introduction: InitChunk {
        var chunk = InitChunk(
            initiateTag: localTag, window: UInt32(clamping: buffer.window),
            outboundStreams: UInt16(SCTPLimits.streams), inboundStreams: UInt16(SCTPLimits.streams),
            initialTSN: initialTSN)
        chunk.supportsForwardTSN = true
        chunk.supportsReconfiguration = true
        chunk.acceptsZeroChecksum = configuration.acceptsZeroChecksum
        return chunk
    }

    /// A packet of its own, behind those that wait. More than some answers to INIT do not wait: a peer asks again.
    mutating func enqueue(_ chunks: [[UInt8]], tag: UInt32) {
        guard packets.count < SCTPLimits.answers else {
            dropped += 1
            return
        }
        let length = PacketHeader.length + chunks.reduce(0) { $0 + $1.count }
        let header = PacketHeader(
            sourcePort: configuration.localPort, destinationPort: configuration.remotePort, verificationTag: tag)
        packets.append(
            [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
                var writer = PacketWriter(UnsafeMutableRawBufferPointer(bytes), header)
                for chunk in chunks { writer.write(chunk) }
                count = writer.finish(checksum: true)
            })
    }

    /// Whether chunks of so many bytes make one packet.
    private func fits(_ length: Int) -> Bool { PacketHeader.length + length <= configuration.maximumPacketLength }

    mutating func sendInit() {
        enqueue([introduction.chunk(.initiation)], tag: 0)
        initTransmissions += 1
        timers.handshake = now + timeout.current
    }

    mutating func sendCookieEcho() {
        guard let peer else { return }
        var chunks = [chunk(.cookieEcho, cookie)]
        if !peer.unrecognized.isEmpty {
            let report = chunk(.error, cause: .unrecognizedParameters, peer.unrecognized)
            if fits(chunks[0].count + report.count) { chunks.append(report) }
        }
        enqueue(chunks, tag: peer.initiateTag)
        timers.handshake = now + timeout.current
    }

    /// T1 has expired.
    mutating func handleHandshakeTimeout() {
        guard initTransmissions <= configuration.maximumInitRetransmissions else { return fail(.timedOut) }
        timeout.backOff()
        if phase == .cookieWait {
            sendInit()
        } else {
            initTransmissions += 1
            sendCookieEcho()
        }
    }

    /// Answers, and keeps nothing: all that is to be known comes back in the cookie.
    mutating func receiveInit(_ value: RawSpan) {
        guard let chunk = try? InitChunk(parsing: value) else {
            dropped += 1
            return
        }
        switch phase {
        case .idle, .cookieWait, .cookieEchoed, .established: break
        case .shutdownAckSent:
            // Section 9.2: our SHUTDOWN ACK was not heard.
            timers.shutdown = now
            return
        default: return
        }
        // A restart would come with another tag than the peer has; section 5.2.2 has the cookie settle it, so do we.
        if phase == .established, chunk.initiateTag != peer?.initiateTag {
            dropped += 1
            return
        }
        var answer = introduction
        answer.cookie = StateCookie(created: now, localTag: localTag, peer: chunk).sealed(key: cookieKey)
        var whole = answer.chunk(.initiationAck)
        answer.unrecognized = chunk.unrecognized
        let reporting = answer.chunk(.initiationAck)
        if fits(reporting.count) { whole = reporting }
        enqueue([whole], tag: chunk.initiateTag)
    }

    mutating func receiveInitAck(_ value: RawSpan) {
        guard phase == .cookieWait else { return }
        guard let chunk = try? InitChunk(parsing: value), !chunk.cookie.isEmpty, fits(chunk.cookie.count + 8) else {
            dropped += 1
            return
        }
        cookie = chunk.cookie
        adopt(chunk)
        phase = .cookieEchoed
        sendCookieEcho()
    }

    /// - Returns: whether the packet goes on.
    mutating func receiveCookieEcho(_ value: RawSpan) -> Bool {
        guard let cookie = StateCookie(opening: value, key: cookieKey), cookie.localTag == localTag else {
            dropped += 1
            return false
        }
        switch phase {
        case .idle, .cookieWait, .cookieEchoed:
            let age = now - cookie.created
            guard age <= configuration.cookieLifetime else {
                sendStaleCookie(cookie, age: age - configuration.cookieLifetime)
                return false
            }
            // Table 12, B and D: both have begun at once, and the cookie's tag is the peer's; or nothing has been lost.
            // A cookie that we have got for our INIT may be the peer's former self.
            if phase != .cookieEchoed || peer?.initiateTag != cookie.peer.initiateTag { adopt(cookie.peer) }
            answers.append(chunk(.cookieAck, []))
            establish()
            return true
        case .established, .shutdownPending, .shutdownSent, .shutdownReceived:
            // D: our COOKIE ACK was lost. With another tag it would be a restart.
            guard cookie.peer.initiateTag == peer?.initiateTag else {
                dropped += 1
                return false
            }
            answer(chunk(.cookieAck, []))
            return true
        case .shutdownAckSent, .closed, .failed: return false
        }
    }

    private mutating func sendStaleCookie(_ cookie: StateCookie, age: Duration) {
        var writer = ByteWriter()
        // «Measure of Staleness», in microseconds.
        writer.write(UInt32(clamping: age.wholeNanoseconds / 1000))
        enqueue([chunk(.error, cause: .staleCookie, writer.bytes)], tag: cookie.peer.initiateTag)
    }

    mutating func receiveCookieAck() {
        guard phase == .cookieEchoed else { return }
        establish()
    }

    /// Section 5.2.6: the cookie took too long; another one is asked for, at most as often as INIT is sent.
    mutating func receiveStaleCookie() {
        guard phase == .cookieEchoed else { return }
        guard initTransmissions <= configuration.maximumInitRetransmissions else { return fail(.timedOut) }
        phase = .cookieWait
        sendInit()
    }

    private mutating func adopt(_ chunk: InitChunk) {
        peer = chunk
        outboundStreams = min(SCTPLimits.streams, Int(chunk.inboundStreams))
        peerWindow = Int(chunk.window)
        reset.begin(initialTSN: initialTSN, peerTSN: chunk.initialTSN)
        buffer = ReceiveBuffer(
            firstTSN: chunk.initialTSN, capacity: configuration.receiveBuffer,
            maximumMessage: configuration.maximumIncomingMessage)
        advertisedWindow = buffer.window
    }

    private mutating func establish() {
        phase = .established
        timers.handshake = nil
        timeout.restart(configuration.initialTimeout)
        errors = 0
        cookie = []
        timers.heartbeat = now + configuration.heartbeatInterval
        report(.connected)
    }
}
