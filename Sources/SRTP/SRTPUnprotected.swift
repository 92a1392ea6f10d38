// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Why a receiver did not accept a packet.
public enum SRTPRejection: Sendable, Hashable, CaseIterable, BitwiseCopyable {
    /// Not a packet of the protocol, too short for its tag, or longer than the caller's slot.
    case malformed
    /// The tag is wrong: forged, damaged, or protected under an index too far from what was seen.
    case authenticationFailed
    /// The index was seen before, or is too old to tell.
    case replayed
    /// A source beyond ``SRTPLimits/sources``.
    case tooManySources
}

/// What became of a packet.
public enum SRTPUnprotected: Sendable, Hashable, BitwiseCopyable {
    /// The slot holds `length` bytes of packet in clear.
    ///
    /// `index` is the 48-bit index of an RTP packet (roll-over counter and sequence number), the 31-bit one of RTCP.
    case packet(length: Int, index: UInt64)
    /// The slot's contents are to be forgotten.
    case rejected(SRTPRejection)
}
