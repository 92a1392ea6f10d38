// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
public import RTCCrypto
import RTP

/// Verifies and decrypts what one transport receives.
///
/// A source is remembered from its first authentic packet on; nothing else changes any state but the counters, so that
/// a flood of forged packets costs their verification and nothing more. Nothing is allocated per packet.
///
/// [RFC 3711 section 3.3](https://www.rfc-editor.org/rfc/rfc3711#section-3.3).
public struct SRTPReceiver: ~Copyable {
    public let profile: SRTPProfile
    public private(set) var statistics = SRTPReceiverStatistics()
    public private(set) var controlStatistics = SRTPReceiverStatistics()

    private var rtp: SRTPTransform
    private var rtcp: SRTPTransform
    private var sources = SRTPSourceTable()
    private var controlSources = SRTPSourceTable()

    /// - Parameter side: which end of the handshake we were; the peer's key is the other's.
    public init(_ keys: SRTPMasterKeys, as side: SRTPSide) throws(SRTPError) {
        let derivation = try SRTPKeyDerivation(keys, side: side.peer)
        self.init(
            profile: keys.profile, rtp: try SRTPTransform(derivation, use: .rtp, direction: .opening),
            rtcp: try SRTPTransform(derivation, use: .rtcp, direction: .opening))
    }

    init(profile: SRTPProfile, rtp: consuming SRTPTransform, rtcp: consuming SRTPTransform) {
        self.profile = profile
        self.rtp = rtp
        self.rtcp = rtcp
    }

    /// Sources of RTP that have sent an authentic packet.
    public var sourceCount: Int { sources.count }

    /// Verifies an SRTP packet and writes it in clear, header included.
    ///
    /// The roll-over counter of a source begins at 0 and is then the one that brings the index nearest to the highest
    /// authentic one.
    ///
    /// - Parameters:
    ///   - packet: as it came from the network. Must not overlap the slot.
    ///   - slot: a spare place, because with a wrong tag it holds garbage afterwards.
    ///   - capacity: bytes of the slot; the packet's length less its tag is enough.
    public mutating func unprotect(
        _ packet: UnsafeRawBufferPointer, into slot: UnsafeMutableRawPointer, capacity: Int
    ) -> SRTPUnprotected {
        let result = open(packet, into: slot, capacity: capacity)
        statistics.count(result)
        return result
    }

    private mutating func open(
        _ packet: UnsafeRawBufferPointer, into slot: UnsafeMutableRawPointer, capacity: Int
    ) -> SRTPUnprotected {
        guard let header = try? RTPHeader(parsingProtected: packet), let base = packet.baseAddress else {
            return .rejected(.malformed)
        }
        let length = packet.count - rtp.tagLength
        guard length >= header.headerLength, length <= capacity else { return .rejected(.malformed) }
        let known = sources.find(header.ssrc)
        guard known != nil || !sources.isFull else { return .rejected(.tooManySources) }
        let index = known?.pointee.unwrapper.index(of: header.sequenceNumber) ?? UInt64(header.sequenceNumber.rawValue)
        // RFC 3711 section 9.2: the roll-over counter must not wrap; the session needs a new key.
        guard index < SRTPLimits.packets else { return .rejected(.authenticationFailed) }
        guard known?.pointee.window.verdict(on: index) ?? .new == .new else { return .rejected(.replayed) }

        let payload = UnsafeRawBufferPointer(rebasing: packet[header.headerLength..<length])
        let body = slot + header.headerLength
        if rtp.isGCM {
            let clear = UnsafeRawBufferPointer(rebasing: packet[..<header.headerLength])
            guard
                rtp.open(
                    ssrc: header.ssrc, index: index, associatedData: clear,
                    trailer: UnsafeRawBufferPointer(start: nil, count: 0), ciphertext: payload, tag: base + length,
                    into: body)
            else { return .rejected(.authenticationFailed) }
        } else {
            let rollover = UInt32(truncatingIfNeeded: index >> 16)
            guard
                rtp.verify(UnsafeRawBufferPointer(rebasing: packet[..<length]), suffix: rollover, tag: base + length),
                rtp.crypt(ssrc: header.ssrc, index: index, payload, into: body)
            else { return .rejected(.authenticationFailed) }
        }
        slot.copyMemory(from: base, byteCount: header.headerLength)

        let source = known ?? sources.add(header.ssrc)
        source.pointee.unwrapper.advance(to: index)
        source.pointee.window.insert(index)
        return .packet(length: length, index: index)
    }

