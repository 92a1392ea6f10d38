// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL

/// A self-signed certificate on P-256 with its private key: who this endpoint is to its DTLS peers.
///
/// Nothing vouches for it but the fingerprint that signalling carries
/// ([RFC 8827 section 6.5](https://www.rfc-editor.org/rfc/rfc8827#section-6.5)), so that its name and serial number are
/// random: they tell nobody anything. P-256 because every endpoint must support it (same section).
// Sendable: the two OpenSSL objects are written in `init` alone, before anybody else can see them; afterwards they are
// only read, and OpenSSL counts its references to them atomically.
public final class Certificate: @unchecked Sendable {
    /// How long a certificate is valid. Browsers take 30 days too.
    public static let validity = Duration.seconds(30 * secondsPerDay)

    /// The SHA-256 fingerprint for SDP.
    public let fingerprint: CertificateFingerprint
    /// The certificate in its DER form.
    public let der: [UInt8]
    /// Unix time in seconds after which the certificate is no longer valid.
    public let expiry: Int64

    /// The `X509` and `EVP_PKEY` objects: valid as long as this object lives.
    package let x509: OpaquePointer
    package let privateKey: OpaquePointer

    /// Makes a key and signs a certificate for it, about 0.1 ms.
    ///
    /// - Parameter unixTime: the current time in seconds since 1970. The certificate is valid from one day before, so
    ///   that a peer whose clock is late accepts it, and for ``validity`` after that.
    public init(unixTime: Int64) throws(CryptoError) {
        ERR_clear_error()
        guard let privateKey = Self.makeKey() else { throw .openSSL(takeOpenSSLReason()) }
        let start = unixTime - Self.secondsPerDay
        let end = start + Self.validity.components.seconds
        guard let x509 = Self.makeCertificate(privateKey, start: start, end: end) else {
            EVP_PKEY_free(privateKey)
            throw .openSSL(takeOpenSSLReason())
        }
        self.privateKey = privateKey
        self.x509 = x509
        self.expiry = end
        self.der = derBytes(ofX509: x509)
        self.fingerprint = CertificateFingerprint(ofDER: der)
    }

    deinit {
        X509_free(x509)
        EVP_PKEY_free(privateKey)
    }

    private static let secondsPerDay: Int64 = 86400

    private static func makeKey() -> OpaquePointer? {
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
            EVP_PKEY_keygen(context, &key) == 1
        else { return nil }
        return key
    }

    private static func makeCertificate(_ key: OpaquePointer, start: Int64, end: Int64) -> OpaquePointer? {
        guard let x509 = X509_new() else { return nil }
        var random = SecureRandom()
        // RFC 5280 section 4.1.2.2: a serial number is positive; 63 bits keep the sign bit clear.
        let serial = random.next() >> 1 | 1
        let name = String(random.next(), radix: 16)
        guard X509_set_version(x509, Int(X509_VERSION_3)) == 1,
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial) == 1,
            ASN1_TIME_set(X509_getm_notBefore(x509), time_t(start)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(x509), time_t(end)) != nil,
            let subject = X509_get_subject_name(x509),
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0) == 1,
            X509_set_issuer_name(x509, subject) == 1,
            X509_set_pubkey(x509, key) == 1,
            X509_sign(x509, key, EVP_sha256()) > 0
        else {
            X509_free(x509)
            return nil
        }
        return x509
    }
}

/// The DER form of an OpenSSL `X509` object; empty when OpenSSL cannot encode it, which no fingerprint matches.
package func derBytes(ofX509 x509: OpaquePointer) -> [UInt8] {
    let length = i2d_X509(x509, nil)
    guard length > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
        var end = buffer.baseAddress
        count = max(0, Int(i2d_X509(x509, &end)))
    }
}
