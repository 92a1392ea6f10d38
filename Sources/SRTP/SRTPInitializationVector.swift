// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The session salt, ready to be combined with an SSRC and an index into the IV of a packet.
///
/// Both profiles lay the 48-bit index behind the SSRC; only where it begins differs:
///
/// ```
/// AES-CM   0000 SSRC iiii iiii 00   (16 bytes: SSRC at 4, index at 8, block counter at 14)
/// AES-GCM  00 SSRC ii iiii          (12 bytes: SSRC at 2, index at 6; an SRTCP index is its low 31 bits)
/// ```
///
/// [RFC 3711 section 4.1.1](https://www.rfc-editor.org/rfc/rfc3711#section-4.1.1),
/// [RFC 7714 section 8.1 and 9.1](https://www.rfc-editor.org/rfc/rfc7714#section-8.1).
struct SRTPInitializationVector: BitwiseCopyable {
    private let high: UInt64
    private let low: UInt64
    private let isGCM: Bool

    /// - Parameter salt: 12 bytes for GCM, 14 for counter mode.
    init(salt: [UInt8], isGCM: Bool) {
        var words: (UInt64, UInt64) = (0, 0)
        for (offset, byte) in salt.prefix(16).enumerated() {
            let shifted = UInt64(byte) << UInt64(56 - 8 * (offset % 8))
            if offset < 8 { words.0 |= shifted } else { words.1 |= shifted }
        }
        high = words.0
        low = words.1
        self.isGCM = isGCM
    }

    /// The IV in network order: 16 bytes, of which GCM uses the first 12.
    func bytes(ssrc: UInt32, index: UInt64) -> (UInt64, UInt64) {
        if isGCM {
            let first = UInt64(ssrc) << 16 | index >> 32 & 0xffff
            return ((high ^ first).bigEndian, (low ^ (index << 32)).bigEndian)
        }
        return ((high ^ UInt64(ssrc)).bigEndian, (low ^ (index << 16)).bigEndian)
    }
}
