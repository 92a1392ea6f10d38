// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// A NAT as RFC 4787 describes them: which address the outside sees (section 4.1), and who may answer (section 5).
///
/// It has one external address, never forgets a mapping, and does not send its own inside traffic back in (no hairpinning).
public struct SimulatedNAT: Sendable {
    public enum Dependence: Sendable, CaseIterable {
        case endpointIndependent, addressDependent, addressAndPortDependent
    }

    public struct Behaviour: Sendable {
        public var mapping: Dependence
        public var filtering: Dependence

        public init(mapping: Dependence, filtering: Dependence) {
            self.mapping = mapping
            self.filtering = filtering
        }

        public static let fullCone = Behaviour(mapping: .endpointIndependent, filtering: .endpointIndependent)
        public static let addressRestricted = Behaviour(mapping: .endpointIndependent, filtering: .addressDependent)
        public static let portRestricted = Behaviour(mapping: .endpointIndependent, filtering: .addressAndPortDependent)
        public static let symmetric = Behaviour(mapping: .addressAndPortDependent, filtering: .addressAndPortDependent)
    }

    public let behaviour: Behaviour
    public let external: IPAddress
    private var nextPort: UInt16 = 20000
    private var mappings: [Mapping: UInt16] = [:]
    private var inside: [UInt16: TransportAddress] = [:]
    /// Where each external port has sent to.
    private var contacted: [UInt16: Set<TransportAddress>] = [:]

    private struct Mapping: Hashable {
        var source: TransportAddress
        var destination: TransportAddress?
    }

    public init(_ behaviour: Behaviour, external: IPAddress) {
        self.behaviour = behaviour
        self.external = external
    }

    private static func part(_ address: TransportAddress, _ dependence: Dependence) -> TransportAddress? {
        switch dependence {
        case .endpointIndependent: nil
        case .addressDependent: TransportAddress(address.address, port: 0)
        case .addressAndPortDependent: address
        }
    }

    /// What the outside sees as the source of a datagram.
    public mutating func translate(_ source: TransportAddress, to destination: TransportAddress) -> TransportAddress {
        let key = Mapping(source: source, destination: Self.part(destination, behaviour.mapping))
        let port = mappings[key] ?? nextPort
        if mappings[key] == nil {
            mappings[key] = port
            inside[port] = source
            nextPort += 7
        }
        contacted[port, default: []].insert(destination)
        return TransportAddress(external, port: port)
    }

    /// Who inside gets a datagram that has come to an external port; `nil` when it is filtered.
    public func admit(from source: TransportAddress, to port: UInt16) -> TransportAddress? {
        guard let target = inside[port], let peers = contacted[port] else { return nil }
        let wanted = Self.part(source, behaviour.filtering)
        guard wanted == nil || peers.contains(where: { Self.part($0, behaviour.filtering) == wanted }) else {
            return nil
        }
        return target
    }

    /// All mappings are gone: the device was restarted.
    public mutating func forget() {
        mappings = [:]
        inside = [:]
        contacted = [:]
    }
}
