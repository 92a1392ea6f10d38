// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import RTCBase
import RTCCrypto
import RTCTestKit
import Testing

@Suite("What browsers send as DTLS clients", .attack(7))
struct BrowserHandshakeTests {
    static let fixtures = ["dtls-clienthandshake-chromium.bin", "dtls-clienthandshake-firefox.bin"]

    private func makeServer(_ context: DTLSContext = Peers.server) throws -> Endpoint {
        let server = try Endpoint(.server, context, expecting: Peers.client.certificate.fingerprint)
        server.association.start(now: .zero)
        return server
    }

    /// The two datagrams of a ClientHello with a post-quantum key share.
    private func clientHello(_ fixture: String) throws -> [[UInt8]] {
        let datagrams = Fixture.datagrams(fixture)
        try #require(datagrams.count > 2)
        return Array(datagrams.prefix(2))
    }

    @Test(.row("M-39"), arguments: fixtures)
    func `the ClientHello in two datagrams is answered by a ServerHello with DTLS 1-2`(fixture: String) throws {
        let server = try makeServer()
        let hello = try clientHello(fixture)
        server.receive(hello[0])
        #expect(server.drain().isEmpty)
        server.receive(hello[1])
        let first = try #require(server.drain().first)
        // handshake record, DTLS 1.2, epoch 0; server_hello; server_version; TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        #expect(Array(first[0..<5]) == [22, 0xfe, 0xfd, 0, 0])
        #expect(first[13] == 2)
        #expect(Array(first[25..<27]) == [0xfe, 0xfd])
        let sessionLength = Int(first[59])
        #expect(Array(first[(60 + sessionLength)..<(62 + sessionLength)]) == [0xc0, 0x2b])
        #expect(server.droppedRecords == 0)
    }

    @Test(.row("M-39"), arguments: fixtures)
    func `the browser's ClientHello gets the profile that we prefer among its own`(fixture: String) throws {
        for (context, profile) in [(Peers.server, 7), (Peers.onlyCM, 1)] as [(DTLSContext, UInt8)] {
            let server = try makeServer(context)
            for datagram in try clientHello(fixture) { server.receive(datagram) }
            let flight = server.drain().joined()
            // use_srtp (14), five bytes: one profile, no MKI. RFC 5764 section 4.1.1.
            let expected: [UInt8] = [0, 14, 0, 5, 0, 2, 0, profile, 0]
            #expect(Array(flight).firstRange(of: expected) != nil)
        }
    }

    @Test(arguments: fixtures)
    func `the order and number of its datagrams do not matter`(fixture: String) throws {
        let hello = try clientHello(fixture)
        for order in [[1, 0], [0, 0, 1], [1, 1, 0, 0], [0, 1, 0, 1]] {
            let server = try makeServer()
            for index in order { server.receive(hello[index]) }
            #expect(!server.drain().isEmpty, "order \(order)")
            #expect(server.state == .handshaking)
        }
    }

    @Test(arguments: fixtures)
    func `every truncation is survived, and the whole is answered afterwards`(fixture: String) throws {
        let hello = try clientHello(fixture)
        for (index, datagram) in hello.enumerated() {
            for length in 0..<datagram.count {
                let server = try makeServer()
                for (other, whole) in hello.enumerated() {
                    server.receive(other == index ? Array(whole[..<length]) : whole)
                }
                #expect(server.drain().isEmpty)
                #expect(server.state == .handshaking)
                for whole in hello { server.receive(whole) }
                // A record's number is taken once: where the cut left whole records they are known already.
                #expect(!server.drain().isEmpty, "cut at \(length) of datagram \(index)")
            }
        }
    }

    @Test(arguments: fixtures)
    func `no flipped bit ends the association before it has answered`(fixture: String) throws {
        let hello = try clientHello(fixture)
        var random = SeededRandom(seed: 2)
        for (index, datagram) in hello.enumerated() {
            for offset in datagram.indices {
                let server = try makeServer()
                for (other, var whole) in hello.enumerated() {
                    if other == index { whole[offset] ^= 1 << UInt8.random(in: 0...7, using: &random) }
                    server.receive(whole)
                }
                #expect(server.drain().count <= 2)
                #expect(
                    server.state == .handshaking,
                    "byte \(offset) of datagram \(index): \(String(describing: server.failure))")
            }
        }
    }

    @Test(arguments: fixtures)
    func `a recorded handshake that is replayed whole yields no keys`(fixture: String) throws {
        let server = try makeServer()
        for datagram in Fixture.datagrams(fixture) { server.receive(datagram) }
        #expect(!server.drain().isEmpty)
        #expect(server.keys == nil)
        #expect(server.state != .connected)
    }

    @Test(arguments: fixtures, 0..<8 as Range<UInt8>)
    func `the fuzzer's entry holds for truncations and mutations`(fixture: String, choice: UInt8) {
        let recording = [choice] + Fixture.bytes(fixture)
        var random = SeededRandom(seed: UInt64(choice))
        for _ in 0..<25 {
            var bytes = Array(recording[..<Int.random(in: 1...recording.count, using: &random)])
            for _ in 0..<Int.random(in: 0...8, using: &random) where bytes.count > 1 {
                bytes[.random(in: 1..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.withUnsafeBytes { DTLSFuzzing.run($0) }
        }
    }
}
