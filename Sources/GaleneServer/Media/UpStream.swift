// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import MediaLoop
import RTCBase
import RTP
import WebRTC

/// A stream that the client sends, as its session sees it.
struct UpStream: Sendable {
    /// The one of the first offer; later ones do not change it.
    let label: String
    var negotiation: ReceiverNegotiation
    var local: LocalTransport
    /// Its place on the worker; `nil` until that has answered.
    var media: StreamID?
    /// The answer to the client's offer, held back until the worker is ready for what it will cause.
    var heldAnswer: HeldAnswer?
    /// When the stream is to be offered to the others.
    var pushAt: Instant?
    /// Failures of the transport since it was last connected.
    var failures = 0

    struct HeldAnswer: Sendable {
        var sdp: String
        /// The client has to be told our addresses (again): a first answer, or one after an ICE restart.
        var needsCandidates: Bool
    }

    init(label: String, codecs: [Codec], local: LocalTransport) {
        self.label = label
        self.local = local
        negotiation = ReceiverNegotiation(codecs: codecs)
    }

    /// Answers an offer, with new credentials of ours if the client restarts ICE.
    mutating func answer(
        _ offer: String, random: inout some RandomNumberGenerator
    ) throws(NegotiationError) -> ReceiverNegotiation.Answer {
        var local = local
        let answer = try negotiation.answer(offer: offer) { iceRestarted in
            if iceRestarted { local.credentials = .random(using: &random) }
            return local
        }
        self.local = local
        return answer
    }
}
