// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTP

extension SRTPSender {
    /// Protects a packet that owns its parts: for clients, off the forwarding path. Allocates.
    ///
    /// - Parameter index: the packet's sequence number below 32 bits of roll-over counter.
    /// - Returns: `nil` for the reasons of ``protect(headerLength:payload:ssrc:index:into:capacity:)``.
    public mutating func protect(_ packet: RTPPacket, index: UInt64) -> [UInt8]? {
        protectRTP(packet.bytes, index: index)
    }

    /// Protects the bytes of an RTP packet; `nil` also when they are none.
    package mutating func protectRTP(_ packet: [UInt8], index: UInt64) -> [UInt8]? {
        guard let header = try? packet.withUnsafeBytes({ try RTPHeader(parsingProtected: $0) }) else { return nil }
        var slot = packet + [UInt8](repeating: 0, count: overhead)
        let length = slot.withUnsafeMutableBytes { slot -> Int? in
            guard let base = slot.baseAddress else { return nil }
            let payload = UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(slot)[header.headerLength..<packet.count])
            return protect(
                headerLength: header.headerLength, payload: payload, ssrc: header.ssrc, index: index, into: base,
                capacity: slot.count)
        }
        return length == slot.count ? slot : nil
    }

    /// Protects a compound RTCP packet off the forwarding path. Allocates.
    ///
    /// - Returns: `nil` for the reasons of ``protectRTCP(_:into:capacity:)``.
    public mutating func protectRTCP(_ packet: [UInt8]) -> [UInt8]? {
        var slot = [UInt8](repeating: 0, count: packet.count + controlOverhead)
        let length = packet.withUnsafeBytes { packet in
            slot.withUnsafeMutableBytes { slot in
                slot.baseAddress.flatMap { protectRTCP(packet, into: $0, capacity: slot.count) }
            }
        }
        return length == slot.count ? slot : nil
    }
}
