// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// One address at which a peer may be reached, as `a=candidate` carries it.
///
/// [RFC 8839 section 5.1](https://www.rfc-editor.org/rfc/rfc8839#section-5.1).
public struct ICECandidate: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable { case host, srflx, prflx, relay }
    public enum TransportProtocol: String, Sendable, CaseIterable { case udp, tcp }
    /// Who opens the connection of a TCP candidate ([RFC 6544](https://www.rfc-editor.org/rfc/rfc6544#section-4.5)).
    public enum TCPType: String, Sendable, CaseIterable {
        case active, passive
        case simultaneousOpen = "so"
    }

    public var foundation: String
    /// 1 for RTP (and everything else with rtcp-mux), 2 for RTCP.
    public var component: Int
    public var transport: TransportProtocol
    public var priority: UInt32
    public var address: TransportAddress
    public var kind: Kind
    public var relatedAddress: TransportAddress?
    public var tcpType: TCPType?

    public init(
        foundation: String, component: Int = 1, transport: TransportProtocol = .udp, priority: UInt32,
        address: TransportAddress, kind: Kind, relatedAddress: TransportAddress? = nil, tcpType: TCPType? = nil
    ) {
        self.foundation = foundation
        self.component = component
        self.transport = transport
        self.priority = priority
        self.address = address
        self.kind = kind
        self.relatedAddress = relatedAddress
        self.tcpType = tcpType
    }

    /// A UDP candidate for an address of this host, with foundation and priority computed.
    /// - Parameter preference: rank among the host's addresses, 65535 for the one to be used first. The order that RFC
    ///   8421 section 4 recommends (IPv6 and IPv4 interleaved) is the caller's affair.
    public static func host(_ address: TransportAddress, preference: UInt16 = .max) -> ICECandidate {
        ICECandidate(
            foundation: foundation(kind: .host, transport: .udp, base: address.address),
            priority: priority(kind: .host, preference: preference), address: address, kind: .host)
    }

    /// [RFC 8445 section 5.1.2.1](https://www.rfc-editor.org/rfc/rfc8445#section-5.1.2.1):
    /// priority = 2^24 × type preference + 2^8 × local preference + 256 − component.
    /// - Parameter component: 1 to 256; others are clamped.
    public static func priority(kind: Kind, preference: UInt16, component: Int = 1) -> UInt32 {
        UInt32(kind.preference) << 24 | UInt32(preference) << 8 | UInt32(256 - max(1, min(256, component)))
    }

    /// The same text for candidates of the same type, base, server and protocol, and another text for others.
    ///
    /// [RFC 8445 section 5.1.1.3](https://www.rfc-editor.org/rfc/rfc8445#section-5.1.1.3). A digest (FNV-1a): the
    /// foundation of a host candidate does not show its address.
    public static func foundation(
        kind: Kind, transport: TransportProtocol, base: IPAddress, server: IPAddress? = nil
    ) -> String {
        var writer = ByteWriter(reservingCapacity: 34)
        writer.write(kind.preference)
        writer.write(transport == .udp ? 0 : 1 as UInt8)
        writer.write(base.high)
        writer.write(base.low)
        if let server {
            writer.write(server.high)
            writer.write(server.low)
        }
        let digest = writer.bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return String(digest >> 32 ^ digest & 0xffff_ffff)
    }

    /// Whether an agent may send a check there at all: no candidate makes us send to nobody or to everybody.
    ///
    /// Loopback, private and link-local addresses are reachable: a peer on the same host or network is legitimate, and
    /// one check of about 100 bytes that nobody answers is all that a false one gets.
    public var isReachable: Bool {
        let ip = address.address
        return address.port != 0 && !ip.isUnspecified && !ip.isMulticast && ip != IPAddress(v4: .max)
    }
}

extension ICECandidate.Kind {
    /// RFC 8445 section 5.1.2.2: "The RECOMMENDED values for type preferences are 126 for host candidates, 110 for
    /// peer-reflexive candidates, 100 for server-reflexive candidates, and 0 for relayed candidates."
    var preference: UInt8 {
        switch self {
        case .host: 126
        case .prflx: 110
        case .srflx: 100
        case .relay: 0
        }
    }
}
