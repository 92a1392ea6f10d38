// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL
public import RTCCrypto

/// What many associations share: the certificate, the profiles and OpenSSL's tables for them, about 40 KB.
///
/// One serves all associations of a server, on all its threads.
// Sendable: everything is written in `init` alone; afterwards associations only read, and what OpenSSL counts in its
// SSL_CTX it counts atomically. Sessions, which OpenSSL would keep in it under a lock, are switched off.
public final class DTLSContext: @unchecked Sendable {
    public let certificate: Certificate
    /// In the order of our preference.
    public let profiles: [SRTPProfile]

    let context: OpaquePointer
    let bioMethod: OpaquePointer

    /// - Parameter profiles: the protection profiles that are negotiated, the preferred one first. Both browsers take
    ///   AES-GCM, which costs half of what the other does.
    /// - Throws: ``DTLSError/noProfiles`` or ``DTLSError/openSSL(_:)``.
    public init(
        certificate: Certificate, profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMHMACSHA1_80]
    ) throws(DTLSError) {
        guard !profiles.isEmpty else { throw .noProfiles }
        ERR_clear_error()
        guard let context = SSL_CTX_new(DTLS_method()) else { throw .openSSL(takeOpenSSLReason()) }
        guard Self.configure(context, certificate, profiles), let bioMethod = DatagramBIO.makeMethod() else {
            SSL_CTX_free(context)
            throw .openSSL(takeOpenSSLReason())
        }
        self.certificate = certificate
        self.profiles = profiles
        self.context = context
        self.bioMethod = bioMethod
    }

    deinit {
        SSL_CTX_free(context)
        BIO_meth_free(bioMethod)
    }

    private static func configure(
        _ context: OpaquePointer, _ certificate: Certificate, _ profiles: [SRTPProfile]
    ) -> Bool {
        _ = SSL_CTX_set_options(context, options)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_CERT_LIST, Int(RecordFilter.maximumMessageLength), nil)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        // No chain is built: the fingerprint from signalling is the only authority (RFC 8827 section 6.5).
        SSL_CTX_set_cert_verify_callback(context, { store, _ in DTLSSession.verifyPeer(store) }, nil)
        return SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(DTLS1_2_VERSION), nil) == 1
            && SSL_CTX_set_cipher_list(context, cipherSuites) == 1
            && groups.withCString {
                SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, UnsafeMutableRawPointer(mutating: $0))
            } == 1
            && SSL_CTX_use_certificate(context, certificate.x509) == 1
            && SSL_CTX_use_PrivateKey(context, certificate.privateKey) == 1
            // The one function of OpenSSL that returns 0 when it succeeds.
            && SSL_CTX_set_tlsext_use_srtp(context, profiles.map(\.openSSLName).joined(separator: ":")) == 0
    }

    /// GCM alone: every WebRTC endpoint has it, and the least length of a protected record becomes a constant.
    private static let cipherSuites = """
        ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
        ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384
        """
    private static let groups = "X25519:P-256:P-384"

    /// SSL_OP_NO_QUERY_MTU, _NO_TICKET, _NO_COMPRESSION, _CIPHER_SERVER_PREFERENCE and _NO_RENEGOTIATION, whose macros
    /// Swift does not see. Without renegotiation a certificate cannot be swapped after it has been checked.
    private static let options: UInt64 = 1 << 12 | 1 << 14 | 1 << 17 | 1 << 22 | 1 << 30
}

extension SRTPProfile {
    var openSSLName: String {
        switch self {
        case .aes128CMHMACSHA1_80: "SRTP_AES128_CM_SHA1_80"
        case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
        }
    }
}
