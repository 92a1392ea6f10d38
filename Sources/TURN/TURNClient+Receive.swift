// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
internal import STUN

// What the server says.
extension TURNClient {
    /// Bytes from the server: a datagram over UDP, any piece of the stream over TCP and TLS.
    public mutating func receive(_ bytes: RawSpan, now: Instant) {
        guard server.transport.isStream else {
            receiveMessage(bytes, now: now)
            return
        }
        switch state {
        case .allocating, .allocated, .closing: break
        case .idle, .closed, .failed: return
        }
        parser.append(bytes)
        do throws(ParseError) {
            // A message may end this connection: what follows it in the piece is then nobody's.
            while let message = try parser.next() { receiveMessage(message.span.bytes, now: now) }
            // Text of another protocol may look like ChannelData, which nobody sends before there is an allocation.
            if state == .allocating, parser.skipped > 0 || dropped.unpermitted > 0 { throw .notTURN }
        } catch {
            dropped.malformed &+= 1
            switch state {
            case .allocating, .allocated: fail(.notTURN)
            default: disconnect()
            }
        }
    }

    private mutating func receiveMessage(_ bytes: RawSpan, now: Instant) {
        if ChannelData.isChannelData(bytes) {
            guard let message = try? ChannelData(parsing: bytes) else {
                dropped.malformed &+= 1
                return
            }
            guard let channel = channels.first(where: { $0.number == message.channel }) else {
                dropped.unpermitted &+= 1
                return
            }
            deliver(message.payload, from: channel.peer)
            return
        }
        guard let message = try? STUNMessage(parsing: bytes) else {
            dropped.malformed &+= 1
            return
        }
        switch message.messageClass {
        case .success, .failure: receiveResponse(message, now: now)
        case .indication: receiveIndication(message)
        case .request: dropped.other &+= 1
        }
    }

    private mutating func receiveIndication(_ message: borrowing STUNMessage) {
        guard message.method == .data, message.unknownRequiredAttributes(understanding: .understoodInTURN).isEmpty
        else {
            dropped.other &+= 1
            return
        }
        guard let peer = (try? message.xorPeerAddress) ?? nil, let data = message.value(of: .data) else {
            // An ICMP indication has no DATA (RFC 8656 section 11.5).
            dropped.other &+= 1
            return
        }
        deliver(data, from: peer)
    }

    /// RFC 8656 section 11.4: the client checks "that the XOR-PEER-ADDRESS attribute value contains an IP address with
    /// which the client believes there is an active permission".
    private mutating func deliver(_ payload: RawSpan, from peer: TransportAddress) {
        guard isAllocated, hasPermission(peer.address) else {
            dropped.unpermitted &+= 1
            return
        }
        guard payload.byteCount <= TURNLimits.payloadLength else {
            dropped.other &+= 1
            return
        }
        received.append(TURNData(peer: peer, bytes: payload.array))
    }

    // MARK: - Responses

    private mutating func receiveResponse(_ message: borrowing STUNMessage, now: Instant) {
        guard let index = pending.firstIndex(where: { $0.transaction.id == message.transactionID }),
            !message.hasFingerprint || message.hasValidFingerprint
        else {
            dropped.unexpectedResponse &+= 1
            return
        }
        let request = pending[index]
        let isVerified = challenge.map { message.verifyIntegrity(key: $0.key) } ?? false
        guard message.messageClass == .failure else {
            // RFC 8489 section 9.2.5: a response without the right integrity is discarded as if it had never come.
            guard isVerified || !request.isAuthenticated,
                message.unknownRequiredAttributes(understanding: .understoodInTURN).isEmpty
            else {
                dropped.unexpectedResponse &+= 1
                return
            }
            pending.remove(at: index)
            succeed(request.purpose, message, now: now)
            return
        }
        guard let error = (try? message.errorCode) ?? nil else {
            dropped.malformed &+= 1
            return
        }
        // A server signs no error by which it says that it does not know the client (yet); it does sign the others.
        let isUnsigned = [STUNErrorCode.badRequest, .unauthenticated, .staleNonce].contains { $0.code == error.code }
        guard isVerified || isUnsigned || !request.isAuthenticated else {
            dropped.unexpectedResponse &+= 1
            return
        }
        pending.remove(at: index)
        switch error.code {
        case STUNErrorCode.tryAlternate.code where request.purpose == .allocate: follow(message, now: now)
        case STUNErrorCode.unauthenticated.code where !request.isAuthenticated: authenticate(request, message, now: now)
        case STUNErrorCode.staleNonce.code where request.isAuthenticated: renew(request, message, now: now)
        case STUNErrorCode.allocationMismatch.code where request.purpose != .close:
            // Whatever was asked: the server has no allocation for us.
            fail(TURNFailure(error))
        default: giveUp(request.purpose, TURNFailure(error), now: now)
        }
    }

