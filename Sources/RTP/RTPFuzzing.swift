// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What the fuzzer and the replay of its findings call.
package enum RTPFuzzing {
    /// Parses a packet both ways, walks over its extension, and checks that what was read survives writing.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        _ = try? RTPHeader(parsingProtected: bytes)
        guard let header = try? RTPHeader(parsing: bytes) else { return }
        precondition(header.headerLength + header.payloadLength + Int(header.paddingLength) == bytes.count)
        var elements = RTPHeaderExtensionIterator(header)
        while let element = elements.next(in: bytes) {
            precondition(header.extensionRange.contains(element.range) || element.length == 0)
            precondition(header.extensionElement(id: element.id, in: bytes) != nil)
        }
        guard let packet = try? RTPPacket(parsing: RawSpan(_unsafeBytes: bytes)) else {
            preconditionFailure("the header is readable and the packet is not")
        }
        let written = packet.bytes
        precondition((try? RTPPacket(parsing: written.span.bytes)) == packet, "a packet does not survive writing")
        _ = OpusPayload.duration(of: packet.payload)
    }
}
