// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What the fuzzer and the replay of its findings call.
package enum H264Fuzzing {
    /// Feeds a packetizer and a depacketizer, parses a payload, and checks that the units of an aggregation packet lie inside it one behind the other.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        var depacketizer = H264Depacketizer()
        _ = depacketizer.receive(bytes, index: 0, timestamp: 0, marker: false)
        _ = depacketizer.receive(bytes, index: 1, timestamp: 0, marker: true)
        checkPackets(Array(bytes))
        let inspection = try? PayloadInspection.inspect(.h264, payload: bytes, marker: true)
        guard let payload = try? H264Payload(parsing: bytes) else {
            precondition(inspection == nil || bytes.isEmpty, "accepted in one place only")
            return
        }
        precondition((inspection?.keyFrame == .yes) == payload.startsSequence)
        guard (24...27).contains(payload.type.rawValue) else { return }
        do throws(ParseError) {
            var units = try H264AggregatedUnits(bytes)
            var end = 0
            while let unit = try units.next() {
                precondition(unit.lowerBound > end && unit.upperBound <= bytes.count && !unit.isEmpty)
                end = unit.upperBound
            }
            precondition(end == bytes.count, "bytes behind the last unit")
        } catch {
            preconditionFailure("walked once and not again")
        }
    }

    /// Bytes taken for an access unit: its units come out of their packets as they went in.
    private static func checkPackets(_ frame: [UInt8]) {
        let payloads = H264Packetizer(maximumPayloadSize: 16).packetize(frame)
        precondition(payloads.allSatisfy { !$0.isEmpty && $0.count <= 16 })
        precondition(payloads.isEmpty == H264Packetizer.units(frame).isEmpty)
    }
}
