// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import STUN

/// A client of one TURN server: an allocation, its permissions and its channels.
///
/// [RFC 8656](https://www.rfc-editor.org/rfc/rfc8656). A machine without input or output: after every call drain
/// ``pollEvent()``, then ``pollTransmit()`` (bytes for the server over ``server``'s transport: a datagram each over UDP,
/// pieces of the stream over TCP and TLS), then ``pollData()``; and call ``handleTimeout(now:)`` at ``deadline``.
///
///     var client = TURNClient(server, using: &random)
///     client.allocate(now: now)
///     …                                       // .allocated([relayed], mapped: …)
///     client.permit(peer.address, now: now)   // .permitted(peer.address)
///     client.send(bytes, to: peer, now: now)  // a Send indication
///     client.bindChannel(to: peer, now: now)  // from its answer on ChannelData: 4 bytes instead of 36
///
/// Where it departs from the RFC, and why:
/// - A transaction over UDP ends after 20 s instead of 39.5 s, and over a stream too: somebody waits for a call.
/// - MESSAGE-INTEGRITY is HMAC-SHA1 with the key of MD5; a server that offers PASSWORD-ALGORITHMS takes that too (RFC 8489
///   section 9.2.4). None that we know offers it.
/// - A refused Refresh is the end of the allocation, whatever the reason: whoever asks again gets a new one.
public struct TURNClient: Sendable {
    /// An allocation of the usual 10 minutes (RFC 8656 section 3.2) is refreshed one minute before it ends: three times the
    /// patience of a transaction.
    static let refreshMargin = Duration.seconds(60)
    /// However short a lifetime the server gives, it is refreshed no more often.
    static let minimumRefreshInterval = Duration.seconds(10)
    /// However long a lifetime the server gives.
    static let maximumLifetime: UInt32 = 3600
    /// RFC 8656 section 9: "The Permission Lifetime MUST be 300 seconds".
    static let permissionLifetime = Duration.seconds(300)
    static let permissionRefresh = Duration.seconds(240)
    /// RFC 8656 section 12: "Channel bindings last for 10 minutes".
    static let channelRefresh = Duration.seconds(480)
    /// Over UDP something is sent at least so often, so that NATs keep the way to the server open: Tr of RFC 8445 section 11.
    static let keepalive = Duration.seconds(15)
    static let datagramTiming = STUNTransaction.Timing(
        initial: .milliseconds(500), maximum: .seconds(4), transmissions: 7)
    static let streamTiming = STUNTransaction.Timing(initial: .seconds(20), maximum: .seconds(20), transmissions: 1)
    /// A goodbye is not waited for as long as what somebody needs.
    static let closingTiming = STUNTransaction.Timing(
        initial: .milliseconds(250), maximum: .seconds(1), transmissions: 4)

    public enum State: Hashable, Sendable {
        /// Nothing has been asked.
        case idle
        case allocating, allocated
        /// The allocation is being given back.
        case closing
        case closed
        case failed(TURNFailure)
    }

    /// Where everything goes: the server that was named first, or the one that it named instead.
    public internal(set) var server: TURNServer
    public internal(set) var state = State.idle
    /// What the peers see; empty without an allocation.
    public internal(set) var relayed: [TransportAddress] = []
    public internal(set) var dropped = TURNDropCounts()
    /// Whether an IPv6 address is asked for beside the IPv4 one (ADDITIONAL-ADDRESS-FAMILY, RFC 8656 section 7.1).
    public let wantsIPv6: Bool

    var ids: TransactionIDGenerator
    var challenge: Challenge?
    var parser = TURNStreamParser()
    var pending: [Request] = []
    var permissions: [Permission] = []
    var channels: [Channel] = []
    var nextChannel = ChannelData.channels.lowerBound
    /// When the allocation ends, unless it is renewed.
    var expiry: Instant?
    var refreshAt: Instant?
    var keepaliveAt: Instant?
    /// Servers that have been asked: none is asked twice (RFC 8489 section 10).
    var tried: [TransportAddress]
    var transmits: [[UInt8]] = []
    var events: [TURNEvent] = []
    var received: [TURNData] = []

