// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

// The attributes of TURN: RFC 8656 section 18.
extension STUNMessage {
    /// Seconds for which an allocation lasts, or is wanted to last.
    public var lifetime: UInt32? {
        get throws(ParseError) { try number(of: .lifetime) }
    }

    /// The channel of a ChannelBind: 16 bits, and 16 that are reserved.
    public var channelNumber: UInt16? {
        get throws(ParseError) { try number(of: .channelNumber).map { UInt16(truncatingIfNeeded: $0 >> 16) } }
    }

    /// The peer that a permission, a channel or data is about.
    public var xorPeerAddress: TransportAddress? {
        get throws(ParseError) { try address(.xorPeerAddress, isXORed: true) }
    }

    /// The server to be asked instead (RFC 8489 section 14.15).
    public var alternateServer: TransportAddress? {
        get throws(ParseError) { try address(.alternateServer, isXORed: false) }
    }

    /// The relayed addresses of an allocation: one, or one of each family (RFC 8656 section 7.3). More are not read.
    public var xorRelayedAddresses: [TransportAddress] {
        get throws(ParseError) {
            var addresses: [TransportAddress] = []
            var offset = Self.headerLength
            while offset < contentEnd, let attribute = Attribute(in: bytes, at: offset), addresses.count < 2 {
                if attribute.type == .xorRelayedAddress {
                    addresses.append(try address(in: attribute, isXORed: true))
                }
                offset = attribute.end
            }
            return addresses
        }
    }
}
