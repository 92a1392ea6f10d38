// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCCrypto

/// Session keys from a master key and salt, with a key derivation rate of zero: derived once.
///
/// [RFC 3711 section 4.3](https://www.rfc-editor.org/rfc/rfc3711#section-4.3),
/// [RFC 7714 section 11](https://www.rfc-editor.org/rfc/rfc7714#section-11).
struct SRTPKeyDerivation {
    /// What a derived key is for ([RFC 3711 section 4.3.2](https://www.rfc-editor.org/rfc/rfc3711#section-4.3.2)).
    enum Label: UInt8 {
        case rtpEncryption = 0
        case rtpAuthentication = 1
        case rtpSalt = 2
        case rtcpEncryption = 3
        case rtcpAuthentication = 4
        case rtcpSalt = 5
    }

    let profile: SRTPProfile
    private let masterKey: [UInt8]
    private let masterSalt: [UInt8]

    init(profile: SRTPProfile, masterKey: [UInt8], masterSalt: [UInt8]) throws(SRTPError) {
        guard masterKey.count == profile.keyLength, masterSalt.count == profile.saltLength else {
            throw .masterKeyInvalid
        }
        self.profile = profile
        self.masterKey = masterKey
        self.masterSalt = masterSalt
    }

    init(_ keys: SRTPMasterKeys, side: SRTPSide) throws(SRTPError) {
        switch side {
        case .dtlsClient:
            try self.init(profile: keys.profile, masterKey: keys.clientKey, masterSalt: keys.clientSalt)
        case .dtlsServer:
            try self.init(profile: keys.profile, masterKey: keys.serverKey, masterSalt: keys.serverSalt)
        }
    }

    /// - Parameter length: bytes of key wanted.
    func derive(_ label: Label, length: Int) throws(SRTPError) -> [UInt8] {
        // RFC 3711 section 4.3.1: x = key_id XOR master_salt, aligned at their least significant bits, key_id being the
        // label before 48 bits of zero: byte 7 of 14. Section 4.3.3: the key stream's IV is x * 2^16.
        // RFC 7714 section 11: a salt of 96 bits is multiplied by 2^16 first, that is: zeros follow it.
        var block = masterSalt + [UInt8](repeating: 0, count: 16 - masterSalt.count)
        block[7] ^= label.rawValue
        do {
            var cipher = try AESCTR128(key: masterKey)
            let zeros = [UInt8](repeating: 0, count: length)
            var output = zeros
            let succeeded = block.withUnsafeBytes { counter in
                zeros.withUnsafeBytes { input in
                    output.withUnsafeMutableBytes { output in
                        guard let counter = counter.baseAddress, let output = output.baseAddress else { return false }
                        return cipher.apply(counter: counter, to: input, into: output)
                    }
                }
            }
            guard succeeded else { throw SRTPError.libraryRefused }
            return output
        } catch {
            throw .libraryRefused
        }
    }
}
