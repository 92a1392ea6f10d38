// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What a ``ServerSession`` wants done; in order.
enum SessionEffect {
    case send(ClientMessage)
    /// Everybody who listens is told.
    case report(ServerEvent)
    /// Whoever waits for a join is answered; the event has been reported already.
    case joinEnded(Result<GroupChange, ServerConnectionError>)
    /// A down stream is to be made, or negotiated again. Answered by ``ServerSession/answer(_:sdp:)`` or
    /// ``ServerSession/refuse(_:)``.
    case offered(StreamOffer)
    /// The server has answered the offer of an up stream.
    case answered(stream: String, sdp: String)
    /// A candidate of the server's for a stream whose description is there.
    case candidate(stream: String, CandidateDescription)
    /// An up stream needs a new offer with new ICE credentials.
    case restartICE(stream: String)
    /// The stream cannot go on; its end follows.
    case failStream(String, ServerConnectionError)
    /// The stream is over. The session has forgotten it, and told the server where that is due.
    case endStream(String, isReplaced: Bool, isAborted: Bool)
    /// A message about a file.
    case fileTransfer(UserMessage)
    /// The server is not heard any more, and may be looked for anew.
    case lost(ServerConnectionError)
    /// Nothing more will come that matters: the socket is to be closed.
    case closeSocket
}

/// A stream that the server offers.
struct StreamOffer {
    var id: String
    /// Of this process; a replacement has that of the stream that it replaces.
    var localID: String
    var label: String
    /// The client id and the name of who publishes it.
    var source: String?
    var username: String?
    var sdp: String
    /// The stream is known, and gets other tracks or new credentials.
    var isRenegotiation: Bool
}
