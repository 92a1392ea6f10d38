// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Which of our streams are to begin anew, and what has been agreed with the peer about that.
/// [RFC 6525](https://www.rfc-editor.org/rfc/rfc6525).
struct StreamReset: Sendable {
    /// A request of ours that has not been answered: there is one at a time (section 5.1.1).
    struct Request: Sendable {
        var number: UInt32
        /// The request of the peer that it answers, or what would come before its first.
        let response: UInt32
        let lastTSN: UInt32
        let streams: [UInt16]
        /// Whether the peer has said that it is at it.
        var isInProgress = false
    }

    /// Asked for, and waiting for what is queued to be sent, and then for everything below the number to be acknowledged.
    ///
    /// RFC 6525 would let us ask before that, and be told that it is in progress; the peer's true answer then comes of its
    /// own accord, and may be lost.
    private(set) var wanted: [(stream: UInt16, barrier: UInt64?)] = []
    private var closing: Set<UInt16> = []
    private(set) var request: Request?
    private var nextRequest: UInt32 = 0
    /// The number of the peer's next request.
    private(set) var expected: UInt32 = 0
    /// What the last request of the peer was answered with.
    private(set) var lastResult = Reconfiguration.Result.nothingToDo
    /// The peer's request that our next one answers.
    private var answering: UInt32?

    /// Section 4.1: request numbers begin at the initial TSN.
    mutating func begin(initialTSN: UInt32, peerTSN: UInt32) {
        nextRequest = initialTSN
        expected = peerTSN
    }

    func isClosing(_ stream: UInt16) -> Bool { closing.contains(stream) }

    mutating func want(_ streams: some Sequence<UInt16>) {
        for stream in streams where Int(stream) < SCTPLimits.streams && closing.insert(stream).inserted {
            wanted.append((stream, nil))
        }
    }

    mutating func answer(to request: UInt32) { answering = request }

    /// Makes a request of what is wanted and ready.
    ///
    /// - Parameters:
    ///   - acknowledged: what the peer has got, as the first number behind it.
    ///   - next: the number that the next chunk gets.
    mutating func makeRequest(acknowledged: UInt64, next: UInt64, limit: Int, isDrained: (UInt16) -> Bool) -> Bool {
        guard request == nil else { return false }
        var streams: [UInt16] = []
        for index in wanted.indices {
            if wanted[index].barrier == nil, isDrained(wanted[index].stream) { wanted[index].barrier = next }
            if let barrier = wanted[index].barrier, barrier <= acknowledged, streams.count < limit {
                streams.append(wanted[index].stream)
            }
        }
        guard !streams.isEmpty else { return false }
        wanted.removeAll { streams.contains($0.stream) }
        // Section 4.1 has the last number of all. What other streams have sent since then need not be waited for.
        request = Request(
            number: nextRequest, response: answering ?? expected &- 1, lastTSN: TSN.low(acknowledged &- 1),
            streams: streams)
        answering = nil
        nextRequest &+= 1
        return true
    }

    mutating func noteProgress() { request?.isInProgress = true }

    /// A request that is in progress is asked anew, as libwebrtc does: under its old number it would only be answered as
    /// before.
    mutating func renumber() {
        guard request?.isInProgress == true else { return }
        request?.number = nextRequest
        request?.isInProgress = false
        nextRequest &+= 1
    }

    /// The peer has answered for good.
    mutating func finish() -> [UInt16] {
        let streams = request?.streams ?? []
        for stream in streams { closing.remove(stream) }
        request = nil
        return streams
    }

    /// The peer cannot reset streams.
    mutating func abandonWanted() -> [UInt16] {
        let streams = wanted.map(\.stream)
        for stream in streams { closing.remove(stream) }
        wanted = []
        return streams
    }

    /// Takes note of what a request of the peer has come to.
    mutating func answered(_ result: Reconfiguration.Result) {
        lastResult = result
        if result != .inProgress { expected &+= 1 }
    }
}
