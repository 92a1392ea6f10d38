// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import RTCCrypto
import SDP

/// What a description declares about the one transport of its bundled sections.
struct DeclaredTransport {
    var credentials: ICECredentials
    var fingerprint: CertificateFingerprint
    var isICELite: Bool
    var candidates: [ICECandidate]
    var setup: Setup?

    /// - Parameter sections: the accepted sections, the tagged one first (RFC 8843 section 7.3.1): its attributes
    ///   count. The others may repeat them; some peers give each section ICE credentials for the case that it is not
    ///   bundled. Another certificate is refused, because somebody is confused or lying.
    init(_ session: SessionDescription, sections: [MediaDescription]) throws(NegotiationError) {
        guard let tagged = sections.first else { throw .nothingAcceptable }
        let common = session.attributes
        guard let ufrag = tagged.attributes.first(ICEUsernameFragment.self) ?? common.first(ICEUsernameFragment.self),
            let password = tagged.attributes.first(ICEPassword.self) ?? common.first(ICEPassword.self)
        else { throw .missingCredentials }
        credentials = ICECredentials(ufrag: ufrag.rawValue, password: password.rawValue)

        // RFC 8122 section 5: a fingerprint of the session is the default for its media sections.
        let inherited = try CertificateFingerprint.declared(by: common)
        guard let fingerprint = try CertificateFingerprint.declared(by: tagged.attributes) ?? inherited else {
            throw .missingFingerprint
        }
        for section in sections.dropFirst() {
            let other = try CertificateFingerprint.declared(by: section.attributes) ?? inherited
            guard other == nil || other == fingerprint else { throw .conflictingFingerprints }
        }
        self.fingerprint = fingerprint

        isICELite = common.contains(.iceLite)
        candidates = tagged.attributes.all(CandidateText.self).lazy.compactMap { text -> ICECandidate? in
            // What is malformed, a name or for RTCP alone is as absent: checks find the peer's address without it.
            guard case .candidate(let candidate)? = try? ICECandidateLine(parsing: "candidate:\(text.rawValue)"),
                candidate.component == 1
            else { return nil }
            return candidate
        }.prefix(NegotiationLimits.candidates).map { $0 }
        setup = tagged.attributes.first(Setup.self) ?? common.first(Setup.self)
    }

    func remote(localRole: DTLSRole) -> RemoteTransport {
        RemoteTransport(
            credentials: credentials, fingerprint: fingerprint, isICELite: isICELite, candidates: candidates,
            localRole: localRole)
    }
}

extension LocalTransport {
    /// What every description of ours says before its first section, besides the BUNDLE group.
    func sessionAttributes(bundle: [String]) -> [Attribute] {
        var attributes: [Attribute] = []
        if isICELite { attributes.append(.iceLite) }
        attributes.append(MediaGroup(.bundle, mids: bundle))
        attributes.append(ICEOptions([ICEOptions.trickle]))
        attributes.append(Attribute("msid-semantic", "WMS *"))
        attributes.append(Attribute(Fingerprint.attributeName, fingerprint.sdpText))
        return attributes
    }

    func sectionAttributes(mid: String, setup: Setup) -> [Attribute] {
        var attributes: [Attribute] = []
        attributes.append(MediaIdentifier(rawValue: mid))
        attributes.append(setup)
        attributes.append(ICEUsernameFragment(rawValue: credentials.ufrag))
        attributes.append(ICEPassword(rawValue: credentials.password))
        return attributes
    }

    /// Only for the first section of the bundle (RFC 8843 section 7.1.3).
    var candidateAttributes: [Attribute] {
        guard !candidates.isEmpty else { return [] }
        return candidates.map {
            Attribute(CandidateText.attributeName, String($0.attributeText.dropFirst("candidate:".count)))
        }
            + [Attribute(AttributeFlag.endOfCandidates.rawValue)]
    }
}

extension MediaDescription {
    /// RFC 8843 section 6: port 0 with `a=bundle-only` is no rejection.
    var isOpen: Bool { port != 0 || attributes.contains(.bundleOnly) }

    /// RFC 8829 section 5.1.2: what must be accepted. All mean RTP over DTLS-SRTP here, since there is a fingerprint.
    var isRTP: Bool {
        switch proto {
        case "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVP", "DTLS/SAVPF",
            "RTP/SAVPF",
            "RTP/SAVP", "RTP/AVPF", "RTP/AVP":
            true
        default: false
        }
    }
}
