// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCCrypto

/// One direction of one protocol (SRTP or SRTCP): its keyed contexts and its salt.
///
/// An enum would say that exactly one of the two ciphers is there; but the payload of a noncopyable enum cannot be
/// changed in place, and contexts change with every packet.
struct SRTPTransform: ~Copyable {
    enum Use { case rtp, rtcp }
    enum Direction { case sealing, opening }

    let vector: SRTPInitializationVector
    let tagLength: Int
    private var sealer: AESGCM128Sealer?
    private var opener: AESGCM128Opener?
    private var counterMode: AESCTR128?
    private var authenticator: HMACSHA1Context?

    var isGCM: Bool { authenticator == nil }

    init(_ keys: SRTPKeyDerivation, use: Use, direction: Direction) throws(SRTPError) {
        let profile = keys.profile
        let key = try keys.derive(use == .rtp ? .rtpEncryption : .rtcpEncryption, length: profile.keyLength)
        let salt = try keys.derive(use == .rtp ? .rtpSalt : .rtcpSalt, length: profile.saltLength)
        // RFC 3711 section 5.2: the authentication key of HMAC-SHA1 has 160 bits.
        let authenticationKey = try keys.derive(
            use == .rtp ? .rtpAuthentication : .rtcpAuthentication, length: HMACSHA1Context.length)
        try self.init(
            profile: profile, key: key, salt: salt, authenticationKey: authenticationKey, direction: direction)
    }

    /// From session keys: what test vectors name.
    init(
        profile: SRTPProfile, key: [UInt8], salt: [UInt8], authenticationKey: [UInt8], direction: Direction
    ) throws(SRTPError) {
        let isGCM = profile == .aeadAES128GCM
        vector = SRTPInitializationVector(salt: salt, isGCM: isGCM)
        tagLength = profile.tagLength
        do {
            sealer = isGCM && direction == .sealing ? try AESGCM128Sealer(key: key) : nil
            opener = isGCM && direction == .opening ? try AESGCM128Opener(key: key) : nil
            counterMode = isGCM ? nil : try AESCTR128(key: key)
            authenticator = isGCM ? nil : try HMACSHA1Context(key: authenticationKey)
        } catch {
            throw .libraryRefused
        }
    }

    /// GCM: writes ciphertext and tag.
    mutating func seal(
        ssrc: UInt32, index: UInt64, associatedData: UnsafeRawBufferPointer, trailer: UnsafeRawBufferPointer,
        plaintext: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer
    ) -> Bool {
        var nonce = vector.bytes(ssrc: ssrc, index: index)
        return withUnsafePointer(to: &nonce) { nonce in
            sealer?.seal(
                nonce: nonce, associatedData: associatedData, trailer: trailer, plaintext: plaintext, into: output)
                ?? false
        }
    }

    /// GCM: writes what may be plaintext; it is only after `true`.
    mutating func open(
        ssrc: UInt32, index: UInt64, associatedData: UnsafeRawBufferPointer, trailer: UnsafeRawBufferPointer,
        ciphertext: UnsafeRawBufferPointer, tag: UnsafeRawPointer, into output: UnsafeMutableRawPointer
    ) -> Bool {
        var nonce = vector.bytes(ssrc: ssrc, index: index)
        return withUnsafePointer(to: &nonce) { nonce in
            opener?.open(
                nonce: nonce, associatedData: associatedData, trailer: trailer, ciphertext: ciphertext, tag: tag,
                into: output) ?? false
        }
    }

    /// Counter mode: encrypts or decrypts.
    mutating func crypt(
        ssrc: UInt32, index: UInt64, _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer
    ) -> Bool {
        var counter = vector.bytes(ssrc: ssrc, index: index)
        return withUnsafePointer(to: &counter) { counter in
            counterMode?.apply(counter: counter, to: input, into: output) ?? false
        }
    }

    /// Counter mode: writes the tag of a packet.
    ///
    /// - Parameter suffix: what follows the packet in the computation. RFC 3711 section 4.2: for SRTP the roll-over
    ///   counter, for SRTCP nothing.
    mutating func appendTag(
        to packet: UnsafeRawBufferPointer, suffix: UInt32?, at output: UnsafeMutableRawPointer
    ) -> Bool {
        withCode(of: packet, suffix: suffix) { [tagLength] code in
            output.copyMemory(from: code, byteCount: tagLength)
            return true
        }
    }

    /// Counter mode: whether the code of a packet begins with the bytes at `tag`.
    mutating func verify(_ packet: UnsafeRawBufferPointer, suffix: UInt32?, tag: UnsafeRawPointer) -> Bool {
        withCode(of: packet, suffix: suffix) { [tagLength] code in
            HMACSHA1Context.isEqual(code, tag, count: tagLength)
        }
    }

    /// Computes all 20 bytes of a code, of which the first ``tagLength`` travel.
    private mutating func withCode(
        of packet: UnsafeRawBufferPointer, suffix: UInt32?, _ body: (UnsafeRawPointer) -> Bool
    ) -> Bool {
        var code = (UInt64(0), UInt64(0), UInt32(0))
        return withUnsafeMutablePointer(to: &code) { code in
            authenticate(packet, suffix: suffix, into: code) && body(code)
        }
    }

    private mutating func authenticate(
        _ packet: UnsafeRawBufferPointer, suffix: UInt32?, into output: UnsafeMutableRawPointer
    ) -> Bool {
        guard authenticator?.update(packet) ?? false else {
            authenticator?.restart()
            return false
        }
        if var suffix = suffix?.bigEndian {
            guard withUnsafeBytes(of: &suffix, { authenticator?.update($0) ?? false }) else {
                authenticator?.restart()
                return false
            }
        }
        return authenticator?.finish(output) ?? false
    }
}
