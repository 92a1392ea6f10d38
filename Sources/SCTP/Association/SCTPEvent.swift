// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What an association reports, in the order in which it happened.
public enum SCTPEvent: Sendable, Equatable {
    /// Both sides know each other: what waits is being sent.
    case connected
    /// A whole message, in its order if it has one.
    case message(SCTPMessage)
    /// The peer's streams with these numbers have ended and begin anew (RFC 6525).
    case incomingStreamsReset([UInt16])
    /// Ours have, as ``SCTPAssociation/resetStreams(_:)`` asked, or the peer.
    case outgoingStreamsReset([UInt16])
    /// The peer will not let them.
    case resetRefused([UInt16])
    /// What waits for a stream has fallen to its threshold.
    case bufferedAmountLow(stream: UInt16)
    /// A graceful end, by either side; all that was sent has arrived.
    case closed
    /// It is over, and what was not acknowledged may be lost.
    case failed(SCTPFailure)
}

/// Why an association ended without a good end.
public enum SCTPFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The peer does not answer.
    case timedOut
    /// The peer gave up, with this cause of RFC 9260 section 3.3.10; 0 when it named none.
    case aborted(cause: UInt16)
    /// The peer broke a rule.
    case protocolViolation
    /// The peer sent a message longer than the ``SCTPConfiguration/maximumIncomingMessage`` that it was told.
    case messageTooLong

    public var description: String {
        switch self {
        case .timedOut: "the peer does not answer"
        case .aborted(let cause): "the peer aborted with cause \(cause)"
        case .protocolViolation: "the peer broke the protocol"
        case .messageTooLong: "the peer sent a message longer than it may"
        }
    }
}

/// What a caller did wrong.
public enum SCTPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The association is over, or is being ended.
    case notOpen
    /// SCTP has no empty messages: data channels send one byte under another name.
    case emptyMessage
    /// Longer than the peer takes.
    case messageTooLong
    /// The number is not below what both sides agreed on, or below ``SCTPLimits/streams`` before they have.
    case noSuchStream
    /// The stream is being reset.
    case streamClosing
    /// More waits than ``SCTPLimits/sendBuffer`` or ``SCTPLimits/queuedMessages``: wait for
    /// ``SCTPEvent/bufferedAmountLow(stream:)``.
    case bufferFull

    public var description: String {
        switch self {
        case .notOpen: "the association is not open"
        case .emptyMessage: "an SCTP message has at least one byte"
        case .messageTooLong: "the peer takes no message of this length"
        case .noSuchStream: "there is no stream with this number"
        case .streamClosing: "the stream is being closed"
        case .bufferFull: "too much waits to be sent"
        }
    }
}

/// Where an association is in its life.
public enum SCTPState: Sendable, Hashable {
    /// Nothing sent yet; a peer's INIT is answered.
    case idle
    case connecting
    case connected
    /// One side wants to end, and what was sent is still being acknowledged.
    case closing
    case closed
    case failed
}
