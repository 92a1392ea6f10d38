// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import STUN
import Testing

func parseError(_ bytes: [UInt8]) -> ParseError? {
    do {
        _ = try STUNMessage(parsing: bytes.span.bytes)
        return nil
    } catch {
        return error
    }
}

// `#expect` cannot hold a span: these two take arrays.
func isSTUN(_ bytes: [UInt8]) -> Bool { STUNMessage.isSTUN(bytes.span.bytes) }
func localUfrag(_ bytes: [UInt8]) -> String? { STUNMessage.localUfrag(of: bytes.span.bytes) }

@Suite("STUN messages", .rfc(8489, "5"))
struct STUNMessageTests {
    let id = TransactionID(high: 1, low: 2)

    /// A message of these attributes without integrity; lengths are computed.
    func message(_ attributes: String, type: UInt16 = 1) -> [UInt8] {
        let body = hex(attributes)
        var writer = ByteWriter()
        writer.write(type)
        writer.write(UInt16(body.count))
        writer.write(0x2112_a442 as UInt32)
        writer.write(1 as UInt32)
        writer.write(2 as UInt64)
        writer.write(body)
        return writer.bytes
    }

    @Test(arguments: [STUNClass.request, .indication, .success, .failure])
    func `class and method survive for every method`(messageClass: STUNClass) throws {
        for raw in UInt16(0)..<0x1000 {
            let bytes = STUNMessageBuilder(messageClass, STUNMethod(rawValue: raw), id: id).finish()
            let message = try STUNMessage(parsing: bytes.span.bytes)
            let (readClass, method) = (message.messageClass, message.method.rawValue)
            #expect(readClass == messageClass && method == raw)
        }
    }

    @Test func `the registered types have their numbers on the wire`() {
        let expected: [(STUNClass, STUNMethod, [UInt8])] = [
            (.request, .binding, [0x00, 0x01]), (.success, .binding, [0x01, 0x01]),
            (.failure, .binding, [0x01, 0x11]), (.indication, .binding, [0x00, 0x11]),
            (.request, .allocate, [0x00, 0x03]), (.indication, .data, [0x00, 0x17]),
            (.failure, .channelBind, [0x01, 0x19]),
        ]
        for (messageClass, method, bytes) in expected {
            #expect(Array(STUNMessageBuilder(messageClass, method, id: id).finish().prefix(2)) == bytes)
        }
    }

    @Test func `every attribute that ICE uses survives`() throws {
        var builder = STUNMessageBuilder(.failure, id: id)
        builder.add(.username, "abcd:efgh")
        builder.add(.priority, 42 as UInt32)
        builder.add(.iceControlling, UInt64.max)
        builder.add(.useCandidate)
        builder.add(STUNErrorCode.unknownAttribute)
        builder.add(unknown: [.init(rawValue: 0x7abc), .init(rawValue: 3), .init(rawValue: 0x1234)])
        builder.add(.mappedAddress, TransportAddress(.v6Loopback, port: 65535), isXORed: false)
        let bytes = builder.finish(integrityKey: [1, 2, 3])
        let message = try STUNMessage(parsing: bytes.span.bytes)
        let (username, priority) = (try message.username, try message.priority)
        #expect(username == "abcd:efgh" && priority == 42)
        let (controlling, nominated) = (try message.iceControlling, try message.useCandidate)
        #expect(controlling == .max && nominated)
        let (error, unknown) = (try message.errorCode, try message.unknownAttributes)
        #expect(error == .unknownAttribute)
        #expect(unknown?.map(\.rawValue) == [0x7abc, 3, 0x1234])
        let mapped = try message.mappedAddress
        #expect(mapped == TransportAddress(.v6Loopback, port: 65535))
        let (integrity, fingerprint) = (message.verifyIntegrity(key: [1, 2, 3]), message.hasValidFingerprint)
        #expect(integrity && fingerprint)
        #expect(bytes.count % 4 == 0)
    }

