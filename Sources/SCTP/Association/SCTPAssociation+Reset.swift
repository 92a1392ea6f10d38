// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension SCTPAssociation {
    /// Ends our half of these streams: what waits on them is sent, then they begin anew (RFC 6525), which
    /// ``SCTPEvent/outgoingStreamsReset(_:)`` reports. Until then nothing more can be sent on them.
    public mutating func resetStreams(_ streams: [UInt16], now: Instant) {
        self.now = now
        switch phase {
        case .idle, .cookieWait, .cookieEchoed, .established: break
        default: return
        }
        reset.want(streams)
        continueReset()
    }

    /// Asks the peer, when there is something to ask and no question is open.
    mutating func continueReset() {
        guard phase == .established, let peer, reset.request == nil, !reset.wanted.isEmpty else { return }
        guard peer.supportsReconfiguration else {
            report(.resetRefused(reset.abandonWanted()))
            return
        }
        let limit = (configuration.maximumPacketLength - PacketHeader.length - 20) / 2
        let isMade = reset.makeRequest(
            acknowledged: outstanding.first, next: outstanding.next, limit: limit, isDrained: { queue.isDrained($0) })
        if isMade { sendResetRequest() }
    }

    private mutating func sendResetRequest() {
        guard let request = reset.request else { return }
        answer(
            Reconfiguration.chunk([
                .outgoingReset(
                    request: request.number, response: request.response, lastTSN: request.lastTSN,
                    streams: request.streams)
            ]))
        timers.reset = now + timeout.current
    }

    mutating func handleResetTimeout() {
        timers.reset = nil
        guard reset.request != nil else { return }
        resetErrors += 1
        guard resetErrors <= configuration.maximumRetransmissions else { return fail(.timedOut) }
        reset.renumber()
        sendResetRequest()
    }

    mutating func receiveReconfiguration(_ value: RawSpan) {
        guard phase == .established || phase == .shutdownPending || phase == .shutdownReceived,
            let parameters = try? Reconfiguration.parse(value)
        else {
            dropped += 1
            return
        }
        for parameter in parameters {
            switch parameter {
            case .response(let number, let result): receiveResponse(to: number, result)
            case .outgoingReset(let request, _, let lastTSN, let streams):
                answerRequest(request) { $0.resetIncoming(streams, lastTSN: lastTSN) }
            case .incomingReset(let request, let streams):
                answerRequest(request) { $0.resetOutgoing(streams, request: request) }
            case .addOutgoingStreams(let request, _):
                // There are always as many as we can have: what is announced changes nothing.
                answerRequest(request) { _ in .performed }
            case .denied(let request): answerRequest(request) { _ in .denied }
            }
        }
    }

    /// Section 5.2.1: a request is carried out once, and answered as often as it comes.
    private mutating func answerRequest(
        _ number: UInt32, _ perform: (inout SCTPAssociation) -> Reconfiguration.Result
    ) {
        let result: Reconfiguration.Result
        if number == reset.expected {
            result = perform(&self)
            reset.answered(result)
        } else {
            result = number == reset.expected &- 1 ? reset.lastResult : .wrongSequence
        }
        answer(Reconfiguration.chunk([.response(to: number, result: result)]))
    }

    private mutating func resetIncoming(_ streams: [UInt16], lastTSN: UInt32) -> Reconfiguration.Result {
        // Section 5.2.2, E2: not before everything has arrived that was sent before.
        guard TSN.unwrap(lastTSN, near: buffer.first) < buffer.first, waitingNotices < SCTPLimits.events else {
            return .inProgress
        }
        let known = (streams.isEmpty ? buffer.usedStreams : streams).filter { Int($0) < SCTPLimits.streams }
        guard !known.isEmpty else { return .nothingToDo }
        buffer.reset(known)
        report(.incomingStreamsReset(known))
        return .performed
    }

    private mutating func resetOutgoing(_ streams: [UInt16], request: UInt32) -> Reconfiguration.Result {
        let known = (streams.isEmpty ? queue.usedStreams : streams).filter { Int($0) < outboundStreams }
        guard !known.isEmpty else { return .nothingToDo }
        reset.want(known)
        reset.answer(to: request)
        return .performed
    }

    private mutating func receiveResponse(to number: UInt32, _ result: Reconfiguration.Result) {
        guard let request = reset.request, request.number == number else { return }
        resetErrors = 0
        switch result {
        case .inProgress:
            reset.noteProgress()
            timers.reset = now + timeout.current
        case .performed, .nothingToDo:
            timers.reset = nil
            for stream in request.streams { queue.reset(stream) }
            report(.outgoingStreamsReset(reset.finish()))
        default:
            timers.reset = nil
            report(.resetRefused(reset.finish()))
        }
    }
}
