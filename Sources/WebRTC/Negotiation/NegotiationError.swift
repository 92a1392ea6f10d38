// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import SDP

/// Why an offer or an answer was refused as a whole. A section that merely suits nobody is rejected alone, and is no
/// error.
public enum NegotiationError: Error, Hashable, Sendable {
    /// The text is no session description.
    case malformed(SDPError)
    /// A section has no `a=mid`, without which it can be neither bundled nor named.
    case missingMid
    /// Two sections have the same mid.
    case duplicateMid
    /// No section suits: none is audio or video with a codec that is allowed, bundled and with RTCP multiplexed.
    case nothingAcceptable
    /// The answer accepts sections that it does not bundle.
    case notBundled
    /// There is no fingerprint, so that nobody could tell who completes the DTLS handshake.
    case missingFingerprint
    /// All fingerprints are by hash functions that are broken (MD5, SHA-1) or unknown.
    case unsupportedFingerprint
    /// A fingerprint is not what its hash function yields.
    case malformedFingerprint
    /// The sections of one transport declare different certificates.
    case conflictingFingerprints
    /// The certificate is not the one of the description before.
    case changedFingerprint
    /// User name fragment or password of ICE is missing or malformed.
    case missingCredentials
    /// The `a=setup` attributes leave nobody, or both, to begin the DTLS handshake, or change who did.
    case incompatibleSetup
    /// The sections do not continue those of the description before (RFC 8829 section 5.2.2) or do not correspond to
    /// those of the offer.
    case changedSections
    /// There is no offer that this could answer.
    case unexpectedAnswer
}

extension NegotiationError: CustomStringConvertible {
    /// A sentence that may be shown to the peer.
    public var description: String {
        switch self {
        case .malformed(let error): "the session description is malformed: \(error)"
        case .missingMid: "a media section has no mid"
        case .duplicateMid: "two media sections have the same mid"
        case .nothingAcceptable: "no media section can be accepted: unknown codecs, or not bundled"
        case .notBundled: "the media sections are not bundled"
        case .missingFingerprint: "there is no certificate fingerprint"
        case .unsupportedFingerprint: "the certificate fingerprint's hash function is not supported"
        case .malformedFingerprint: "the certificate fingerprint is malformed"
        case .conflictingFingerprints: "the media sections declare different certificate fingerprints"
        case .changedFingerprint: "the certificate fingerprint has changed"
        case .missingCredentials: "the ICE user name fragment or password is missing or malformed"
        case .incompatibleSetup: "the DTLS roles do not fit"
        case .changedSections: "the media sections do not continue those of before"
        case .unexpectedAnswer: "there is no offer to answer"
        }
    }
}
