// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
public import ICE
public import RTCBase
public import RTCCrypto

/// What every peer connection of a client shares.
public struct PeerConfiguration: Sendable {
    let context: DTLSContext
    let fingerprint: CertificateFingerprint
    public var ice: ICEAgent.Configuration
    /// Relates the driver's clock to the wall clock, for sender reports; the same for all connections of a process, so that
    /// receivers can play their tracks together.
    public var wallClock: WallClock

    /// - Parameter certificate: what this end proves to be with DTLS.
    /// - Throws: when OpenSSL refuses the certificate.
    public init(certificate: Certificate, ice: ICEAgent.Configuration = .init(), wallClock: WallClock) throws {
        context = try DTLSContext(certificate: certificate)
        fingerprint = certificate.fingerprint
        self.ice = ice
        self.wallClock = wallClock
    }

    /// With a certificate of its own, made now.
    ///
    /// - Parameter unixTime: seconds since 1970, from when on the certificate is valid.
    /// - Throws: when OpenSSL cannot make one.
    public init(unixTime: Int64, ice: ICEAgent.Configuration = .init(), wallClock: WallClock) throws {
        try self.init(certificate: Certificate(unixTime: unixTime), ice: ice, wallClock: wallClock)
    }
}
