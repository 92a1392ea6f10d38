// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase

/// What a fuzzer, or a test that plays one, calls with any bytes.
package enum STUNFuzzing {
    /// Parses, reads every attribute, and checks that what was understood survives writing and parsing again.
    package static func run(_ input: UnsafeRawBufferPointer) {
        let bytes = input.bytes
        _ = STUNMessage.localUfrag(of: bytes)
        guard let message = try? STUNMessage(parsing: bytes) else { return }
        precondition(STUNMessage.isSTUN(bytes), "what parses is recognised")
        _ = try? message.username
        _ = try? message.software
        _ = try? message.realm
        _ = try? message.nonce
        _ = try? message.priority
        _ = try? message.iceControlled
        _ = try? message.iceControlling
        _ = try? message.useCandidate
        _ = try? message.unknownAttributes
        _ = message.unknownRequiredAttributes()
        _ = message.hasValidFingerprint
        let key = Array("fuzzing".utf8)
        _ = message.verifyIntegrity(key: key)

        var builder = STUNMessageBuilder(message.messageClass, message.method, id: message.transactionID)
        var written: [[UInt8]] = []
        message.forEachAttribute { type, value in
            // The integrity attributes below must still fit.
            guard builder.writer.count + value.byteCount + 8 <= STUNLimits.messageLength - 32 else { return }
            guard written.count < STUNLimits.attributeCount - 2 else { return }
            builder.add(type, value.array)
            written.append(value.array)
        }
        let again = builder.finish(integrityKey: key)
        guard let copy = try? STUNMessage(parsing: again.span.bytes) else {
            preconditionFailure("what we write parses")
        }
        precondition(copy.verifyIntegrity(key: key) && copy.hasValidFingerprint, "what we write verifies")
        precondition(copy.transactionID == message.transactionID && copy.method == message.method)
        var read: [[UInt8]] = []
        copy.forEachAttribute { _, value in read.append(value.array) }
        precondition(read == written, "attributes survive")
        if let error = try? message.errorCode {
            precondition((300...699).contains(error.code), "error codes are in range")
        }
        if let address = try? message.xorMappedAddress, written.count < STUNLimits.attributeCount - 2 {
            var builder = STUNMessageBuilder(.success, id: message.transactionID)
            builder.add(.xorMappedAddress, address)
            let again = builder.finish()
            guard let copy = try? STUNMessage(parsing: again.span.bytes) else {
                preconditionFailure("what we write parses")
            }
            precondition((try? copy.xorMappedAddress) == address, "addresses survive")
        }
    }
}