    @Test(.rfc(8489, "14.5")) func `attributes after MESSAGE-INTEGRITY are ignored, except FINGERPRINT`() throws {
        // What is appended is not covered by the integrity, whose length is adjusted to end with itself.
        var bytes = STUNMessageBuilder(.request, id: id).finish(integrityKey: [7], fingerprint: false)
        bytes += hex("0024 0004 00000001  7fff 0000")
        bytes[3] = UInt8(bytes.count - 20)
        let message = try STUNMessage(parsing: bytes.span.bytes)
        let (integrity, priority) = (message.verifyIntegrity(key: [7]), try message.priority)
        #expect(integrity)
        #expect(priority == nil)
        let unknown = message.unknownRequiredAttributes()
        #expect(unknown.isEmpty)
    }

    @Test(.rfc(8489, "14.6")) func `MESSAGE-INTEGRITY-SHA256 is recognised and proves nothing`() throws {
        let bytes = message("001c 0010 000102030405060708090a0b0c0d0e0f  0024 0004 00000001")
        let parsed = try STUNMessage(parsing: bytes.span.bytes)
        let (present, verified, priority) = (
            parsed.hasIntegritySHA256, parsed.verifyIntegrity(key: []), try parsed.priority
        )
        #expect(present && !verified)
        #expect(priority == nil)
        #expect(parseError(message("001c 000c 000102030405060708090a0b"))?.reason.contains("length") == true)
    }

    @Test(.rfc(8489, "6.3.1")) func `unknown comprehension-required attributes are listed once each`() throws {
        let bytes = message("7abc 0000  c057 0004 00000000  7abc 0000  000d 0001 ff000000  8023 0000")
        let parsed = try STUNMessage(parsing: bytes.span.bytes)
        let unknown = parsed.unknownRequiredAttributes().map(\.rawValue)
        #expect(unknown == [0x7abc, 0x000d])
    }

    @Test func `the first of several attributes of one type counts`() throws {
        let bytes = message("0024 0004 00000001  0024 0004 00000002")
        let parsed = try STUNMessage(parsing: bytes.span.bytes)
        let priority = try parsed.priority
        #expect(priority == 1)
    }

    @Test(.attack(1)) func `malformed messages are errors`() {
        let rows: [(String, [UInt8])] = [
            ("empty", []),
            ("a header cut short", Array(message("").prefix(19))),
            ("no magic cookie", hex("0001 0000 2112a443 000000000000000000000000")),
            ("the first two bits set", message("", type: 0x8001)),
            ("a length beyond the datagram", hex("0001 0004 2112a442 000000000000000000000000")),
            ("bytes beyond the length", hex("0001 0000 2112a442 000000000000000000000000 00000000")),
            ("a length that is not a multiple of four", hex("0001 0002 2112a442 000000000000000000000000 0000")),
            ("a length of 0xffff", hex("0001 ffff 2112a442 000000000000000000000000")),
            ("an attribute longer than the message", message("0006 0005 61626364")),
            ("an attribute of 0xffff bytes", message("0006 ffff 61626364")),
            ("a short MESSAGE-INTEGRITY", message("0008 0010 00000000000000000000000000000000")),
            ("an empty MESSAGE-INTEGRITY", message("0008 0000")),
            ("a short FINGERPRINT", message("8028 0002 00000000")),
            ("an attribute after FINGERPRINT", message("8028 0004 00000000 0024 0004 00000000")),
            ("more attributes than the limit", message(String(repeating: "8000 0000 ", count: 33))),
            ("a message longer than the limit", message(String(repeating: "00", count: 2032))),
        ]
        for (name, bytes) in rows {
            #expect(parseError(bytes) != nil, "\(name)")
        }
        #expect(parseError(message(String(repeating: "8000 0000 ", count: 32))) == nil)
        #expect(parseError(message("8000 07e8" + String(repeating: "00", count: 2024))) == nil)
    }

