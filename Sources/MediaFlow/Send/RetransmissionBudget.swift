// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// How much one receiver may have sent again: as much a second as it gets anyway, so that requests, honest or not, at most
/// double what its path and our processor carry.
public struct RetransmissionBudget: Sendable, BitwiseCopyable {
    /// Bytes a second that are always allowed: the 64 packets of a key frame at the start of a stream.
    public static let minimumBytes: Int64 = 76_800
    /// Packets a second that are looked up, sent or not: three requests for each packet of a stream of 1300 packets a
    /// second. A NACK of 1500 bytes can name 6324.
    public static let requests = 4096

    private var start = Instant.zero
    private var bytesSpent: Int64 = 0
    private var requestsSpent = 0

    public init() {}

    /// Whether one more packet that was asked for may be looked up; counts it.
    public mutating func admitRequest(now: Instant) -> Bool {
        renew(now)
        guard requestsSpent < Self.requests else { return false }
        requestsSpent += 1
        return true
    }

    /// Whether a packet may be sent again; counts it.
    ///
    /// - Parameter bitrate: what the receiver was sent lately, bits a second.
    public mutating func spend(bytes: Int, bitrate: Int64, now: Instant) -> Bool {
        renew(now)
        guard bytesSpent + Int64(bytes) <= max(bitrate / 8, Self.minimumBytes) else { return false }
        bytesSpent += Int64(bytes)
        return true
    }

    private mutating func renew(_ now: Instant) {
        guard now - start >= .seconds(1) else { return }
        start = now
        bytesSpent = 0
        requestsSpent = 0
    }
}
