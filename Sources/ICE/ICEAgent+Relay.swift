// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
internal import STUN
internal import TURN

// Paths that lead through TURN servers.
extension ICEAgent {
    struct Relay: Sendable {
        var client: TURNClient
        /// At most one of each family.
        var candidates: [ICECandidate] = []
    }

    /// Bytes from a TURN server: a datagram over UDP, any piece of the stream over TCP and TLS.
    /// - Parameter index: its place in ``Configuration/turnServers``; another one is ignored.
    public mutating func receive(_ bytes: RawSpan, fromServer index: UInt8, now: Instant) {
        guard Int(index) < relays.count else { return }
        relays[Int(index)].client.receive(bytes, now: now)
        drainRelay(Int(index), now: now)
    }

    /// The driver has lost its connection to a TURN server, or cannot reach it.
    public mutating func disconnect(server index: UInt8, now: Instant) {
        guard Int(index) < relays.count else { return }
        relays[Int(index)].client.disconnect()
        drainRelay(Int(index), now: now)
    }

    /// Asks a TURN server for an address: once more after ``ICEEvent/relayFailed(server:_:)``, over a new socket or connection
    /// of the driver's (RFC 8656 section 5: an allocation belongs to both ends' addresses). ``gather(now:)`` asks all.
    public mutating func allocate(server index: UInt8, now: Instant) {
        guard Int(index) < relays.count, gathering.isStarted, state != .closed else { return }
        gathering.isComplete = false
        relays[Int(index)].client.allocate(now: now)
        drainRelay(Int(index), now: now)
    }

    /// What is to be sent so that the peer gets `bytes` on a path: the same on a path of our own, wrapped as ChannelData or a
    /// Send indication on a relayed one.
    /// - Returns: `nil` when the relay may not or can no longer be used.
    public mutating func encapsulate(_ bytes: [UInt8], for path: ICEPath) -> ICETransmit? {
        guard let relay = path.relay else { return ICETransmit(bytes: bytes, path: path) }
        guard Int(relay) < relays.count,
            let wrapped = relays[Int(relay)].client.encapsulate(bytes, to: path.remote)
        else { return nil }
        return ICETransmit(bytes: wrapped, path: serverPath(Int(relay)))
    }

    var relayDeadline: Instant? {
        var earliest: Instant?
        for relay in relays { earliest = Instant.earliest(earliest, relay.client.deadline) }
        return earliest
    }

    mutating func handleRelayTimeout(now: Instant) {
        for index in relays.indices {
            guard let due = relays[index].client.deadline, due <= now else { continue }
            relays[index].client.handleTimeout(now: now)
            drainRelay(index, now: now)
        }
    }

    /// Has a message of the agent's own sent on a path.
    mutating func send(_ bytes: [UInt8], on path: ICEPath, now: Instant) {
        guard let relay = path.relay else {
            transmits.append(ICETransmit(bytes: bytes, path: path))
            return
        }
        let index = Int(relay)
        guard index < relays.count else { return }
        // Without the permission the server would drop it; the check is repeated as soon as it is there.
        permit(path.remote.address, through: relay, now: now)
        if relays[index].client.hasPermission(path.remote.address) {
            relays[index].client.send(bytes, to: path.remote, now: now)
        }
        drainRelayTransmits(index)
    }

    mutating func permit(_ address: IPAddress, through relay: UInt8, now: Instant) {
        guard Int(relay) < relays.count else { return }
        relays[Int(relay)].client.permit(address, now: now)
        drainRelayTransmits(Int(relay))
    }

    /// Data on the path in use is worth a channel.
    mutating func bindChannel(for path: ICEPath, now: Instant) {
        guard let relay = path.relay, Int(relay) < relays.count else { return }
        relays[Int(relay)].client.bindChannel(to: path.remote, now: now)
        drainRelayTransmits(Int(relay))
    }

    private func serverPath(_ index: Int) -> ICEPath {
        let server = relays[index].client.server.address
        return ICEPath(remote: server, local: server.address.isIPv4 ? .v4Any : .v6Any, relay: UInt8(index))
    }

    private mutating func drainRelayTransmits(_ index: Int) {
        while let bytes = relays[index].client.pollTransmit() {
            transmits.append(ICETransmit(bytes: bytes, path: serverPath(index)))
        }
    }

    mutating func drainRelay(_ index: Int, now: Instant) {
        while let event = relays[index].client.pollEvent() {
            switch event {
            case .allocated(let addresses, let mapped):
                add(addresses, mapped: mapped, of: index, now: now)
            case .permitted(let address): hasten(index, address, now: now)
            case .refused(let address, _): refuse(index, address)
            case .moved(let address): events.append(.relayMoved(server: UInt8(index), to: address))
            case .failed(let failure):
                relays[index].candidates = []
                removePairs(now: now) { $0.relay == UInt8(index) }
                if state != .closed { events.append(.relayFailed(server: UInt8(index), failure)) }
                completeIfDone()
            case .closed: break
            }
        }
        drainRelayTransmits(index)
        while let data = relays[index].client.pollData() { receive(data, through: index, now: now) }
    }

    private mutating func add(_ addresses: [TransportAddress], mapped: TransportAddress?, of index: Int, now: Instant) {
        let server = relays[index].client.server.address.address
        for address in addresses {
            // Earlier servers first, and what is relayed over UDP before what waits for lost bytes of a stream.
            let isStream = relays[index].client.server.transport.isStream
            let preference = UInt16(isStream ? 0x7fff : 0xffff) - UInt16(index)
            let candidate = ICECandidate(
                foundation: ICECandidate.foundation(
                    kind: .relay, transport: .udp, base: address.address, server: server),
                priority: ICECandidate.priority(kind: .relay, preference: preference), address: address, kind: .relay,
                relatedAddress: mapped)
            relays[index].candidates.append(candidate)
            if !isOver { events.append(.candidate(candidate)) }
            for remote in remoteCandidates { pair(candidate, relay: UInt8(index), remote, now: now) }
        }
        completeIfDone()
    }

    /// A permission is there: what was to be sent with it goes out now.
    private mutating func hasten(_ index: Int, _ address: IPAddress, now: Instant) {
        for pair in checks.indices where checks[pair].relay == UInt8(index) {
            guard checks[pair].remote.address.address == address, var check = checks[pair].check else { continue }
            check.hasten(now: now)
            checks[pair].state = .inProgress(check)
        }
    }

    private mutating func refuse(_ index: Int, _ address: IPAddress) {
        for pair in checks.indices where checks[pair].relay == UInt8(index) {
            if checks[pair].remote.address.address == address, !checks[pair].isSucceeded {
                checks[pair].state = .failed
            }
        }
    }

    private mutating func receive(_ data: TURNData, through index: Int, now: Instant) {
        let isV4 = data.peer.address.isIPv4
        guard let local = relays[index].candidates.first(where: { $0.address.address.isIPv4 == isV4 }) else { return }
        let path = ICEPath(remote: data.peer, local: local.address.address, relay: UInt8(index))
        if STUNMessage.isSTUN(data.bytes.span.bytes) {
            receive(data.bytes.span.bytes, on: path, now: now)
        } else if accepts(from: data.peer) {
            received.append(ICEReceived(bytes: data.bytes, path: path))
        }
    }
}
