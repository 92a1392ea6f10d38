// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
internal import STUN

/// A STUN and TURN server for tests, in virtual time, written from RFC 8489 and RFC 8656 and not from our client.
///
/// It refuses what the RFCs refuse, so that a client that forgets a permission, a refresh or the integrity is noticed.
public struct SimulatedTURNServer: Sendable {
    public struct Datagram: Sendable {
        public var bytes: [UInt8]
        public var source: TransportAddress
        public var destination: TransportAddress
    }

    public let address: TransportAddress
    public var realm = "example.org"
    public var username = "user"
    public var password = "secret"
    /// `false`: everybody gets an allocation.
    public var authenticates = true
    /// A nonce is stale after so long; `nil` for never.
    public var nonceLifetime: Duration?
    /// Seconds that every allocation gets.
    public var lifetime: UInt32 = 600
    /// The relay's address, and that of IPv6 if it has one.
    public var relayV4: IPAddress
    public var relayV6: IPAddress?
    /// Peers that get no permission (403).
    public var refusedPeers: Set<IPAddress> = []
    /// Every Allocate is answered with this error.
    public var allocateError: (code: UInt16, alternate: TransportAddress?)?
    /// It takes requests, and answers nothing.
    public var isSilent = false
    /// ChannelBind is answered with 403.
    public var refusesChannels = false
    /// What was asked, by method.
    public private(set) var requests: [UInt16: Int] = [:]
    public private(set) var sendIndications = 0
    public private(set) var channelMessages = 0
    private var allocations: [TransportAddress: Allocation] = [:]
    private var nextPort: UInt16 = 50000

    private struct Allocation {
        var id: TransactionID
        var relayed: [TransportAddress]
        var permissions: [IPAddress: Instant] = [:]
        var channels: [UInt16: (peer: TransportAddress, expiry: Instant)] = [:]
        var expiry: Instant
        var isStream: Bool
    }

    public init(_ address: TransportAddress, relayV4: IPAddress, relayV6: IPAddress? = nil) {
        self.address = address
        self.relayV4 = relayV4
        self.relayV6 = relayV6
    }

    public var allocationCount: Int { allocations.count }

    /// Whether datagrams to this address are the relay's.
    public func owns(_ address: TransportAddress) -> Bool {
        address.address == relayV4 || address.address == relayV6
    }

    /// Everything is forgotten, as by a restart of the server.
    public mutating func forget() { allocations = [:] }

    // MARK: - Peers

    public mutating func receiveAtRelay(
        _ bytes: [UInt8], from peer: TransportAddress, to relayed: TransportAddress, now: Instant
    ) -> [Datagram] {
        guard let (client, allocation) = allocations.first(where: { $0.value.relayed.contains(relayed) }),
            allocation.expiry > now, let permission = allocation.permissions[peer.address], permission > now
        else { return [] }
        return [Datagram(bytes: wrap(bytes, from: peer, allocation, now: now), source: address, destination: client)]
    }