    /// What the server wants to see proved.
    struct Challenge: Sendable {
        let realm: String
        var nonce: String
        let key: [UInt8]
    }

    struct Request: Sendable {
        enum Purpose: Sendable, Hashable {
            case allocate, refresh, close
            case permission(IPAddress)
            case channel(UInt16, TransportAddress)
        }

        let purpose: Purpose
        let bytes: [UInt8]
        let isAuthenticated: Bool
        /// How many nonces of this request were stale.
        let staleNonces: Int
        var transaction: STUNTransaction
    }

    struct Permission: Sendable {
        let address: IPAddress
        /// When it ends, unless it is renewed; `nil` before it was granted.
        var expiry: Instant?
        /// `nil` while it is being asked for.
        var refreshAt: Instant?

        var isGranted: Bool { expiry != nil }
    }

    struct Channel: Sendable {
        let number: UInt16
        let peer: TransportAddress
        var isBound = false
        /// `nil` while it is being asked for, and when the server refuses channels.
        var refreshAt: Instant?
    }

    /// - Parameters:
    ///   - wantsIPv6: whether an IPv6 address is wanted beside the IPv4 one. A server without IPv6 gives the other alone.
    ///   - random: for the key of the transaction ids; cryptographic outside tests.
    public init(_ server: TURNServer, wantsIPv6: Bool = true, using random: inout some RandomNumberGenerator) {
        self.init(server, wantsIPv6: wantsIPv6, ids: TransactionIDGenerator(using: &random))
    }

    /// - Parameter ids: a generator of its own: its key is drawn for it alone.
    public init(_ server: TURNServer, wantsIPv6: Bool = true, ids: TransactionIDGenerator) {
        self.server = server
        self.wantsIPv6 = wantsIPv6
        self.ids = ids
        tried = [server.address]
    }

    public var isAllocated: Bool { state == .allocated }

    /// Asks for an address; once, and again after a failure or when it was closed.
    public mutating func allocate(now: Instant) {
        switch state {
        case .allocating, .allocated: return
        case .idle, .closing, .closed, .failed: break
        }
        reset()
        state = .allocating
        start(.allocate, now: now)
    }

    /// Lets peers at an address reach us, and us them. Kept until it is forgotten; asked for again when it was refused.
    public mutating func permit(_ address: IPAddress, now: Instant) {
        guard isAllocated, relayed.contains(where: { $0.address.isIPv4 == address.isIPv4 }),
            permissions.count < TURNLimits.permissions, !permissions.contains(where: { $0.address == address })
        else { return }
        permissions.append(Permission(address: address))
        start(.permission(address), now: now)
    }

    /// Permissions are renewed for these addresses only from now on.
    public mutating func keepPermissions(_ isKept: (IPAddress) -> Bool) {
        permissions.removeAll { !isKept($0.address) }
        channels.removeAll { !isKept($0.peer.address) }
        pending.removeAll {
            switch $0.purpose {
            case .permission(let address): !isKept(address)
            case .channel(_, let peer): !isKept(peer.address)
            case .allocate, .refresh, .close: false
            }
        }
    }

    public func hasPermission(_ address: IPAddress) -> Bool {
        permissions.contains { $0.address == address && $0.isGranted }
    }

    /// Has data for a peer travel with 4 bytes more instead of 36, as soon as the server has agreed. Until then, and when it
    /// does not, Send indications go on.
    public mutating func bindChannel(to peer: TransportAddress, now: Instant) {
        guard isAllocated, hasPermission(peer.address), channels.count < TURNLimits.channels,
            !channels.contains(where: { $0.peer == peer }), ChannelData.channels.contains(nextChannel)
        else { return }
        // A number is used once: RFC 8656 section 12 forbids another peer for 5 minutes after the binding has expired.
        let number = nextChannel
        nextChannel += 1
        channels.append(Channel(number: number, peer: peer))
        start(.channel(number, peer), now: now)
    }

