// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import WebRTC

/// A ``DataPeer`` on a network that loses some of what DTLS protects.
struct LossyPeer: ~Copyable, PeerMachine {
    var peer: DataPeer
    /// Each datagram of this number is lost; 0 for none.
    var interval = 0
    private(set) var lost = 0
    private var count = 0

    init(_ peer: consuming DataPeer) { self.peer = peer }

    private mutating func isLost(_ firstByte: UInt8?) -> Bool {
        // RFC 7983 section 7: DTLS is what begins with 20 to 63.
        guard interval > 0, let firstByte, (20...63).contains(firstByte) else { return false }
        count += 1
        guard count % interval == 0 else { return false }
        lost += 1
        return true
    }

    mutating func receive(
        _ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, to local: IPAddress, now: Instant
    ) {
        guard !isLost(datagram.first) else { return }
        peer.receive(datagram, from: remote, to: local, now: now)
    }

    mutating func pollTransmit(now: Instant) -> ICETransmit? {
        while let transmit = peer.pollTransmit(now: now) {
            if !isLost(transmit.bytes.first) { return transmit }
        }
        return nil
    }

    mutating func gather(now: Instant) { peer.gather(now: now) }

    mutating func addLocal(_ address: TransportAddress, isTold: Bool, now: Instant) {
        peer.addLocal(address, isTold: isTold, now: now)
    }

    mutating func removeLocal(_ address: IPAddress, now: Instant) { peer.removeLocal(address, now: now) }

    mutating func receive(_ bytes: RawSpan, fromServer index: UInt8, now: Instant) {
        peer.receive(bytes, fromServer: index, now: now)
    }

    mutating func disconnect(server index: UInt8, now: Instant) { peer.disconnect(server: index, now: now) }

    mutating func allocate(server index: UInt8, now: Instant) { peer.allocate(server: index, now: now) }

    mutating func handleTimeout(now: Instant) { peer.handleTimeout(now: now) }

    var deadline: Instant? { peer.deadline }

    mutating func pollEvent() -> PeerEvent? { peer.pollEvent() }

    mutating func close(now: Instant) { peer.close(now: now) }
}
