// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The number of a data channel: that of its stream, the same in both directions.
public struct DataChannelID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public init(_ rawValue: UInt16) { self.rawValue = rawValue }

    public static func < (a: DataChannelID, b: DataChannelID) -> Bool { a.rawValue < b.rawValue }
}

/// What a data channel is like: the members of `RTCDataChannelInit`.
public struct DataChannelOptions: Sendable, Equatable {
    /// For the applications; at most 65,535 bytes of UTF-8.
    public var label: String
    /// The name of a protocol that the applications know; empty for none.
    public var subprotocol = ""
    public var isOrdered = true
    public var reliability = SCTPReliability.reliable
    /// RFC 8831 section 6.4: 256 is normal. It is told to the peer and changes nothing here.
    public var priority: UInt16 = 256
    /// The identifier that both sides have agreed on by other means; `nil` lets us choose one and tell the peer.
    public var negotiated: DataChannelID?

    public init(label: String) { self.label = label }
}

/// One message of a channel.
public struct DataChannelMessage: Sendable, Equatable {
    public enum Kind: Sendable, Hashable {
        /// UTF-8; what a peer sends is not checked.
        case text
        case binary
    }

    public var kind: Kind
    public var bytes: [UInt8]

    public init(_ kind: Kind, _ bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }

    public static func text(_ text: String) -> DataChannelMessage { DataChannelMessage(.text, Array(text.utf8)) }
    public static func binary(_ bytes: [UInt8]) -> DataChannelMessage { DataChannelMessage(.binary, bytes) }

    /// A text message's text, with replacement characters for what is no UTF-8; `nil` for a binary one.
    public var text: String? { kind == .text ? String(decoding: bytes, as: UTF8.self) : nil }
}

/// What happened to the channels of a connection, in its order.
public enum DataChannelEvent: Sendable, Equatable {
    /// The association is there.
    case connected
    /// The peer has opened a channel.
    case opened(DataChannelID, DataChannelOptions)
    /// The peer has a channel that we have opened, or that was agreed on.
    case ready(DataChannelID)
    case message(DataChannelID, DataChannelMessage)
    /// What waits on a channel has fallen to its threshold.
    case bufferedAmountLow(DataChannelID)
    /// Both halves have ended; the number is free again.
    case closed(DataChannelID)
    /// The association has ended, and all channels with it; `nil` for a graceful end.
    case disconnected(SCTPFailure?)
}

/// What a caller did wrong.
public enum DataChannelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// All identifiers of our side are in use.
    case noFreeIdentifier
    /// The identifier that was agreed on is in use, or not below ``SCTPLimits/streams``.
    case identifierInUse
    /// Label or protocol has more than 65,535 bytes.
    case labelTooLong
    /// There is no such channel, or it is being closed.
    case noSuchChannel
    case transport(SCTPError)

    public var description: String {
        switch self {
        case .noFreeIdentifier: "there are too many data channels"
        case .identifierInUse: "a data channel has this identifier"
        case .labelTooLong: "the label of a data channel is too long"
        case .noSuchChannel: "there is no such data channel"
        case .transport(let error): error.description
        }
    }
}