    /// What the server is to get so that a peer gets `payload`; `nil` without permission, and for a payload beyond
    /// ``TURNLimits/payloadLength``. To be sent as it is.
    public mutating func encapsulate(_ payload: [UInt8], to peer: TransportAddress) -> [UInt8]? {
        guard hasPermission(peer.address), payload.count <= TURNLimits.payloadLength else {
            dropped.unsent &+= 1
            return nil
        }
        if let channel = channels.first(where: { $0.peer == peer && $0.isBound }) {
            return ChannelData.message(channel.number, payload, isPadded: server.transport.isStream)
        }
        var builder = STUNMessageBuilder(.indication, .send, id: ids.next())
        builder.add(.xorPeerAddress, peer)
        builder.add(.data, payload)
        return builder.finish(fingerprint: false)
    }

    /// Has `payload` sent to a peer, if that is permitted.
    /// - Returns: whether it is.
    @discardableResult
    public mutating func send(_ payload: [UInt8], to peer: TransportAddress, now: Instant) -> Bool {
        guard let bytes = encapsulate(payload, to: peer) else { return false }
        transmit(bytes, now: now)
        return true
    }

    /// Gives the address back (a Refresh with the lifetime 0, RFC 8656 section 8). What is still polled should be sent;
    /// whoever cannot wait for ``TURNEvent/closed`` may go.
    public mutating func close(now: Instant) {
        guard isAllocated else {
            if state == .allocating || state == .idle { state = .closed }
            pending = []
            transmits = []
            return
        }
        pending = []
        permissions = []
        channels = []
        relayed = []
        refreshAt = nil
        keepaliveAt = nil
        state = .closing
        start(.close, now: now)
    }

    /// The transport is gone: the connection was closed, or the socket's network is no longer there.
    public mutating func disconnect() {
        switch state {
        case .allocating, .allocated: fail(.disconnected)
        case .closing:
            pending = []
            state = .closed
            events.append(.closed)
        case .idle, .closed, .failed: break
        }
    }

    /// When ``handleTimeout(now:)`` is due; `nil` when nothing is awaited.
    public var deadline: Instant? {
        var earliest = Instant.earliest(refreshAt, keepaliveAt)
        for request in pending { earliest = Instant.earliest(earliest, request.transaction.deadline) }
        for permission in permissions { earliest = Instant.earliest(earliest, permission.refreshAt) }
        for channel in channels { earliest = Instant.earliest(earliest, channel.refreshAt) }
        return earliest
    }

    /// Does what is due. Calling it too early or too often changes nothing.
    public mutating func handleTimeout(now: Instant) {
        retransmit(now: now)
        guard isAllocated else { return }
        if let due = refreshAt, due <= now {
            refreshAt = nil
            start(.refresh, now: now)
        }
        for index in permissions.indices {
            guard let due = permissions[index].refreshAt, due <= now else { continue }
            permissions[index].refreshAt = nil
            start(.permission(permissions[index].address), now: now)
        }
        for index in channels.indices {
            guard let due = channels[index].refreshAt, due <= now else { continue }
            channels[index].refreshAt = nil
            start(.channel(channels[index].number, channels[index].peer), now: now)
        }
        if let due = keepaliveAt, due <= now {
            // RFC 8445 section 11: an indication, to which nobody answers.
            transmit(STUNMessageBuilder(.indication, .binding, id: ids.next()).finish(), now: now)
        }
    }

    /// The next bytes for the server.
    public mutating func pollTransmit() -> [UInt8]? { transmits.isEmpty ? nil : transmits.removeFirst() }

    /// The next event.
    public mutating func pollEvent() -> TURNEvent? { events.isEmpty ? nil : events.removeFirst() }

    /// The next datagram of a peer.
    public mutating func pollData() -> TURNData? { received.isEmpty ? nil : received.removeFirst() }
}
