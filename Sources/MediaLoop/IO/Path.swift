// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Where packets go and from which local address they leave: what ``SendBatch`` needs to know of a destination.
///
/// Plain bits, made once when ICE chooses a pair, kept in the flat record of a subscriber.
public struct Path: Hashable, Sendable, BitwiseCopyable {
    public let remote: TransportAddress
    /// Of the remote's family; the unspecified address leaves the choice to routing.
    public let local: IPAddress
    /// The interface, where the remote address is link-local and means nothing without it; 0 otherwise.
    public let scope: UInt32

    /// - Parameters:
    ///   - local: the address at which the peer reached us, so that answers leave from where it expects them. A socket
    ///     bound to every address would otherwise answer from the one that routing prefers, which ICE ignores.
    ///   - interface: as ``ReceivedDatagram/interface`` told it; only looked at for link-local IPv6 remotes.
    public init(remote: TransportAddress, local: IPAddress, interface: UInt32 = 0) {
        let isIPv4 = remote.address.isIPv4
        self.remote = remote
        // The kernel refuses a source of the other family, and one that is no host's.
        let usable = local.isIPv4 == isIPv4 && !local.isUnspecified && !local.isMulticast
        self.local = usable ? local : isIPv4 ? .v4Any : .v6Any
        self.scope = !isIPv4 && remote.address.isLinkLocal ? interface : 0
    }

    // Written out so that it is compiled into the packet path rather than called in another module.
    @inline(__always)
    public static func == (a: Path, b: Path) -> Bool {
        a.remote.address.low == b.remote.address.low && a.remote.port == b.remote.port
            && a.remote.address.high == b.remote.address.high && a.local.low == b.local.low
            && a.local.high == b.local.high && a.scope == b.scope
    }
}
