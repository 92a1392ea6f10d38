// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@testable import DTLS

@Suite("Which records reach OpenSSL", .rfc(6347, "4.1"), .attack(10))
struct RecordFilterTests {
    private func header(_ bytes: [UInt8]) throws(ParseError) -> RecordHeader {
        var reader = ByteReader(bytes.span.bytes)
        return try RecordHeader(parsing: &reader)
    }

    private func verdict(_ role: DTLSRole, _ phase: RecordFilter.Phase, _ record: [UInt8]) throws -> RecordVerdict {
        var reader = ByteReader(record.span.bytes)
        let header = try RecordHeader(parsing: &reader)
        var filter = RecordFilter(role: role)
        return filter.verdict(header, try reader.read(header.bodyLength), phase)
    }

    @Test func `a header's fields are read`() throws {
        let header = try header(Forged.record(type: 22, epoch: 1, sequenceNumber: 0x0102_0304_0506, [1, 2, 3]))
        #expect(header.type == .handshake)
        #expect(header.version == RecordHeader.dtls12)
        #expect(header.epoch == 1)
        #expect(header.sequenceNumber == 0x0102_0304_0506)
        #expect(header.bodyLength == 3)
    }

    @Test func `each impossible header has its own error`() {
        let whole = Forged.record(type: 22, [1])
        for length in 0..<13 {
            #expect(throws: ParseError.truncated) { try header(Array(whole[..<length])) }
        }
        for type in [0, 19, 24, 25, 26, 0x2c, 255] as [UInt8] {
            #expect(throws: ParseError.unknownContentType) { try header(Forged.record(type: type, [1])) }
        }
        for version in [0, 0x0303, 0xfefc, 0xfefe, 0xffff] as [UInt16] {
            #expect(throws: ParseError.unknownRecordVersion) {
                try header(Forged.record(type: 22, version: version, [1]))
            }
        }
        for length in [0, RecordHeader.maximumBodyLength + 1, 0xffff] {
            #expect(throws: ParseError.invalidRecordLength) { try header(Forged.record(type: 22, length: length, [1])) }
        }
    }

    @Test func `plaintext is for the handshake alone, and over with it`() throws {
        let hello = Forged.clientHello(cipherSuites: [0xc0, 0x2b])
        #expect(try verdict(.server, .plaintext, hello) == .accept)
        #expect(try verdict(.client, .plaintext, hello) == .drop)
        #expect(try verdict(.server, .connected, hello) == .drop)
        #expect(try verdict(.server, .plaintext, Forged.record(type: 20, [1])) == .accept)
        #expect(try verdict(.server, .connected, Forged.record(type: 20, [1])) == .drop)
        #expect(try verdict(.server, .plaintext, Forged.alert(40)) == .unauthenticatedAlert(40))
        #expect(try verdict(.server, .plaintext, Forged.alert(90, level: 1)) == .drop)
        #expect(try verdict(.server, .connected, Forged.alert(40)) == .drop)
        for phase in [RecordFilter.Phase.plaintext, .encrypted, .connected] {
            #expect(try verdict(.server, phase, Forged.record(type: 23, [1])) == .drop)
        }
    }

    @Test(.attack(7)) func `fragments agree with the first of their message or are told apart`() throws {
        var filter = RecordFilter(role: .server)
        func verdict(_ type: UInt8, _ length: Int, _ number: UInt16) throws -> RecordVerdict {
            let message = Forged.message(type: type, length: length, sequenceNumber: number, [1, 2, 3])
            let record = Forged.record(type: 22, message)
            return filter.verdict(try header(record), record.span.bytes.extracting(droppingFirst: 13), .plaintext)
        }
        #expect(try verdict(11, 300, 1) == .accept)
        #expect(try verdict(11, 300, 1) == .accept)
        #expect(try verdict(11, 301, 1) == .contradiction)
        #expect(try verdict(15, 300, 1) == .contradiction)
        #expect(try verdict(11, 3, 1) == .accept, "a whole message")
        #expect(try verdict(15, 3, 3) == .accept)
        #expect(try verdict(15, 200, 3) == .contradiction)
        #expect(try verdict(15, 200, RecordFilter.maximumMessages) == .drop)
        filter.forgetMessages()
        #expect(try verdict(15, 301, 1) == .accept)
    }

    @Test(arguments: [(21, 2...2), (22, 12...100), (23, 1...100)] as [(UInt8, ClosedRange<Int>)])
    func `a protected record is as long as its type and cipher make it`(type: UInt8, lengths: ClosedRange<Int>) throws {
        for length in 1...124 {
            let record = Forged.record(type: type, epoch: 1, [UInt8](repeating: 0, count: length))
            let expected: RecordVerdict = lengths.contains(length - 24) ? .accept : .drop
            #expect(try verdict(.server, .connected, record) == expected, "\(length) bytes")
        }
    }

    @Test func `what comes before its keys is told apart`() throws {
        let body = [UInt8](repeating: 0, count: 48)
        let finished = Forged.record(type: 22, epoch: 1, body)
        let data = Forged.record(type: 23, epoch: 1, body)
        #expect(try verdict(.client, .plaintext, finished) == .early)
        #expect(try verdict(.client, .encrypted, finished) == .accept)
        #expect(try verdict(.client, .plaintext, data) == .drop)
        #expect(try verdict(.client, .encrypted, data) == .early)
        #expect(try verdict(.client, .connected, data) == .accept)
        for epoch in [2, 3, 0xffff] as [UInt16] {
            #expect(try verdict(.client, .connected, Forged.record(type: 23, epoch: epoch, body)) == .drop)
        }
    }
}
