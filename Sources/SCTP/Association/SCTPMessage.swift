// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// One message, as it is sent or received.
public struct SCTPMessage: Sendable, Equatable {
    /// The number of its stream.
    public var stream: UInt16
    /// What it is: the application's number, in data channels RFC 8831 section 8's.
    public var payloadProtocol: UInt32
    public var bytes: [UInt8]
    /// Whether it arrives after what was sent on its stream before it.
    public var isOrdered: Bool
    /// How hard it is tried; of no meaning in what is received.
    public var reliability: SCTPReliability

    public init(
        stream: UInt16, payloadProtocol: UInt32, bytes: [UInt8], isOrdered: Bool = true,
        reliability: SCTPReliability = .reliable
    ) {
        self.stream = stream
        self.payloadProtocol = payloadProtocol
        self.bytes = bytes
        self.isOrdered = isOrdered
        self.reliability = reliability
    }
}

/// When a message is given up. [RFC 3758](https://www.rfc-editor.org/rfc/rfc3758),
/// [RFC 7496](https://www.rfc-editor.org/rfc/rfc7496). With a peer that knows neither, every message is reliable.
public enum SCTPReliability: Sendable, Hashable {
    case reliable
    /// After so many retransmissions of one of its fragments; 0 sends once.
    case retransmissions(UInt16)
    /// When it would have to be sent again, or for the first time, so long after it was given to us.
    case lifetime(Duration)
}
