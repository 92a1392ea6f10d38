// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

extension SRTPReceiver {
    /// Verifies and decrypts an SRTP packet off the forwarding path. Allocates.
    ///
    /// - Returns: what became of the packet, and its bytes in clear; they are empty when it was rejected.
    public mutating func unprotect(_ packet: [UInt8]) -> (result: SRTPUnprotected, bytes: [UInt8]) {
        collect(packet) { receiver, packet, slot in
            receiver.unprotect(packet, into: slot, capacity: packet.count)
        }
    }

    /// Verifies and decrypts an SRTCP packet off the forwarding path. Allocates.
    ///
    /// - Returns: what became of the packet, and its bytes in clear; they are empty when it was rejected.
    public mutating func unprotectRTCP(_ packet: [UInt8]) -> (result: SRTPUnprotected, bytes: [UInt8]) {
        collect(packet) { receiver, packet, slot in
            receiver.unprotectRTCP(packet, into: slot, capacity: packet.count)
        }
    }

    private mutating func collect(
        _ packet: [UInt8],
        _ body: (inout SRTPReceiver, UnsafeRawBufferPointer, UnsafeMutableRawPointer) -> SRTPUnprotected
    ) -> (result: SRTPUnprotected, bytes: [UInt8]) {
        var result = SRTPUnprotected.rejected(.malformed)
        let bytes = packet.withUnsafeBytes { packet in
            // One byte more than needed, so that even an empty packet has a slot with an address.
            [UInt8](unsafeUninitializedCapacity: packet.count + 1) { slot, count in
                guard let base = slot.baseAddress else { return }
                result = body(&self, packet, UnsafeMutableRawPointer(base))
                if case .packet(let length, _) = result { count = length }
            }
        }
        return (result, bytes)
    }
}
