// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import STUN

// What the client asks, and how often.
extension TURNClient {
    /// Forgets everything that belonged to one allocation or one server.
    mutating func reset() {
        challenge = nil
        parser = TURNStreamParser()
        pending = []
        permissions = []
        channels = []
        nextChannel = ChannelData.channels.lowerBound
        relayed = []
        expiry = nil
        refreshAt = nil
        keepaliveAt = nil
        transmits = []
    }

    mutating func fail(_ failure: TURNFailure) {
        reset()
        state = .failed(failure)
        events.append(.failed(failure))
    }

    mutating func transmit(_ bytes: [UInt8], now: Instant) {
        transmits.append(bytes)
        if isAllocated, !server.transport.isStream { keepaliveAt = now + Self.keepalive }
    }

    mutating func start(_ purpose: Request.Purpose, staleNonces: Int = 0, now: Instant) {
        let id = ids.next()
        let bytes = message(purpose, id: id)
        let transaction = STUNTransaction(id: id, timing: timing(purpose), now: now)
        pending.append(
            Request(
                purpose: purpose, bytes: bytes, isAuthenticated: challenge != nil, staleNonces: staleNonces,
                transaction: transaction))
        transmit(bytes, now: now)
    }

    private func timing(_ purpose: Request.Purpose) -> STUNTransaction.Timing {
        if purpose == .close { return Self.closingTiming }
        return server.transport.isStream ? Self.streamTiming : Self.datagramTiming
    }

    private func message(_ purpose: Request.Purpose, id: TransactionID) -> [UInt8] {
        var builder: STUNMessageBuilder
        switch purpose {
        case .allocate:
            builder = STUNMessageBuilder(.request, .allocate, id: id)
            // RFC 8656 section 18.8: the number of UDP in the first byte.
            builder.add(.requestedTransport, 17 << 24 as UInt32)
            // RFC 8656 section 18.11: 2 is IPv6; nothing else may be asked for so.
            if wantsIPv6 { builder.add(.additionalAddressFamily, 2 << 24 as UInt32) }
        case .refresh:
            builder = STUNMessageBuilder(.request, .refresh, id: id)
        case .close:
            builder = STUNMessageBuilder(.request, .refresh, id: id)
            builder.add(.lifetime, 0 as UInt32)
        case .permission(let address):
            builder = STUNMessageBuilder(.request, .createPermission, id: id)
            builder.add(.xorPeerAddress, TransportAddress(address, port: 0))
        case .channel(let number, let peer):
            builder = STUNMessageBuilder(.request, .channelBind, id: id)
            builder.add(.channelNumber, UInt32(number) << 16)
            builder.add(.xorPeerAddress, peer)
        }
        if let challenge, let credentials = server.credentials {
            builder.add(.username, credentials.username)
            builder.add(.realm, challenge.realm)
            builder.add(.nonce, challenge.nonce)
        }
        return builder.finish(integrityKey: challenge?.key)
    }

    mutating func retransmit(now: Instant) {
        var index = 0
        while index < pending.count {
            switch pending[index].transaction.handleTimeout(now: now) {
            case .none: index += 1
            case .transmit:
                // Over a stream there is one transmission, the closing one excepted, which changes nothing there.
                if !server.transport.isStream { transmit(pending[index].bytes, now: now) }
                index += 1
            case .fail:
                let request = pending.remove(at: index)
                // There is time for three: an allocation and a permission are renewed a minute before they end.
                if let end = expiry(of: request.purpose), now < end {
                    start(request.purpose, now: now)
                } else {
                    giveUp(request.purpose, .noAnswer, now: now)
                }
                // A failure of the whole has emptied the list.
                if case .failed = state { return }
            }
        }
    }

    /// When something ends that is to be renewed.
    private func expiry(of purpose: Request.Purpose) -> Instant? {
        switch purpose {
        case .refresh: expiry
        case .permission(let address): permissions.first { $0.address == address }?.expiry
        case .allocate, .close, .channel: nil
        }
    }

    /// A request was refused, or never answered.
    mutating func giveUp(_ purpose: Request.Purpose, _ failure: TURNFailure, now: Instant) {
        switch purpose {
        case .allocate, .refresh: fail(failure)
        case .close:
            reset()
            state = .closed
            events.append(.closed)
        case .permission(let address):
            permissions.removeAll { $0.address == address }
            channels.removeAll { $0.peer.address == address }
            events.append(.refused(address, failure))
        case .channel(let number, _):
            guard let index = channels.firstIndex(where: { $0.number == number }) else { return }
            // It stays in the table, so that it is not asked for again.
            channels[index].isBound = false
        }
    }
}
