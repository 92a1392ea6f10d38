// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// One address at which a peer may be reached, as `a=candidate` carries it.
///
/// [RFC 8839 section 5.1](https://www.rfc-editor.org/rfc/rfc8839#section-5.1).
public struct ICECandidate: Hashable, Sendable {
    public enum Kind: String, Sendable { case host, srflx, prflx, relay }
    public enum TransportProtocol: String, Sendable { case udp, tcp }

    public var foundation: String
    /// 1 for RTP (and everything else with rtcp-mux), 2 for RTCP.
    public var component: Int
    public var transport: TransportProtocol
    public var priority: UInt32
    public var address: TransportAddress
    public var kind: Kind
    public var relatedAddress: TransportAddress?

    public init(
        foundation: String, component: Int = 1, transport: TransportProtocol = .udp, priority: UInt32,
        address: TransportAddress, kind: Kind, relatedAddress: TransportAddress? = nil
    ) {
        self.foundation = foundation
        self.component = component
        self.transport = transport
        self.priority = priority
        self.address = address
        self.kind = kind
        self.relatedAddress = relatedAddress
    }
}
