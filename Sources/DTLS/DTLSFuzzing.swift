// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import RTCCrypto

/// What the fuzzer calls: datagrams from an attacker to an association in any phase.
package enum DTLSFuzzing {
    /// The first byte chooses the victim's role and phase; the rest are datagrams, each preceded by its length as a
    /// 16-bit little-endian integer, as in the recorded fixtures.
    ///
    /// Before the handshake is complete nothing may trap or be longer than the MTU. Afterwards nothing may end the
    /// association or get in its way either: no input holds the keys.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let choice = bytes.first, let context = context(),
            var victim = association(choice & 1 == 0 ? .server : .client, context),
            var peer = association(choice & 1 == 0 ? .client : .server, context)
        else { return }
        victim.start(now: .zero)
        peer.start(now: .zero)
        switch choice >> 1 & 3 {
        case 0: break
        case 1: exchange(&victim, &peer, rounds: 1)
        default: exchange(&victim, &peer, rounds: 8)
        }
        let wasConnected = victim.state == .connected
        attack(&victim, UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
        if wasConnected {
            precondition(isAlive(&victim, &peer), "an attacker without keys has disturbed an association")
        } else {
            precondition(victim.state != .connected, "a handshake has completed without its peer")
        }
    }

    private static func attack(_ victim: inout DTLSAssociation, _ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        var now = Instant.zero
        while rest.count >= 2 {
            let length = min(Int(rest[0]) | Int(rest[1]) << 8, rest.count - 2)
            victim.receive(UnsafeRawBufferPointer(rebasing: rest.dropFirst(2).prefix(length)), now: now)
            drain(&victim)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(2 + length))
            guard let deadline = victim.deadline else { continue }
            now = max(now, deadline)
            victim.handleTimeout(now: now)
            drain(&victim)
        }
    }

    private static func drain(_ association: inout DTLSAssociation) {
        while let datagram = association.pollDatagram() {
            precondition(datagram.count <= 1200, "a datagram is longer than the MTU")
        }
        while association.pollEvent() != nil {}
    }

    private static func isAlive(_ victim: inout DTLSAssociation, _ peer: inout DTLSAssociation) -> Bool {
        let message: [UInt8] = [1, 2, 3]
        guard victim.state == .connected, (try? peer.send(message.span.bytes, now: .zero)) != nil,
            let datagram = peer.pollDatagram()
        else { return false }
        datagram.withUnsafeBytes { victim.receive($0, now: .zero) }
        guard case .applicationData(message) = victim.pollEvent() else { return false }
        return true
    }

    private static func exchange(_ a: inout DTLSAssociation, _ b: inout DTLSAssociation, rounds: Int) {
        for _ in 0..<rounds {
            while let datagram = a.pollDatagram() { datagram.withUnsafeBytes { b.receive($0, now: .zero) } }
            while let datagram = b.pollDatagram() { datagram.withUnsafeBytes { a.receive($0, now: .zero) } }
        }
        drain(&a)
        drain(&b)
    }

    private static func association(_ role: DTLSRole, _ context: DTLSContext) -> DTLSAssociation? {
        try? DTLSAssociation(role: role, context: context, remoteFingerprint: context.certificate.fingerprint)
    }

    private static func context() -> DTLSContext? {
        (try? Certificate(unixTime: 0)).flatMap { try? DTLSContext(certificate: $0) }
    }
}
