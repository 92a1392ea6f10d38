// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL

/// A self-signed certificate on P-256 and its key as PEM text, for a web server that has been given none.
///
/// Browsers warn of it, and may be told to go on: for that it carries a name and the purposes of a server.
public struct SelfSignedPEM: Sendable {
    public let certificate: [UInt8]
    public let privateKey: [UInt8]

    /// One year: the longest that browsers put up with (398 days), and longer than a server runs.
    public static let validity: Int64 = 365 * 86400

    /// - Parameters:
    ///   - commonName: the subject, also as its alternative name.
    ///   - unixTime: the current time in seconds since 1970. The certificate is valid from one day before.
    public init(commonName: String, unixTime: Int64) throws(CryptoError) {
        ERR_clear_error()
        guard let key = Self.makeKey() else { throw .openSSL(takeOpenSSLReason()) }
        defer { EVP_PKEY_free(key) }
        guard let x509 = X509_new() else { throw .openSSL(takeOpenSSLReason()) }
        defer { X509_free(x509) }
        var random = SecureRandom()
        guard X509_set_version(x509, Int(X509_VERSION_3)) == 1,
            // RFC 5280 section 4.1.2.2: a serial number is positive; 63 bits keep the sign bit clear.
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), random.next() >> 1 | 1) == 1,
            ASN1_TIME_set(X509_getm_notBefore(x509), time_t(unixTime - 86400)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(x509), time_t(unixTime + Self.validity)) != nil,
            let subject = X509_get_subject_name(x509),
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, commonName, -1, -1, 0) == 1,
            X509_set_issuer_name(x509, subject) == 1,
            X509_set_pubkey(x509, key) == 1,
            Self.add(NID_subject_alt_name, "DNS:\(commonName)", to: x509),
            Self.add(NID_ext_key_usage, "serverAuth", to: x509),
            X509_sign(x509, key, EVP_sha256()) > 0,
            let certificate = Self.text({ PEM_write_bio_X509($0, x509) }),
            let privateKey = Self.text({ PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
        else { throw .openSSL(takeOpenSSLReason()) }
        self.certificate = certificate
        self.privateKey = privateKey
    }

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

    private static func add(_ identifier: Int32, _ value: String, to x509: OpaquePointer) -> Bool {
        guard let addition = X509V3_EXT_conf_nid(nil, nil, identifier, value) else { return false }
        defer { X509_EXTENSION_free(addition) }
        return X509_add_ext(x509, addition, -1) == 1
    }

    private static func text(_ write: (OpaquePointer) -> Int32) -> [UInt8]? {
        guard let bio = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { return nil }
        let length = Int(BIO_ctrl_pending(bio))
        var bytes = [UInt8](repeating: 0, count: length)
        guard BIO_read(bio, &bytes, Int32(length)) == Int32(length) else { return nil }
        return bytes
    }
}
