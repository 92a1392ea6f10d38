// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import RTCBase
import RTCCrypto
import RTCTestKit
import Testing

/// Certificates and contexts that tests share: making them is the most expensive part.
enum Peers {
    static let client = makeContext()
    static let server = makeContext()
    static let onlyCM = makeContext([.aes128CMHMACSHA1_80])
    static let onlyGCM = makeContext([.aeadAES128GCM])
    /// A certificate that no handshake uses.
    static let stranger = makeContext()

    private static func makeContext(
        _ profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMHMACSHA1_80]
    ) -> DTLSContext {
        do {
            return try DTLSContext(certificate: Certificate(unixTime: 1_795_219_200), profiles: profiles)
        } catch {
            fatalError("no context: \(error)")
        }
    }
}

/// One side of a test: an association and what it has reported so far.
final class Endpoint {
    var association: DTLSAssociation
    private(set) var keys: SRTPMasterKeys?
    private(set) var received: [[UInt8]] = []
    private(set) var failure: DTLSFailure?
    private(set) var isClosed = false
    /// Every datagram that it has sent.
    private(set) var sent: [[UInt8]] = []
    let mtu: Int

    init(
        _ role: DTLSRole, _ context: DTLSContext, expecting fingerprint: CertificateFingerprint, mtu: Int = 1200,
        isTimerTold: Bool? = nil
    ) throws {
        if let isTimerTold {
            association = try DTLSAssociation(
                role: role, context: context, remoteFingerprint: fingerprint, mtu: mtu, isTimerTold: isTimerTold)
        } else {
            association = try DTLSAssociation(role: role, context: context, remoteFingerprint: fingerprint, mtu: mtu)
        }
        self.mtu = mtu
    }

    var state: DTLSState { association.state }
    var deadline: Instant? { association.deadline }
    var droppedRecords: Int { association.droppedRecords }

    /// Takes what the last call left; returns the datagrams. Asserts what holds for all of them.
    func drain() -> [[UInt8]] {
        var datagrams: [[UInt8]] = []
        while let datagram = association.pollDatagram() {
            #expect(datagram.count <= mtu, "a datagram is longer than the MTU")
            #expect(20...23 ~= datagram[0], "not a DTLS record")
            datagrams.append(datagram)
        }
        while let event = association.pollEvent() {
            switch event {
            case .connected(let keys):
                #expect(self.keys == nil, "connected twice")
                self.keys = keys
            case .applicationData(let data): received.append(data)
            case .closed: isClosed = true
            case .failed(let failure):
                #expect(self.failure == nil, "failed twice")
                self.failure = failure
            }
        }
        sent += datagrams
        return datagrams
    }

    func receive(_ datagram: [UInt8], now: Instant = .zero) {
        datagram.withUnsafeBytes { association.receive($0, now: now) }
    }

    func send(_ data: [UInt8], now: Instant = .zero) throws(DTLSError) {
        try association.send(data.span.bytes, now: now)
    }
}

/// A client and a server over an emulated network, in virtual time.
final class DTLSPair {
    let client: Endpoint
    let server: Endpoint
    private(set) var now = Instant.zero
    private var toServer: NetworkEmulator<[UInt8]>
    private var toClient: NetworkEmulator<[UInt8]>

    init(
        client clientContext: DTLSContext = Peers.client, server serverContext: DTLSContext = Peers.server,
        clientExpects: CertificateFingerprint? = nil, serverExpects: CertificateFingerprint? = nil,
        mtu: Int = 1200, _ conditions: NetworkConditions = .perfect, seed: UInt64 = 0
    ) throws {
        client = try Endpoint(
            .client, clientContext, expecting: clientExpects ?? serverContext.certificate.fingerprint, mtu: mtu)
        server = try Endpoint(
            .server, serverContext, expecting: serverExpects ?? clientContext.certificate.fingerprint, mtu: mtu)
        toServer = NetworkEmulator(conditions, seed: seed &* 2)
        toClient = NetworkEmulator(conditions, seed: seed &* 2 &+ 1)
    }

    var isConnected: Bool { client.keys != nil && server.keys != nil }

    func start() {
        server.association.start(now: now)
        client.association.start(now: now)
        exchange()
    }

    /// Starts, and lets time pass until both sides are connected or failed.
    func connect() {
        start()
        run { $0.isConnected }
    }

    /// Lets time pass until `isDone`, or until nothing is left to wait for.
    func run(until isDone: (DTLSPair) -> Bool = { _ in false }) {
        exchange()
        while !isDone(self), let next = deadline {
            now = max(now, next)
            exchange()
            client.association.handleTimeout(now: now)
            server.association.handleTimeout(now: now)
            exchange()
        }
    }

    private var deadline: Instant? {
        .earliest(
            .earliest(toServer.deadline, toClient.deadline),
            .earliest(client.deadline, server.deadline))
    }

    /// Moves what has been sent into the network, and what has arrived out of it.
    func exchange() {
        while true {
            for datagram in client.drain() { toServer.send(datagram, size: datagram.count, now: now) }
            for datagram in server.drain() { toClient.send(datagram, size: datagram.count, now: now) }
            if let datagram = toServer.receive(now: now) {
                server.receive(datagram, now: now)
            } else if let datagram = toClient.receive(now: now) {
                client.receive(datagram, now: now)
            } else {
                return
            }
        }
    }
}

func equal(_ a: SRTPMasterKeys?, _ b: SRTPMasterKeys?) -> Bool {
    guard let a, let b else { return false }
    return a.profile == b.profile && a.clientKey == b.clientKey && a.clientSalt == b.clientSalt
        && a.serverKey == b.serverKey && a.serverSalt == b.serverSalt
}
