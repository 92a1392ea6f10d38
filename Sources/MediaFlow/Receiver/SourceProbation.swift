// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP

/// A packet that does not go on with the present source: of another SSRC, or with a number far away. When a second one of
/// its kind follows, the track has a new source, and begins with both.
///
/// [RFC 3550 appendix A.1](https://www.rfc-editor.org/rfc/rfc3550#appendix-A.1) wants two in sequence; here they may have
/// overtaken each other.
struct SourceProbation: Sendable {
    /// How far apart the two may be.
    static let nearby = 16

    private var header: RTPHeader?
    private var payload: [UInt8] = []
    private var arrival = Instant.zero

    /// The first packet of what is to be the new source.
    struct First {
        var header: RTPHeader
        var payload: [UInt8]
        var arrival: Instant
    }

    /// Looks at a packet.
    ///
    /// - Returns: the one before it when both are of one source; `nil` when this one waits for the next.
    mutating func take(_ header: RTPHeader, payload: UnsafeRawBufferPointer, now: Instant) -> First? {
        if let before = self.header, before.ssrc == header.ssrc {
            let distance = before.sequenceNumber.distance(to: header.sequenceNumber)
            // The same packet once more proves nothing.
            if distance == 0 { return nil }
            if abs(distance) <= Self.nearby {
                self.header = nil
                return First(header: before, payload: self.payload, arrival: arrival)
            }
        }
        self.header = header
        self.payload.removeAll(keepingCapacity: true)
        self.payload.append(contentsOf: payload)
        arrival = now
        return nil
    }

    mutating func forget() { header = nil }
}
