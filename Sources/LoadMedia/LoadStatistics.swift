// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a worker, or one of its connections, has sent and received.
public struct LoadStatistics: Sendable {
    /// Media packets sent, and those that the socket did not take.
    public var sent = 0
    public var unsent = 0
    /// Different media packets received.
    public var received = 0
    public var duplicates = 0
    /// Thrown away because the worker was asked to lose some.
    public var discarded = 0
    /// Sequence numbers that were skipped and never came.
    public var missing = 0
    /// Packets that were asked for (each time counted), and those that came because of it.
    public var requested = 0
    public var repaired = 0
    /// Frames that came whole, and when none did.
    public var frames = 0
    public var freezes = Freezes()
    public var latency = LatencyHistogram()
    /// Packets that were decrypted as a sample, by the verdict.
    public var authentic = 0
    public var forged = 0

    // Of the whole life of the connections, not of the measured interval:
    /// As a sender: what the other side asked for and reported.
    public var keyFramesRequested = 0
    public var keyFramesSent = 0
    public var receiverReports = 0
    public var bitrateEstimates = 0
    /// NACKs' pairs of a packet and those right after it, and packets that were sent again because of them.
    public var packetsRequested = 0
    public var repeated = 0
    /// As a receiver.
    public var senderReports = 0
    public var namesReceived = 0
    /// RTCP that could not be verified or read.
    public var strangeReports = 0

    public init() {}

    public static func += (sum: inout LoadStatistics, other: LoadStatistics) {
        sum.sent += other.sent
        sum.unsent += other.unsent
        sum.received += other.received
        sum.duplicates += other.duplicates
        sum.discarded += other.discarded
        sum.missing += other.missing
        sum.requested += other.requested
        sum.repaired += other.repaired
        sum.frames += other.frames
        sum.freezes += other.freezes
        sum.latency.merge(other.latency)
        sum.authentic += other.authentic
        sum.forged += other.forged
        sum.keyFramesRequested += other.keyFramesRequested
        sum.keyFramesSent += other.keyFramesSent
        sum.receiverReports += other.receiverReports
        sum.bitrateEstimates += other.bitrateEstimates
        sum.packetsRequested += other.packetsRequested
        sum.repeated += other.repeated
        sum.senderReports += other.senderReports
        sum.namesReceived += other.namesReceived
        sum.strangeReports += other.strangeReports
    }
}