    /// Verifies an SRTCP packet and writes the compound packet in clear.
    ///
    /// A packet that is authentic but not encrypted is malformed here: WebRTC always encrypts
    /// ([RFC 8827 section 6.5](https://www.rfc-editor.org/rfc/rfc8827#section-6.5)).
    ///
    /// - Parameters:
    ///   - packet: as it came from the network. Must not overlap the slot.
    ///   - slot: a spare place, because with a wrong tag it holds garbage afterwards.
    ///   - capacity: bytes of the slot.
    public mutating func unprotectRTCP(
        _ packet: UnsafeRawBufferPointer, into slot: UnsafeMutableRawPointer, capacity: Int
    ) -> SRTPUnprotected {
        let result = openRTCP(packet, into: slot, capacity: capacity)
        controlStatistics.count(result)
        return result
    }

    private mutating func openRTCP(
        _ packet: UnsafeRawBufferPointer, into slot: UnsafeMutableRawPointer, capacity: Int
    ) -> SRTPUnprotected {
        let headerLength = SRTPLimits.controlHeaderLength
        let length = packet.count - rtcp.tagLength - SRTPLimits.controlIndexLength
        guard let base = packet.baseAddress, length >= headerLength, length <= capacity,
            packet.count <= SRTPLimits.packetLength, packet[0] >> 6 == 2
        else { return .rejected(.malformed) }
        // RFC 7714 section 9.2 puts the tag before the index, RFC 3711 section 3.4 behind it.
        let wordOffset = rtcp.isGCM ? length + rtcp.tagLength : length
        let tagOffset = rtcp.isGCM ? length : length + SRTPLimits.controlIndexLength
        let word = UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: wordOffset, as: UInt32.self))
        guard word & SRTPLimits.encryptedFlag != 0 else { return .rejected(.malformed) }
        let index = UInt64(word & ~SRTPLimits.encryptedFlag)
        let ssrc = UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let known = controlSources.find(ssrc)
        guard known != nil || !controlSources.isFull else { return .rejected(.tooManySources) }
        guard known?.pointee.window.verdict(on: index) ?? .new == .new else { return .rejected(.replayed) }

        let payload = UnsafeRawBufferPointer(rebasing: packet[headerLength..<length])
        let body = slot + headerLength
        if rtcp.isGCM {
            guard
                rtcp.open(
                    ssrc: ssrc, index: index, associatedData: UnsafeRawBufferPointer(rebasing: packet[..<headerLength]),
                    trailer: UnsafeRawBufferPointer(rebasing: packet[wordOffset..<wordOffset + 4]),
                    ciphertext: payload, tag: base + tagOffset, into: body)
            else { return .rejected(.authenticationFailed) }
        } else {
            guard
                rtcp.verify(UnsafeRawBufferPointer(rebasing: packet[..<tagOffset]), suffix: nil, tag: base + tagOffset),
                rtcp.crypt(ssrc: ssrc, index: index, payload, into: body)
            else { return .rejected(.authenticationFailed) }
        }
        slot.copyMemory(from: base, byteCount: headerLength)

        let source = known ?? controlSources.add(ssrc)
        source.pointee.window.insert(index)
        return .packet(length: length, index: index)
    }
}

// The library's contexts have no ties to a thread, and the only owner of a noncopyable value takes them along.
extension SRTPReceiver: @unchecked Sendable {}
