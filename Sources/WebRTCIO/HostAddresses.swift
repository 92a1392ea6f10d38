// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
public import RTCBase

/// The addresses of this host that a peer might reach, as of now.
public enum HostAddresses {
    /// IPv6 and IPv4 addresses of all interfaces, without link-local and multicast ones, each once, in the order of the
    /// interfaces. Loopback comes last: it reaches this host alone, and is never told to a peer
    /// ([RFC 8445 section 5.1.1.1](https://www.rfc-editor.org/rfc/rfc8445#section-5.1.1.1)).
    public static func current() -> [IPAddress] {
        var addresses: [IPAddress] = []
        for device in (try? System.enumerateDevices()) ?? [] {
            // With a zone the text of a link-local address is none that could be used without the zone.
            guard let text = device.address?.ipAddress, let address = IPAddress(text), !address.isLinkLocal,
                !address.isMulticast, !address.isUnspecified, !addresses.contains(address)
            else { continue }
            addresses.append(address)
        }
        return addresses.filter { !$0.isLoopback } + addresses.filter(\.isLoopback)
    }
}
