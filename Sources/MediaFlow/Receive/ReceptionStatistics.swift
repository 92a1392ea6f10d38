// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import RTP

/// What a receiver knows of one RTP source, and what its receiver reports say.
///
/// [RFC 3550 appendix A](https://www.rfc-editor.org/rfc/rfc3550#appendix-A). Indices are 48-bit
/// (``SequenceUnwrapper``), so that nothing here wraps.
public struct ReceptionStatistics: Sendable, BitwiseCopyable {
    /// Units of the RTP timestamp a second.
    private let clockRate: Int64
    private var firstIndex: UInt64?
    private var highestIndex: UInt64 = 0
    private var received: UInt64 = 0
    private var repaired: UInt64 = 0
    private var expectedAtLastReport: UInt64 = 0
    private var receivedAtLastReport: UInt64 = 0
    private var lastTransit: Int64?
    /// Interarrival jitter in timestamp units, scaled by 16 as in RFC 3550 appendix A.8.
    private var scaledJitter: UInt64 = 0
    private var lastSenderReport: (compact: UInt32, arrival: Instant)?

    public init(clockRate: Int) {
        self.clockRate = Int64(max(1, clockRate))
    }

    /// Counts one packet that has been authenticated and is no replay.
    public mutating func receive(index: UInt64, timestamp: UInt32, now: Instant) {
        if firstIndex == nil {
            firstIndex = index
            highestIndex = index
        }
        received &+= 1
        // Packets from before the first one (reordered at the start) count as received only: expected never shrinks.
        highestIndex = max(highestIndex, index)
        // Seconds and the rest apart, so that neither the product nor the sum can overflow.
        let seconds = now.nanoseconds / 1_000_000_000
        let rest = now.nanoseconds % 1_000_000_000
        let arrival = seconds &* clockRate &+ rest &* clockRate / 1_000_000_000
        let transit = Int64(UInt32(truncatingIfNeeded: arrival) &- timestamp)
        if let lastTransit {
            let difference = UInt64(Int32(truncatingIfNeeded: transit &- lastTransit).magnitude)
            // A jump of more than ten seconds is a new timestamp base, not jitter.
            if difference < UInt64(clockRate) * 10 {
                scaledJitter = scaledJitter &+ difference &- (scaledJitter &+ 8) >> 4
            }
        }
        lastTransit = transit
    }

    /// Counts a packet that came because it was asked for. It does not make good for the loss that the sender is to hear of,
    /// nor is the time that it took the path's jitter.
    public mutating func receiveRepaired() { repaired &+= 1 }

    /// Remembers the sender report that LSR and DLSR will refer to.
    public mutating func receiveSenderReport(_ time: NTPTime, now: Instant) {
        lastSenderReport = (time.compact, now)
    }

    public var packetsReceived: UInt64 { received &+ repaired }
    /// What the last report block said was lost, units of 1/256.
    public private(set) var fractionLost: UInt8 = 0
    /// Interarrival jitter in timestamp units.
    public var jitter: UInt32 { UInt32(clamping: scaledJitter >> 4) }

    /// The report block on this source, over the interval since the last call; `nil` before the first packet.
    ///
    /// - Parameter ssrc: the source's.
    public mutating func reportBlock(ssrc: UInt32, now: Instant) -> ReportBlock? {
        guard let firstIndex else { return nil }
        let expected = highestIndex &- firstIndex &+ 1
        let expectedInterval = Int64(expected &- expectedAtLastReport)
        let receivedInterval = Int64(received &- receivedAtLastReport)
        expectedAtLastReport = expected
        receivedAtLastReport = received
        let lostInterval = expectedInterval - receivedInterval
        let fraction = expectedInterval <= 0 || lostInterval <= 0 ? 0 : min(255, lostInterval << 8 / expectedInterval)
        fractionLost = UInt8(fraction)
        var delay: UInt32 = 0
        if let lastSenderReport {
            delay = UInt32(clamping: (now - lastSenderReport.arrival).wholeNanoseconds / 1000 * 65536 / 1_000_000)
        }
        return ReportBlock(
            ssrc: ssrc,
            fractionLost: fractionLost,
            // Negative with duplicates (RFC 3550 section 6.4.1); 24 bits.
            cumulativeLost: Int32(max(-0x80_0000, min(0x7f_ffff, Int64(expected) - Int64(received)))),
            highestSequenceNumber: UInt32(truncatingIfNeeded: highestIndex),
            jitter: jitter,
            lastSenderReport: lastSenderReport?.compact ?? 0,
            delaySinceLastSenderReport: delay)
    }
}
