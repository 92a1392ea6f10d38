// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What the fuzzer and the replay of its findings call.
package enum VP9DescriptorFuzzing {
    /// Feeds a packetizer and a depacketizer, parses a payload, and checks that the descriptor survives writing but for its picture group.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        var depacketizer = VP9Depacketizer()
        _ = depacketizer.receive(bytes, index: 0, timestamp: 0, marker: false)
        _ = depacketizer.receive(bytes, index: 1, timestamp: 0, marker: true)
        var packetizer = VP9Packetizer(maximumPayloadSize: 32, pictureID: 0)
        precondition(packetizer.packetize(Array(bytes)).allSatisfy { $0.count <= 32 })
        _ = VP9FrameHeader(parsing: bytes)
        let inspection = try? PayloadInspection.inspect(.vp9, payload: bytes, marker: false)
        guard let descriptor = try? VP9PayloadDescriptor(parsing: bytes) else {
            precondition(inspection == nil || bytes.isEmpty, "accepted in one place only")
            return
        }
        precondition(Int(descriptor.length) <= bytes.count, "longer than its payload")
        precondition(inspection?.startsFrame == descriptor.startsFrame && inspection?.endsFrame == descriptor.endsFrame)
        _ = descriptor.frameHeader(in: bytes)
        _ = descriptor.scalabilityStructure?.largestSize

        let written = write(descriptor)
        guard let again = try? VP9PayloadDescriptor(parsing: written.span.bytes) else {
            preconditionFailure("what was written cannot be read")
        }
        precondition(Int(again.length) == written.count && again.length <= descriptor.length)
        precondition(write(again) == written, "does not survive writing")
        let hasGroup = (descriptor.scalabilityStructure?.pictureGroupCount ?? 0) > 0
        precondition(hasGroup || descriptor.length != again.length || again == descriptor, "changed by writing")
    }

    private static func write(_ descriptor: VP9PayloadDescriptor) -> [UInt8] {
        var writer = ByteWriter()
        descriptor.write(into: &writer)
        return writer.bytes
    }
}