    private func wrap(_ bytes: [UInt8], from peer: TransportAddress, _ allocation: Allocation, now: Instant) -> [UInt8]
    {
        if let channel = allocation.channels.first(where: { $0.value.peer == peer && $0.value.expiry > now }) {
            var message = [UInt8(channel.key >> 8), UInt8(channel.key & 255)]
            message += [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
            if allocation.isStream { while message.count % 4 != 0 { message.append(0) } }
            return message
        }
        var builder = STUNMessageBuilder(.indication, .data, id: TransactionID(high: 1, low: UInt64(bytes.count)))
        builder.add(.xorPeerAddress, peer)
        builder.add(.data, bytes)
        return builder.finish(fingerprint: false)
    }

    // MARK: - Clients

    /// - Parameter isStream: whether the client came over TCP; the bytes are then still one message.
    public mutating func receive(
        _ bytes: [UInt8], from client: TransportAddress, isStream: Bool = false, now: Instant
    ) -> [Datagram] {
        if let first = bytes.first, (0x40...0x4f).contains(first) {
            return relayChannel(bytes, from: client, now: now)
        }
        guard let message = try? STUNMessage(parsing: bytes.span.bytes) else { return [] }
        if message.messageClass == .indication {
            return message.method == .send ? relaySend(message, from: client, now: now) : []
        }
        guard message.messageClass == .request else { return [] }
        requests[message.method.rawValue, default: 0] += 1
        guard !isSilent else { return [] }
        return [
            Datagram(
                bytes: answer(message, client, isStream: isStream, now: now), source: address, destination: client)
        ]
    }

    private mutating func relayChannel(_ bytes: [UInt8], from client: TransportAddress, now: Instant) -> [Datagram] {
        guard bytes.count >= 4 else { return [] }
        let number = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        let length = Int(bytes[2]) << 8 | Int(bytes[3])
        guard let allocation = allocations[client], let channel = allocation.channels[number], channel.expiry > now,
            bytes.count >= 4 + length
        else { return [] }
        if allocation.isStream, bytes.count % 4 != 0 { return [] }
        channelMessages += 1
        return relay(Array(bytes[4..<4 + length]), allocation, to: channel.peer, now: now)
    }

    private mutating func relaySend(
        _ message: borrowing STUNMessage, from client: TransportAddress, now: Instant
    ) -> [Datagram] {
        guard let allocation = allocations[client], let peer = (try? message.xorPeerAddress) ?? nil,
            let data = message.value(of: .data)
        else { return [] }
        sendIndications += 1
        return relay(data.array, allocation, to: peer, now: now)
    }

    private func relay(
        _ bytes: [UInt8], _ allocation: Allocation, to peer: TransportAddress, now: Instant
    ) -> [Datagram] {
        guard allocation.expiry > now, let permission = allocation.permissions[peer.address], permission > now,
            let source = allocation.relayed.first(where: { $0.address.isIPv4 == peer.address.isIPv4 })
        else { return [] }
        return [Datagram(bytes: bytes, source: source, destination: peer)]
    }

    // MARK: - Requests

    private func nonce(_ now: Instant) -> String {
        guard let nonceLifetime else { return "nonce" }
        return "nonce-\(now.nanoseconds / nonceLifetime.wholeNanoseconds)"
    }

    private mutating func answer(
        _ message: borrowing STUNMessage, _ client: TransportAddress, isStream: Bool, now: Instant
    ) -> [UInt8] {
        let (id, method) = (message.transactionID, message.method)
        if method == .binding {
            var builder = STUNMessageBuilder(.success, .binding, id: id)
            builder.add(.xorMappedAddress, client)
            return builder.finish()
        }
        if method == .allocate, let error = allocateError {
            var builder = STUNMessageBuilder(.failure, method, id: id)
            builder.add(STUNErrorCode(error.code, "told so"))
            if let alternate = error.alternate { builder.add(.alternateServer, alternate, isXORed: false) }
            return builder.finish(integrityKey: message.hasIntegrity ? key : nil)
        }
        if authenticates {
            guard message.hasIntegrity else { return challenge(.unauthenticated, id, method, now: now) }
            guard (try? message.nonce) == nonce(now) else { return challenge(.staleNonce, id, method, now: now) }
            guard (try? message.username) == username, (try? message.realm) == realm, message.verifyIntegrity(key: key)
            else { return challenge(.unauthenticated, id, method, now: now) }
        }
        switch method {
        case .allocate: return allocate(message, client, isStream: isStream, now: now)
        case .refresh: return refresh(message, client, now: now)
        case .createPermission, .channelBind: return permit(message, client, now: now)
        default: return refuse(.badRequest, id, method)
        }
    }

    private var key: [UInt8] { LongTermCredentials(username: username, password: password).key(realm: realm) }
    private var signingKey: [UInt8]? { authenticates ? key : nil }

    private func challenge(
        _ error: STUNErrorCode, _ id: TransactionID, _ method: STUNMethod, now: Instant
    ) -> [UInt8] {
        var builder = STUNMessageBuilder(.failure, method, id: id)
        builder.add(error)
        builder.add(.realm, realm)
        builder.add(.nonce, nonce(now))
        return builder.finish(fingerprint: false)
    }

    private func refuse(_ error: STUNErrorCode, _ id: TransactionID, _ method: STUNMethod) -> [UInt8] {
        var builder = STUNMessageBuilder(.failure, method, id: id)
        builder.add(error)
        return builder.finish(integrityKey: signingKey)
    }

    private mutating func allocate(
        _ message: borrowing STUNMessage, _ client: TransportAddress, isStream: Bool, now: Instant
    ) -> [UInt8] {
        let id = message.transactionID
        guard message.value(of: .requestedTransport)?.array == [17, 0, 0, 0] else {
            return refuse(.unsupportedTransport, id, .allocate)
        }
        if let allocation = allocations[client], allocation.expiry > now {
            // RFC 8656 section 7.2: the same request again gets the same answer.
            guard allocation.id == id else { return refuse(.allocationMismatch, id, .allocate) }
            return allocated(allocation.relayed, id, client)
        }
        var relayed = [TransportAddress(relayV4, port: nextPort)]
        if message.value(of: .additionalAddressFamily)?.array == [2, 0, 0, 0], let relayV6 {
            relayed.append(TransportAddress(relayV6, port: nextPort))
        }
        nextPort += 2
        allocations[client] = Allocation(
            id: id, relayed: relayed, expiry: now + .seconds(Int(lifetime)), isStream: isStream)
        return allocated(relayed, id, client)
    }

    private func allocated(
        _ relayed: [TransportAddress], _ id: TransactionID, _ client: TransportAddress
    ) -> [UInt8] {
        var builder = STUNMessageBuilder(.success, .allocate, id: id)
        for address in relayed { builder.add(.xorRelayedAddress, address) }
        builder.add(.lifetime, lifetime)
        builder.add(.xorMappedAddress, client)
        return builder.finish(integrityKey: signingKey)
    }

    private mutating func refresh(
        _ message: borrowing STUNMessage, _ client: TransportAddress, now: Instant
    ) -> [UInt8] {
        let id = message.transactionID
        guard let allocation = allocations[client], allocation.expiry > now else {
            return refuse(.allocationMismatch, id, .refresh)
        }
        let wanted = ((try? message.lifetime) ?? nil) ?? lifetime
        let granted = wanted == 0 ? 0 : lifetime
        allocations[client]?.expiry = now + .seconds(Int(granted))
        if granted == 0 { allocations[client] = nil }
        var builder = STUNMessageBuilder(.success, .refresh, id: id)
        builder.add(.lifetime, granted)
        return builder.finish(integrityKey: signingKey)
    }

    private mutating func permit(
        _ message: borrowing STUNMessage, _ client: TransportAddress, now: Instant
    ) -> [UInt8] {
        let (id, method) = (message.transactionID, message.method)
        guard let allocation = allocations[client], allocation.expiry > now else {
            return refuse(.allocationMismatch, id, method)
        }
        guard let peer = (try? message.xorPeerAddress) ?? nil else { return refuse(.badRequest, id, method) }
        guard allocation.relayed.contains(where: { $0.address.isIPv4 == peer.address.isIPv4 }) else {
            return refuse(.peerAddressFamilyMismatch, id, method)
        }
        guard !refusedPeers.contains(peer.address), method == .createPermission || !refusesChannels else {
            return refuse(.forbidden, id, method)
        }
        if method == .channelBind {
            guard let number = (try? message.channelNumber) ?? nil, (0x4000...0x4fff).contains(number),
                allocation.channels.allSatisfy({ ($0.key == number) == ($0.value.peer == peer) })
            else { return refuse(.badRequest, id, method) }
            allocations[client]?.channels[number] = (peer, now + .seconds(600))
        }
        allocations[client]?.permissions[peer.address] = now + .seconds(300)
        return STUNMessageBuilder(.success, method, id: id).finish(integrityKey: signingKey)
    }
}
