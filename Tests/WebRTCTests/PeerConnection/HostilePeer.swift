// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import RTCBase
import RTCCrypto
import RTCTestKit
import SRTP
import WebRTC

/// A peer that connects as it should, and then sends whatever it likes, protected as it should be.
struct HostilePeer: ~Copyable, TestedPeer {
    var transport: TransportSession
    let local: LocalTransport
    private var random: SeededRandom
    private var index: UInt64 = 1

    init(role: ICERole, seed: UInt64) throws {
        var random = SeededRandom(seed: seed &+ 5000)
        let certificate = TransportPair.certificates.server
        let credentials = ICECredentials.random(using: &random)
        local = LocalTransport(credentials: credentials, fingerprint: certificate.fingerprint, isICELite: false)
        let agent = ICEAgent(local: credentials, role: role, using: &random, now: .zero)
        transport = TransportSession(
            full: agent, context: try DTLSContext(certificate: certificate), carriesData: true)
        self.random = random
    }

    /// A packet of data, of media and of RTCP, each at random.
    ///
    /// - Returns: the two that are media.
    mutating func attack(payloadTypes: [UInt8], now: Instant) -> [[UInt8]] {
        var data = random.bytes(12 + Int(random.next() % 1000))
        // Port 5000 both ways and no checksum, which DTLS makes up for; an INIT has no tag.
        data.replaceSubrange(0..<4, with: [0x13, 0x88, 0x13, 0x88])
        data.replaceSubrange(8..<12, with: [0, 0, 0, 0])
        if random.next() % 2 == 0 {
            data.replaceSubrange(4..<8, with: [0, 0, 0, 0])
            if data.count >= 32 {
                data.replaceSubrange(
                    12..<16, with: [1, 0, UInt8((data.count - 12) >> 8), UInt8((data.count - 12) & 255)])
            }
        }
        transport.sendData(data.span.bytes, now: now)

        // Extensions and padding that may lie.
        index += 1 + (random.next() % 8 == 0 ? random.next() % 4000 : 0)
        let hasExtension = random.next() % 2 == 0
        let isPadded: UInt8 = random.next() % 4 == 0 ? 0x20 : 0
        let type = payloadTypes[Int(random.next() % UInt64(payloadTypes.count))] | (random.next() % 2 == 0 ? 0x80 : 0)
        let ssrc = UInt32(random.next() % 3)
        var rtp: [UInt8] = [0x80 | isPadded | (hasExtension ? 0x10 : 0), type]
        rtp += [UInt8(index >> 8 & 255), UInt8(index & 255)] + random.bytes(4) + [0, 0, 0, UInt8(ssrc)]
        if hasExtension { rtp += [0xbe, 0xde, 0, 1] + random.bytes(4) }
        let headerLength = rtp.count
        let payload = random.bytes(Int(random.next() % 1000))
        rtp += [UInt8](repeating: 0, count: 1200)
        var rtcp = random.bytes(8 + 4 * Int(random.next() % 100))
        rtcp[0] = 0x80 | rtcp[0] & 0x1f
        rtcp[1] = 200 + UInt8(random.next() % 8)
        if random.next() % 2 == 0 { (rtcp[2], rtcp[3]) = (0, UInt8(rtcp.count / 4 - 1)) }
        var media: [[UInt8]] = []
        let index = index
        let length = rtp.withUnsafeMutableBytes { output in
            payload.withUnsafeBytes {
                transport.protect(
                    headerLength: headerLength, payload: $0, ssrc: ssrc, index: index, into: output.baseAddress!,
                    capacity: output.count)
            }
        }
        if let length { media.append(Array(rtp[..<length])) }
        var output = [UInt8](repeating: 0, count: 1200)
        let controlLength = output.withUnsafeMutableBytes { output in
            rtcp.withUnsafeBytes { transport.protectRTCP($0, into: output.baseAddress!, capacity: output.count) }
        }
        if let controlLength { media.append(Array(output[..<controlLength])) }
        return media
    }

    var isConnected: Bool { transport.isConnected }
    var deadline: Instant? { transport.deadline }

    mutating func addRemote(candidate: String, now: Instant) {
        guard case .candidate(let candidate)? = try? ICECandidateLine(parsing: candidate) else { return }
        transport.addRemote(candidate, now: now)
    }
    mutating func pollOutput(now: Instant) -> [UInt8]? { transport.pollData() }
    mutating func gather(now: Instant) { transport.gather(now: now) }
    mutating func addLocal(_ address: TransportAddress, isTold: Bool, now: Instant) {
        transport.addLocal(.host(address), now: now)
    }
    mutating func removeLocal(_ address: IPAddress, now: Instant) { transport.removeLocal(address, now: now) }
    mutating func receive(
        _ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, to local: IPAddress, now: Instant
    ) {
        TransportPair.deliver(
            Array(datagram), to: &transport, from: remote, at: TransportAddress(local, port: 1), now: now)
    }
    mutating func receive(_ bytes: RawSpan, fromServer index: UInt8, now: Instant) {}
    mutating func disconnect(server index: UInt8, now: Instant) {}
    mutating func allocate(server index: UInt8, now: Instant) {}
    mutating func handleTimeout(now: Instant) { transport.handleTimeout(now: now) }
    mutating func pollTransmit(now: Instant) -> ICETransmit? { transport.pollTransmit() }
    mutating func pollEvent() -> PeerEvent? {
        while transport.pollEvent() != nil {}
        while let event = transport.pollGathered() {
            if case .candidate(let candidate) = event { return .candidate(candidate.attributeText) }
        }
        return nil
    }
    mutating func close(now: Instant) { transport.close(now: now) }
}
