// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import Glibc
public import RTCBase

/// The addresses of this machine.
public enum NetworkInterfaces {
    /// The addresses of the interfaces that are up, each once, for host candidates.
    ///
    /// In the system's order (interface by interface as they were made, IPv4 before IPv6), except that loopback comes
    /// last: Firefox checks no loopback candidate, and Chromium should prefer another. IPv6 link-local addresses are
    /// left out, since a candidate has no room for the zone that they need (RFC 8445 section 5.1.1.1).
    public static func addresses() -> [IPAddress] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }

        var outer: [IPAddress] = []
        var loopback: [IPAddress] = []
        var next = first
        while let interface = next {
            next = interface.pointee.ifa_next
            guard interface.pointee.ifa_flags & UInt32(IFF_UP) != 0 else { continue }
            guard let name = interface.pointee.ifa_addr, let address = transportAddress(at: name)?.address else {
                continue
            }
            guard !address.isUnspecified, !address.isMulticast, address.isIPv4 || !address.isLinkLocal else { continue }
            let isLoopback = address.isLoopback || interface.pointee.ifa_flags & UInt32(IFF_LOOPBACK) != 0
            if isLoopback {
                if !loopback.contains(address) { loopback.append(address) }
            } else if !outer.contains(address) {
                outer.append(address)
            }
        }
        return outer + loopback
    }
}
