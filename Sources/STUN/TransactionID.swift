// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import RTCCrypto

/// The 96 bits that join a response to its request.
///
/// [RFC 8489 section 5](https://www.rfc-editor.org/rfc/rfc8489#section-5).
public struct TransactionID: Hashable, Sendable, BitwiseCopyable {
    public var high: UInt32
    public var low: UInt64

    public init(high: UInt32, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An id from a generator that must be cryptographic outside tests: whoever can guess an id can pretend that an
    /// address has answered.
    public static func random(using generator: inout some RandomNumberGenerator) -> TransactionID {
        TransactionID(high: UInt32(truncatingIfNeeded: generator.next()), low: generator.next())
    }
}

/// An endless, unpredictable sequence of transaction ids that is determined by its key.
///
/// A machine that is told everything cannot ask for entropy whenever it sends a check, and must not use a generator that
/// can be run backwards: a peer sees the ids of the checks that reach it, knows its own password, and could answer in the
/// name of a victim the check whose id it can compute. So each id is the start of HMAC-SHA1(key, counter).
public struct TransactionIDGenerator: Sendable {
    private let key: [UInt8]
    private var counter: UInt64 = 0

    /// - Parameter generator: where the 256 bits of the key come from; cryptographic outside tests.
    public init(using generator: inout some RandomNumberGenerator) {
        var key = ByteWriter(reservingCapacity: 32)
        for _ in 0..<4 { key.write(generator.next() as UInt64) }
        self.key = key.bytes
    }

    public mutating func next() -> TransactionID {
        let digest = draw()
        var high: UInt32 = 0
        var low: UInt64 = 0
        for byte in digest[0..<4] { high = high << 8 | UInt32(byte) }
        for byte in digest[4..<12] { low = low << 8 | UInt64(byte) }
        return TransactionID(high: high, low: low)
    }

    /// 64 bits that are independent of all ids, for tie-breakers and jitter.
    public mutating func nextNumber() -> UInt64 { next().low }

    private mutating func draw() -> [UInt8] {
        counter &+= 1
        var message = ByteWriter(reservingCapacity: 8)
        message.write(counter)
        return HMAC.sha1(key: key, message: message.bytes.span.bytes)
    }
}
