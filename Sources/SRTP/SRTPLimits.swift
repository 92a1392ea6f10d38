// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The numbers of SRTP that both directions share.
public enum SRTPLimits {
    /// Indices are below 2^48, and so is the number of packets under one key.
    ///
    /// [RFC 3711 section 9.2](https://www.rfc-editor.org/rfc/rfc3711#section-9.2): "at most 2^48 SRTP packets or 2^31
    /// SRTCP packets" for a master key; RFC 7714 keeps both.
    public static let packets: UInt64 = 1 << 48
    /// Indices of SRTCP are below 2^31.
    public static let controlPackets: UInt32 = 1 << 31
    /// The sources whose state one receiver keeps, RTP and RTCP each: a peer connection carries a handful of tracks with
    /// three layers each; nothing honest comes near. State is never evicted, because with it would go the protection
    /// against replay.
    public static let sources = 64
    /// Bytes of RTCP that stay in clear: the common header and the sender's SSRC.
    static let controlHeaderLength = 8
    /// Bytes of E flag and SRTCP index.
    static let controlIndexLength = 4
    /// The E flag: the packet is encrypted.
    static let encryptedFlag: UInt32 = 1 << 31
    /// Longer than any datagram; keeps lengths far from overflow.
    static let packetLength = 65535
}
