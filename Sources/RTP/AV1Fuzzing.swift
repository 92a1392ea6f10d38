// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What the fuzzer and the replay of its findings call.
package enum AV1Fuzzing {
    /// Feeds a packetizer and a depacketizer, parses a payload, checks that its elements lie inside it one behind the other, and that a number survives
    /// writing.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        var depacketizer = AV1Depacketizer()
        _ = depacketizer.receive(bytes, index: 0, timestamp: 0, marker: false)
        _ = depacketizer.receive(bytes, index: 1, timestamp: 0, marker: true)
        if let payloads = try? AV1Packetizer(maximumPayloadSize: 16).packetize(Array(bytes)) {
            for payload in payloads {
                precondition(payload.count <= 16)
                precondition((try? AV1Payload(parsing: payload.span.bytes)) != nil, "packets that are malformed")
            }
        }
        var offset = 0
        if let number = try? LEB128.read(bytes, at: &offset) {
            var writer = ByteWriter()
            LEB128.write(number, into: &writer)
            precondition(writer.bytes.count <= offset, "written in more bytes than it had")
            let again = writer.bytes.withUnsafeBytes { written in
                var offset = 0
                return try? LEB128.read(written, at: &offset)
            }
            precondition(again == number, "a number does not survive writing")
        }
        let inspection = try? PayloadInspection.inspect(.av1, payload: bytes, marker: true)
        guard let payload = try? AV1Payload(parsing: bytes) else {
            precondition(inspection == nil || bytes.isEmpty, "accepted in one place only")
            return
        }
        precondition(payload.keyFrame == .no || payload.header.startsSequence, "a key frame in the middle")
        precondition(inspection?.keyFrame == payload.keyFrame)
        do throws(ParseError) {
            var elements = try AV1Elements(bytes)
            var end = 1
            var count = 0
            while let element = try elements.next() {
                precondition(element.range.lowerBound >= end && element.range.upperBound <= bytes.count)
                end = element.range.upperBound
                count += 1
            }
            precondition(end == bytes.count, "bytes behind the last element")
            precondition(payload.header.elementCount == 0 || Int(payload.header.elementCount) == count)
        } catch {
            preconditionFailure("walked once and not again")
        }
    }
}
