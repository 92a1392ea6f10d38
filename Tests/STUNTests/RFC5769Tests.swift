// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import STUN
import Testing

@Suite("STUN against the vectors of RFC 5769", .rfc(5769, "2"))
struct RFC5769Tests {
    let id = TransactionID(high: 0xb7e7_a701, low: 0xbc34_d686_fa87_dfae)

    @Test func `reads and verifies the sample request`() throws {
        let bytes = Vector.request
        let message = try STUNMessage(parsing: bytes.span.bytes)
        let (type, method, id) = (message.messageClass, message.method, message.transactionID)
        #expect(type == .request && method == .binding && id == self.id)
        let (software, priority) = (try message.software, try message.priority)
        #expect(software == "STUN test client")
        #expect(priority == 0x6e00_01ff)
        let (controlled, controlling) = (try message.iceControlled, try message.iceControlling)
        #expect(controlled == 0x932f_f9b1_5126_3b36)
        #expect(controlling == nil)
        let username = try message.username
        #expect(username == "evtj:h6vY")
        let (integrity, fingerprint) = (message.verifyIntegrity(key: Vector.password), message.hasValidFingerprint)
        #expect(integrity)
        #expect(fingerprint)
        #expect(localUfrag(Vector.request) == "evtj")
    }

    @Test func `reads and verifies the IPv4 response, and writes the same attributes`() throws {
        let bytes = Vector.responseV4
        let message = try STUNMessage(parsing: bytes.span.bytes)
        let (type, address) = (message.messageClass, try message.xorMappedAddress)
        #expect(type == .success)
        #expect(address == TransportAddress(IPAddress("192.0.2.1")!, port: 32853))
        let (integrity, fingerprint) = (message.verifyIntegrity(key: Vector.password), message.hasValidFingerprint)
        #expect(integrity && fingerprint)

        var builder = STUNMessageBuilder(.success, id: id)
        builder.add(.software, "test vector")
        builder.add(.xorMappedAddress, TransportAddress(IPAddress("192.0.2.1")!, port: 32853))
        // The one difference is the vector's 0x20 as padding, which MESSAGE-INTEGRITY covers.
        #expect(builder.finish().prefix(35).dropFirst(4) == Vector.responseV4.prefix(35).dropFirst(4))
    }

    @Test func `reads and verifies the IPv6 response, and writes the same address`() throws {
        let bytes = Vector.responseV6
        let message = try STUNMessage(parsing: bytes.span.bytes)
        let expected = TransportAddress(IPAddress("2001:db8:1234:5678:11:2233:4455:6677")!, port: 32853)
        let address = try message.xorMappedAddress
        #expect(address == expected)
        let (integrity, fingerprint) = (message.verifyIntegrity(key: Vector.password), message.hasValidFingerprint)
        #expect(integrity && fingerprint)

        var builder = STUNMessageBuilder(.success, id: id)
        builder.add(.xorMappedAddress, expected)
        #expect(Array(builder.finish()[20..<44]) == Array(Vector.responseV6[36..<60]))
    }

    @Test func `verifies long-term credentials, and writes the request byte for byte`() throws {
        let bytes = Vector.longTermRequest
        let message = try STUNMessage(parsing: bytes.span.bytes)
        let (username, nonce, realm) = (try message.username, try message.nonce, try message.realm)
        #expect(username == "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}")
        #expect(nonce == "f//499k954d6OL34oL9FSTvy64sA")
        #expect(realm == "example.org")
        let (integrity, fingerprint) = (message.verifyIntegrity(key: Vector.longTermKey), message.hasFingerprint)
        #expect(integrity)
        #expect(!fingerprint)

        var builder = STUNMessageBuilder(
            .request, id: TransactionID(high: 0x78ad_3433, low: 0xc6ad_72c0_29da_412e))
        builder.add(.username, username ?? "")
        builder.add(.nonce, nonce ?? "")
        builder.add(.realm, realm ?? "")
        #expect(builder.finish(integrityKey: Vector.longTermKey, fingerprint: false) == Vector.longTermRequest)
    }

    @Test func `another password does not verify`() throws {
        for vector in Vector.all {
            let message = try STUNMessage(parsing: vector.span.bytes)
            let verified = message.verifyIntegrity(key: Array("VOkJxbRl1RmTxUk/WvJxBT".utf8))
            #expect(!verified)
        }
    }
}
