// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What the fuzzer and the replay of its findings call.
package enum VP8DescriptorFuzzing {
    /// Parses a payload, patches a copy of it, checks that the descriptor survives writing, and feeds a depacketizer.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        var depacketizer = VP8Depacketizer()
        _ = depacketizer.receive(bytes, index: 0, timestamp: 0, marker: false)
        _ = depacketizer.receive(bytes, index: 1, timestamp: 0, marker: true)
        guard let descriptor = try? VP8PayloadDescriptor(parsing: bytes) else { return }
        _ = descriptor.frameHeader(in: bytes)

        var writer = ByteWriter()
        descriptor.write(into: &writer)
        let written = writer.bytes
        precondition(written.count == Int(descriptor.length))
        precondition((try? VP8PayloadDescriptor(parsing: written.span.bytes)) == descriptor, "does not survive writing")

        var copy = [UInt8](bytes)
        let next = descriptor.pictureID.map { descriptor.pictureID(after: $0) }
        copy.withUnsafeMutableBytes { copy in
            if let next { precondition(descriptor.patch(pictureID: next, in: copy)) }
            if descriptor.tl0PictureIndex != nil { precondition(descriptor.patch(tl0PictureIndex: 0x5a, in: copy)) }
        }
        let patched = try? VP8PayloadDescriptor(parsing: copy.span.bytes)
        precondition(patched?.pictureID == next && patched?.length == descriptor.length, "patched in the wrong place")
        precondition(copy.dropFirst(Int(descriptor.length)).elementsEqual(bytes.dropFirst(Int(descriptor.length))))
    }
}