    /// RFC 8489 section 9.2.5: a 401 to a request without credentials says for what they are wanted.
    private mutating func authenticate(_ request: Request, _ message: borrowing STUNMessage, now: Instant) {
        guard let credentials = server.credentials else {
            giveUp(request.purpose, .noCredentials, now: now)
            return
        }
        guard let realm = (try? message.realm) ?? nil, let nonce = (try? message.nonce) ?? nil,
            isUsable(realm: realm, nonce: nonce)
        else {
            giveUp(request.purpose, .unusableChallenge, now: now)
            return
        }
        challenge = Challenge(realm: realm, nonce: nonce, key: credentials.key(realm: realm))
        start(request.purpose, now: now)
    }

    private mutating func renew(_ request: Request, _ message: borrowing STUNMessage, now: Instant) {
        guard request.staleNonces < TURNLimits.staleNonces else {
            giveUp(request.purpose, .endlessNonces, now: now)
            return
        }
        guard let current = challenge, let nonce = (try? message.nonce) ?? nil,
            isUsable(realm: current.realm, nonce: nonce)
        else {
            giveUp(request.purpose, .unusableChallenge, now: now)
            return
        }
        challenge?.nonce = nonce
        start(request.purpose, staleNonces: request.staleNonces + 1, now: now)
    }

    private func isUsable(realm: String, nonce: String) -> Bool {
        let username = server.credentials?.username.utf8.count ?? 0
        return username + realm.utf8.count + nonce.utf8.count <= TURNLimits.challengeLength
    }

    /// RFC 8489 section 10, and what it leaves open: not more than a few, none twice, of the same family, and none within
    /// this host or link that the first server is not within itself: whoever runs a server does not get to send a client
    /// anywhere.
    private mutating func follow(_ message: borrowing STUNMessage, now: Instant) {
        guard let alternate = (try? message.alternateServer) ?? nil, tried.count <= TURNLimits.alternates,
            !tried.contains(alternate), alternate.port != 0, !alternate.address.isUnspecified,
            !alternate.address.isMulticast, alternate.address.isIPv4 == server.address.address.isIPv4,
            !alternate.address.isLoopback || server.address.address.isLoopback,
            !alternate.address.isLinkLocal || server.address.address.isLinkLocal
        else {
            fail(.uselessAlternate)
            return
        }
        tried.append(alternate)
        reset()
        server.address = alternate
        events.append(.moved(alternate))
        start(.allocate, now: now)
    }

    // MARK: - What the server grants

    private mutating func succeed(_ purpose: Request.Purpose, _ message: borrowing STUNMessage, now: Instant) {
        switch purpose {
        case .allocate: allocated(message, now: now)
        case .refresh: scheduleRefresh(message, now: now)
        case .close: giveUp(.close, .noAnswer, now: now)
        case .permission(let address):
            guard let index = permissions.firstIndex(where: { $0.address == address }) else { return }
            let isNew = !permissions[index].isGranted
            permissions[index].expiry = now + Self.permissionLifetime
            permissions[index].refreshAt = now + Self.permissionRefresh
            guard isNew else { return }
            events.append(.permitted(address))
        case .channel(let number, _):
            guard let index = channels.firstIndex(where: { $0.number == number }) else { return }
            channels[index].isBound = true
            channels[index].refreshAt = now + Self.channelRefresh
        }
    }

    private mutating func allocated(_ message: borrowing STUNMessage, now: Instant) {
        let addresses = ((try? message.xorRelayedAddresses) ?? []).filter {
            $0.port != 0 && !$0.address.isUnspecified && !$0.address.isMulticast
        }
        // One of a family, as asked.
        let v4 = addresses.first { $0.address.isIPv4 }
        let v6 = addresses.first { !$0.address.isIPv4 }
        relayed = [v4, v6].compactMap { $0 }
        guard !relayed.isEmpty else {
            fail(.noRelayedAddress)
            return
        }
        state = .allocated
        scheduleRefresh(message, now: now)
        if !server.transport.isStream { keepaliveAt = now + Self.keepalive }
        events.append(.allocated(relayed, mapped: (try? message.xorMappedAddress) ?? nil))
    }

    private mutating func scheduleRefresh(_ message: borrowing STUNMessage, now: Instant) {
        // RFC 8656 section 3.2: without LIFETIME the default of 600 s.
        let lifetime = min(((try? message.lifetime) ?? nil) ?? 600, Self.maximumLifetime)
        let half = Duration.seconds(Int(lifetime)) / 2
        expiry = now + .seconds(Int(lifetime))
        refreshAt = now + max(Self.minimumRefreshInterval, half, .seconds(Int(lifetime)) - Self.refreshMargin)
    }
}

extension Set<STUNAttributeType> {
    fileprivate static var understoodInTURN: Set<STUNAttributeType> { STUNAttributeType.understoodInTURN }
}
