// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCCrypto

/// Protects what one transport sends: RTP with indices that the caller names, RTCP with an index of its own.
///
/// Nothing is allocated per packet. Used from one thread at a time; ownership proves it.
///
/// [RFC 3711](https://www.rfc-editor.org/rfc/rfc3711), [RFC 7714](https://www.rfc-editor.org/rfc/rfc7714).
public struct SRTPSender: ~Copyable {
    public let profile: SRTPProfile
    /// Bytes by which ``protect(headerLength:payload:ssrc:index:into:capacity:)`` lengthens a packet.
    @inlinable public var overhead: Int { profile.tagLength }
    /// Bytes by which ``protectRTCP(_:into:capacity:)`` lengthens a packet.
    @inlinable public var controlOverhead: Int { profile.tagLength + 4 }
    /// The index of the next RTCP packet.
    public private(set) var nextControlIndex: UInt32 = 0
    /// RTP packets protected so far, retransmissions included.
    public private(set) var packetCount: UInt64 = 0

    private var rtp: SRTPTransform
    private var rtcp: SRTPTransform

    /// - Parameter side: which end of the handshake we were.
    public init(_ keys: SRTPMasterKeys, as side: SRTPSide) throws(SRTPError) {
        let derivation = try SRTPKeyDerivation(keys, side: side)
        self.init(
            profile: keys.profile, rtp: try SRTPTransform(derivation, use: .rtp, direction: .sealing),
            rtcp: try SRTPTransform(derivation, use: .rtcp, direction: .sealing))
    }

    /// From ready transforms: what vectors and tests at the end of an index range need.
    init(
        profile: SRTPProfile, rtp: consuming SRTPTransform, rtcp: consuming SRTPTransform, nextControlIndex: UInt32 = 0,
        packetCount: UInt64 = 0
    ) {
        self.profile = profile
        self.rtp = rtp
        self.rtcp = rtcp
        self.nextControlIndex = nextControlIndex
        self.packetCount = packetCount
    }

    /// Encrypts a payload behind a header that already lies in the slot, and adds the tag.
    ///
    /// The index is the caller's: the header's sequence number below 32 bits of roll-over counter. It is never guessed,
    /// because a wrong guess encrypts two packets with one IV. The caller gives an index a second time only with
    /// byte-identical header and payload (a retransmission).
    ///
    /// A stream had better begin below 2^15: a receiver that misses its first packets takes the first one that it sees
    /// for one of cycle 0, and is wrong for ever if the wrap lay between.
    ///
    /// - Parameters:
    ///   - headerLength: bytes of RTP header at `slot`, CSRCs and extension included.
    ///   - payload: what is encrypted, RTP padding included. It may lie at `slot + headerLength` itself (in place), but
    ///     not overlap the slot otherwise.
    ///   - ssrc: that of the header.
    ///   - index: below 2^48.
    ///   - slot: where the header lies and the protected packet will.
    ///   - capacity: bytes of the slot.
    /// - Returns: the length of the protected packet; `nil` when the slot is too small, the index beyond its range, the
    ///   key used up or the library refused: the slot is then not to be sent.
    public mutating func protect(
        headerLength: Int, payload: UnsafeRawBufferPointer, ssrc: UInt32, index: UInt64,
        into slot: UnsafeMutableRawPointer, capacity: Int
    ) -> Int? {
        guard headerLength >= 12, headerLength <= SRTPLimits.packetLength, payload.count <= SRTPLimits.packetLength
        else { return nil }
        let length = headerLength + payload.count
        guard length + rtp.tagLength <= min(capacity, SRTPLimits.packetLength), index < SRTPLimits.packets,
            packetCount < SRTPLimits.packets
        else { return nil }
        let header = UnsafeRawBufferPointer(start: slot, count: headerLength)
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        let body = slot + headerLength
        if rtp.isGCM {
            guard
                rtp.seal(
                    ssrc: ssrc, index: index, associatedData: header, trailer: none, plaintext: payload, into: body)
            else { return nil }
        } else {
            guard rtp.crypt(ssrc: ssrc, index: index, payload, into: body) else { return nil }
            let packet = UnsafeRawBufferPointer(start: slot, count: length)
            let rollover = UInt32(truncatingIfNeeded: index >> 16)
            guard rtp.appendTag(to: packet, suffix: rollover, at: slot + length) else { return nil }
        }
        packetCount &+= 1
        return length + rtp.tagLength
    }

    /// Protects a compound RTCP packet with the next SRTCP index.
    ///
    /// - Parameters:
    ///   - packet: in clear, at least 8 bytes; it may begin at `slot` itself (in place), but not overlap it otherwise.
    ///   - capacity: bytes of the slot.
    /// - Returns: the length of the protected packet; `nil` when the slot is too small, the packet is none, all 2^31
    ///   indices are used up, or the library refused.
    public mutating func protectRTCP(
        _ packet: UnsafeRawBufferPointer, into slot: UnsafeMutableRawPointer, capacity: Int
    ) -> Int? {
        let headerLength = SRTPLimits.controlHeaderLength
        guard packet.count >= headerLength, packet.count <= SRTPLimits.packetLength,
            packet.count + controlOverhead <= min(capacity, SRTPLimits.packetLength),
            nextControlIndex < SRTPLimits.controlPackets, let base = packet.baseAddress
        else { return nil }
        let index = nextControlIndex
        // The index is spent even if the library then refuses: it may have begun to use the IV.
        nextControlIndex += 1
        let ssrc = UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let body = slot + headerLength
        let payload = UnsafeRawBufferPointer(rebasing: packet[headerLength...])
        if base != UnsafeRawPointer(slot) { slot.copyMemory(from: base, byteCount: headerLength) }
        var word = (SRTPLimits.encryptedFlag | index).bigEndian
        let end = slot + packet.count
        if rtcp.isGCM {
            let header = UnsafeRawBufferPointer(start: slot, count: headerLength)
            let sealed = withUnsafeBytes(of: &word) { word in
                rtcp.seal(
                    ssrc: ssrc, index: UInt64(index), associatedData: header, trailer: word, plaintext: payload,
                    into: body)
            }
            guard sealed else { return nil }
            // RFC 7714 section 9.2: the tag comes before the E flag and index here.
            (end + rtcp.tagLength).storeBytes(of: word, as: UInt32.self)
        } else {
            guard rtcp.crypt(ssrc: ssrc, index: UInt64(index), payload, into: body) else { return nil }
            end.storeBytes(of: word, as: UInt32.self)
            let authenticated = UnsafeRawBufferPointer(
                start: slot, count: packet.count + SRTPLimits.controlIndexLength)
            guard rtcp.appendTag(to: authenticated, suffix: nil, at: end + SRTPLimits.controlIndexLength) else {
                return nil
            }
        }
        return packet.count + controlOverhead
    }
}

// The library's contexts have no ties to a thread, and the only owner of a noncopyable value takes them along.
extension SRTPSender: @unchecked Sendable {}
