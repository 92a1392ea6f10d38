// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import SDP

/// Either side of a connection that carries data channels and no media.
///
/// [RFC 8841](https://www.rfc-editor.org/rfc/rfc8841), [RFC 8829](https://www.rfc-editor.org/rfc/rfc8829). One section,
/// offered once and answered once; later descriptions of the same section may restart ICE. A description that fails leaves
/// the state as it was.
public struct DataNegotiation: Sendable {
    /// What the two descriptions have led to.
    public struct Agreement: Hashable, Sendable {
        public var remote: RemoteTransport
        /// Source port of the peer's SCTP packets, and destination of ours.
        public var remotePort: UInt16
        /// The longest message that the peer takes, in bytes.
        public var maximumMessageSize: Int
        /// The peer's ICE credentials are new.
        public var iceRestarted: Bool
    }

    /// The longest message that we take, in bytes: what Chromium takes too, and more than any piece of a file.
    public static let maximumMessageSize = 262_144
    /// Our port.
    public static let localPort = SCTPPort.webRTC.rawValue

    private var mid = "0"
    private var remote: RemoteTransport?
    private var version: UInt64 = 0
    private var awaitsAnswer = false
    private static let format = "webrtc-datachannel"

    public init() {}

    public mutating func offer(local: LocalTransport) -> String {
        awaitsAnswer = true
        return describe(local, setup: .actpass, others: [])
    }

    /// - Throws: ``NegotiationError``.
    public mutating func apply(answer: String) throws(NegotiationError) -> Agreement {
        guard awaitsAnswer else { throw .unexpectedAnswer }
        let session = try Self.parse(answer)
        guard session.media.count == 1, let section = session.media.first, section.kind == .application,
            section.mid ?? mid == mid
        else { throw .changedSections }
        guard section.port != 0 else { throw .nothingAcceptable }
        let agreement = try agreement(session, section) { setup throws(NegotiationError) in
            switch setup {
            // RFC 4145 section 4: absent means active.
            case nil, .active: .server
            case .passive: .client
            case .actpass, .holdconn: throw .incompatibleSetup
            }
        }
        awaitsAnswer = false
        remote = agreement.remote
        return agreement
    }

    /// Answers an offer; sections of media in it are rejected.
    ///
    /// - Parameter local: told whether the offer restarts ICE, in which case our credentials must be new as well.
    /// - Throws: ``NegotiationError``.
    public mutating func answer(
        offer: String, local: (_ iceRestarted: Bool) -> LocalTransport
    ) throws(NegotiationError) -> (sdp: String, agreement: Agreement) {
        let session = try Self.parse(offer)
        guard
            let index = session.media.firstIndex(where: {
                $0.kind == .application && $0.isOpen && $0.formats.contains(Self.format)
                    && ["UDP/DTLS/SCTP", "TCP/DTLS/SCTP"].contains($0.proto)
            })
        else { throw .nothingAcceptable }
        let section = session.media[index]
        guard let mid = section.mid else { throw .missingMid }
        guard remote == nil || mid == self.mid else { throw .changedSections }
        let current = remote?.localRole
        let agreement = try agreement(session, section) { setup throws(NegotiationError) in
            switch setup {
            case nil, .actpass: current ?? .client
            case .passive: .client
            case .active: .server
            case .holdconn: throw .incompatibleSetup
            }
        }
        self.mid = mid
        remote = agreement.remote
        let sdp = describe(
            local(agreement.iceRestarted), setup: agreement.remote.localRole == .client ? .active : .passive,
            others: session.media.indices.map { $0 == index ? nil : session.media[$0] })
        return (sdp, agreement)
    }

    private static func parse(_ text: String) throws(NegotiationError) -> SessionDescription {
        do {
            return try SessionDescription(parsing: text)
        } catch {
            throw .malformed(error)
        }
    }

    private func agreement(
        _ session: SessionDescription, _ section: MediaDescription,
        role: (Setup?) throws(NegotiationError) -> DTLSRole
    ) throws(NegotiationError) -> Agreement {
        let transport = try DeclaredTransport(session, sections: [section])
        if let remote, remote.fingerprint != transport.fingerprint { throw .changedFingerprint }
        let role = try role(transport.setup)
        // RFC 8842 section 5.3: the role stays as long as the association does.
        if let remote, remote.localRole != role { throw .incompatibleSetup }
        let size = section.attributes.first(MaximumMessageSize.self) ?? .absent
        return Agreement(
            remote: transport.remote(localRole: role),
            remotePort: (section.attributes.first(SCTPPort.self) ?? .webRTC).rawValue,
            maximumMessageSize: size.rawValue == 0 ? .max : Int(clamping: size.rawValue),
            iceRestarted: remote.map { $0.credentials != transport.credentials } ?? false)
    }

    /// - Parameter others: with an answer, the offer's other sections in their places, around `nil` for ours.
    private mutating func describe(
        _ local: LocalTransport, setup: Setup, others: [MediaDescription?]
    ) -> String {
        version &+= 1
        var section = MediaDescription(kind: .application, proto: "UDP/DTLS/SCTP", formats: [Self.format])
        section.attributes = local.sectionAttributes(mid: mid, setup: setup)
        section.attributes.append(SCTPPort(rawValue: Self.localPort))
        section.attributes.append(MaximumMessageSize(rawValue: UInt64(Self.maximumMessageSize)))
        section.attributes += local.candidateAttributes
        let media = others.isEmpty ? [section] : others.map { $0.map(Self.rejected) ?? section }
        return SessionDescription(
            origin: Origin(sessionID: "1", sessionVersion: String(version)),
            attributes: local.sessionAttributes(bundle: [mid]), media: media
        ).text
    }

    private static func rejected(_ section: MediaDescription) -> MediaDescription {
        MediaDescription(
            kind: section.kind, port: 0, proto: section.proto, formats: Array(section.formats.prefix(1)),
            attributes: section.attributes.first(MediaIdentifier.self).map { [Attribute($0)] } ?? [])
    }
}