    @Test(.attack(1)) func `malformed attributes are errors when they are read`() throws {
        func fails(_ attributes: String, _ read: (borrowing STUNMessage) throws -> Void) throws -> Bool {
            let bytes = message(attributes)
            let parsed = try STUNMessage(parsing: bytes.span.bytes)
            do {
                try read(parsed)
                return false
            } catch {
                return true
            }
        }
        // The one that crashed others: ERROR-CODE too short for its number.
        for length in 0..<4 {
            let value = "0009 000\(length) " + (length == 0 ? "" : "00000404")
            #expect(try fails(value) { _ = try $0.errorCode })
        }
        #expect(try fails("0009 0004 00000200") { _ = try $0.errorCode })
        #expect(try fails("0009 0004 00000464") { _ = try $0.errorCode })
        #expect(try fails("0009 0006 00000414 fffe0000") { _ = try $0.errorCode })
        #expect(try !fails("0009 0004 00000414") { _ = try $0.errorCode })
        #expect(try fails("0024 0003 00000000") { _ = try $0.priority })
        #expect(try fails("0024 0000") { _ = try $0.priority })
        #expect(try fails("802a 0004 00000000") { _ = try $0.iceControlling })
        #expect(try fails("8029 0009 000000000000000000000000") { _ = try $0.iceControlled })
        #expect(try fails("0025 0001 00000000") { _ = try $0.useCandidate })
        #expect(try fails("000a 0003 00000000") { _ = try $0.unknownAttributes })
        #expect(try fails("0006 0002 fffe0000") { _ = try $0.username })
        for attribute in [
            "0020 0000", "0020 0003 00010000", "0020 0004 00010000", "0020 0008 0002000000000000",
            "0020 0008 0003000000000000", "0020 0014 0001" + String(repeating: "00", count: 18),
        ] {
            #expect(try fails(attribute) { _ = try $0.xorMappedAddress })
        }
        let long = "0006 0202" + String(repeating: "61", count: 514) + "0000"
        #expect(try fails(long) { _ = try $0.username })
    }

    @Test func `the receiver's fragment is found without parsing, and only in requests`() {
        func ufrag(_ username: String, _ messageClass: STUNClass = .request) -> String? {
            var builder = STUNMessageBuilder(messageClass, id: id)
            builder.add(.priority, 1 as UInt32)
            builder.add(.username, username)
            return localUfrag(builder.finish())
        }
        #expect(ufrag("abcd:efgh") == "abcd")
        #expect(ufrag(String(repeating: "x", count: 32) + ":y") == String(repeating: "x", count: 32))
        #expect(ufrag(String(repeating: "x", count: 33) + ":y") == nil)
        #expect(ufrag("abcd") == nil)
        #expect(ufrag(":abcd") == nil)
        #expect(ufrag("abcd:efgh", .success) == nil)
        #expect(ufrag("abcd:efgh", .indication) == nil)
        #expect(localUfrag(hex("0001")) == nil)
    }

    @Test func `STUN is told from DTLS and RTP by its first bytes`() {
        #expect(isSTUN(Vector.request))
        for fixture in ["dtls-clienthandshake-chromium.bin", "dtls-clienthandshake-firefox.bin"] {
            for datagram in Fixture.datagrams(fixture) {
                #expect(!isSTUN(datagram))
            }
        }
        #expect(!isSTUN(hex("8060 0001 2112a442 000000000000000000000000")))
    }

    @Test func `transaction ids are determined by the key, never repeat and differ between keys`() {
        var (a, b) = (SeededRandom(seed: 1), SeededRandom(seed: 1))
        var c = SeededRandom(seed: 2)
        var (first, second) = (TransactionIDGenerator(using: &a), TransactionIDGenerator(using: &b))
        var third = TransactionIDGenerator(using: &c)
        var seen: Set<TransactionID> = []
        for _ in 0..<500 {
            let id = first.next()
            #expect(id == second.next())
            seen.insert(id)
            seen.insert(third.next())
        }
        #expect(seen.count == 1000)
    }
}
