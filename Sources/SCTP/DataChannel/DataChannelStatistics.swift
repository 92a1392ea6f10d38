// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What the association of data channels has done so far.
public struct DataChannelStatistics: Sendable, Hashable {
    /// Packets with pieces of messages in them; those that only acknowledge are not counted.
    public var packetsSent: Int
    /// Pieces of messages that were sent again.
    public var retransmittedChunks: Int
    /// Smoothed; `nil` before the first measurement.
    public var roundTrip: Duration?
}
