// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What the fuzzer and the replay of its findings call.
package enum RTCPFuzzing {
    /// Parses a compound packet and checks that the messages that we know survive writing.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let messages = try? RTCPMessage.parse(RawSpan(_unsafeBytes: bytes)) else { return }
        let known = messages.filter { if case .unknown = $0 { false } else { true } }
        var writer = ByteWriter()
        for message in known {
            if case .nack(let nack) = message { precondition(nack.missing.count <= 17 * GenericNACK.maximumPairs) }
            message.write(into: &writer)
        }
        let written = writer.bytes
        precondition((try? RTCPMessage.parse(written.span.bytes)) == known, "a message does not survive writing")
    }
}
