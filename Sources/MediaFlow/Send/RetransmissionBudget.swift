// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// How much one receiver may have sent again: a share of what it gets anyway, so that requests, honest or not, never fill a
/// path for good. A path that is too narrow loses what is repeated, too, and asks again: without a bound the repeated
/// packets alone would keep it full.
public struct RetransmissionBudget: Sendable, BitwiseCopyable {
    /// Bytes that may be sent again at once: the 64 packets of a key frame at the start of a stream.
    public static let burst: Int64 = 76_800
    /// Packets a second that are looked up, sent or not: three requests for each packet of a stream of 1300 packets a
    /// second. A NACK of 1500 bytes can name 6324.
    public static let requests = 4096

    private var available = Self.burst
    private var sentBefore: UInt32 = 0
    private var start = Instant.zero
    private var requestsSpent = 0

    public init() {}

    /// Whether one more packet that was asked for may be looked up; counts it.
    public mutating func admitRequest(now: Instant) -> Bool {
        if now - start >= .seconds(1) {
            start = now
            requestsSpent = 0
        }
        guard requestsSpent < Self.requests else { return false }
        requestsSpent += 1
        return true
    }

    /// Whether a packet may be sent again; counts it.
    ///
    /// - Parameters:
    ///   - sent: bytes that were ever sent for the first time, wrapping.
    ///   - share: of these, of 256, may be sent again.
    public mutating func spend(bytes: Int, sent: UInt32, share: Int64) -> Bool {
        available = min(Self.burst, available + Int64(sent &- sentBefore) * share / 256)
        sentBefore = sent
        guard available >= Int64(bytes) else { return false }
        available -= Int64(bytes)
        return true
    }
}
