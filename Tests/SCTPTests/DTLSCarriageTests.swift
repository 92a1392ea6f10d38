// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import RTCBase
import RTCCrypto
import RTCTestKit
import SCTP
import Testing

/// A peer as WebRTC makes it: data channels over DTLS.
private final class Peer {
    var dtls: DTLSAssociation
    var channels: DataChannelTransport
    var events: [DataChannelEvent] = []
    private(set) var longest = 0

    init(_ role: DTLSRole, _ context: DTLSContext, mtu: Int, seed: UInt64) throws {
        dtls = try DTLSAssociation(
            role: role, context: context, remoteFingerprint: context.certificate.fingerprint, mtu: mtu)
        var configuration = SCTPConfiguration()
        configuration.maximumPacketLength = dtls.maximumDataLength
        var random = SeededRandom(seed: seed)
        channels = DataChannelTransport(
            role: role == .client ? .client : .server, configuration: configuration, using: &random)
    }

    func receive(_ datagram: [UInt8]) throws {
        datagram.withUnsafeBytes { dtls.receive($0, now: .zero) }
        while let event = dtls.pollEvent() {
            switch event {
            case .connected: channels.start(now: .zero)
            case .applicationData(let data): channels.receive(data.span.bytes, now: .zero)
            case .closed, .failed: break
            }
        }
    }

    /// The datagrams that are to be sent now.
    func drain() throws -> [[UInt8]] {
        while let event = channels.pollEvent() {
            if case .bufferedAmountLow = event { continue }
            events.append(event)
        }
        var datagrams: [[UInt8]] = []
        while let datagram = dtls.pollDatagram() { datagrams.append(datagram) }
        while dtls.state == .connected, let packet = channels.pollPacket() {
            try dtls.send(packet.span.bytes, now: .zero)
            while let datagram = dtls.pollDatagram() { datagrams.append(datagram) }
        }
        longest = max(longest, datagrams.map(\.count).max() ?? 0)
        return datagrams
    }
}

@Suite("SCTP over DTLS", .rfc(8261, "3"))
struct DTLSCarriageTests {
    @Test(arguments: [256, 576, 1200, 1203, 1500])
    func `one packet is one record of at most the path's length`(mtu: Int) throws {
        let context = try DTLSContext(certificate: Certificate(unixTime: 1_795_219_200))
        let client = try Peer(.client, context, mtu: mtu, seed: 1)
        let server = try Peer(.server, context, mtu: mtu, seed: 2)
        let id = try client.channels.open(DataChannelOptions(label: "file"), now: .zero)
        let bytes = message(1, length: 60_000)
        try client.channels.send(.binary(bytes), on: id, now: .zero)
        server.dtls.start(now: .zero)
        client.dtls.start(now: .zero)
        for _ in 0..<2000 where server.events.count < 3 {
            for datagram in try client.drain() { try server.receive(datagram) }
            for datagram in try server.drain() { try client.receive(datagram) }
        }
        #expect(
            server.events == [
                .connected, .opened(id, DataChannelOptions(label: "file")), .message(id, .binary(bytes)),
            ])
        #expect(mtu - 8..<mtu + 1 ~= client.longest, "a record fills the path")
    }
}
