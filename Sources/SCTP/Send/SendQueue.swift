// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Messages that nobody has seen yet, by stream: the streams take turns, message by message.
///
/// A message's fragments have consecutive numbers (RFC 9260 section 6.9), so one that has begun is finished first.
struct SendQueue: Sendable {
    struct Message: Sendable {
        let payload: SCTPMessage
        /// From its lifetime.
        let expiry: Instant?

        var maximumRetransmissions: UInt16? {
            if case .retransmissions(let count) = payload.reliability { count } else { nil }
        }
    }

    /// A piece of the message that is being sent.
    struct Fragment {
        let message: Message
        let offset: Int
        let length: Int
        let sequence: UInt16
        let flags: DataChunk.Flags
    }

    private struct Stream: Sendable {
        var waiting = RingQueue<Message>()
        var bufferedAmount = 0
        var lowThreshold = 0
        /// The stream sequence number of the next ordered message.
        var nextSequence: UInt16 = 0
        /// Whether it waits for its turn.
        var isQueued = false
    }

    private var streams: [Stream] = []
    private var turns = RingQueue<UInt16>()
    private var current: (message: Message, offset: Int, sequence: UInt16)?
    /// Bytes, all streams together.
    private(set) var bufferedAmount = 0
    private(set) var messageCount = 0
    /// Streams whose buffered amount has come down to its threshold, since somebody last looked.
    var drained: [UInt16] = []

    var isEmpty: Bool { messageCount == 0 }

    private mutating func grow(to stream: UInt16) {
        while streams.count <= Int(stream) { streams.append(Stream()) }
    }

    func bufferedAmount(of stream: UInt16) -> Int {
        Int(stream) < streams.count ? streams[Int(stream)].bufferedAmount : 0
    }

    mutating func setLowThreshold(_ threshold: Int, of stream: UInt16) {
        grow(to: stream)
        streams[Int(stream)].lowThreshold = threshold
    }

    /// - Precondition: the stream's number is below ``SCTPLimits/streams``.
    mutating func append(_ message: Message) {
        let stream = message.payload.stream
        grow(to: stream)
        streams[Int(stream)].waiting.append(message)
        streams[Int(stream)].bufferedAmount += message.payload.bytes.count
        bufferedAmount += message.payload.bytes.count
        messageCount += 1
        takeTurn(stream)
    }

    private mutating func takeTurn(_ stream: UInt16) {
        let index = Int(stream)
        guard !streams[index].isQueued, !streams[index].waiting.isEmpty else { return }
        streams[index].isQueued = true
        turns.append(stream)
    }

    /// The next piece of at most `room` bytes; `nil` when nothing waits, or what waits should have a packet of its own.
    ///
    /// - Parameter full: how much fits into an empty packet.
    mutating func next(room: Int, full: Int, now: Instant) -> Fragment? {
        guard room > 0, current != nil || begin(now: now), let (message, offset, sequence) = current else { return nil }
        let rest = message.payload.bytes.count - offset
        // A tail of a packet is used if that costs no further fragment to speak of.
        guard rest <= room || room >= full / 2 else { return nil }
        let length = min(rest, room)
        var flags: DataChunk.Flags = message.payload.isOrdered ? [] : .unordered
        if offset == 0 { flags.insert(.beginning) }
        if length == rest {
            flags.insert(.end)
            finish(message.payload.stream)
        } else {
            current = (message, offset + length, sequence)
        }
        left(length, message.payload.stream)
        return Fragment(message: message, offset: offset, length: length, sequence: sequence, flags: flags)
    }

    /// Makes the next message whose time is not over the current one.
    private mutating func begin(now: Instant) -> Bool {
        while let stream = turns.popFirst() {
            let index = Int(stream)
            streams[index].isQueued = false
            guard let message = streams[index].waiting.popFirst() else { continue }
            if let expiry = message.expiry, now >= expiry {
                // It has no number yet, so the peer need not know of it.
                messageCount -= 1
                left(message.payload.bytes.count, stream)
                takeTurn(stream)
                continue
            }
            var sequence: UInt16 = 0
            if message.payload.isOrdered {
                sequence = streams[index].nextSequence
                streams[index].nextSequence &+= 1
            }
            current = (message, 0, sequence)
            return true
        }
        return false
    }

    private mutating func finish(_ stream: UInt16) {
        current = nil
        messageCount -= 1
        takeTurn(stream)
    }

    private mutating func left(_ bytes: Int, _ stream: UInt16) {
        let index = Int(stream)
        let before = streams[index].bufferedAmount
        streams[index].bufferedAmount = before - bytes
        bufferedAmount -= bytes
        let threshold = streams[index].lowThreshold
        if before > threshold, before - bytes <= threshold { drained.append(stream) }
    }

    /// Whether the message of which a part has been sent is out of time.
    func isCurrentExpired(now: Instant) -> Bool {
        guard let (message, offset, _) = current, offset > 0, let expiry = message.expiry else { return false }
        return now >= expiry
    }

    /// Forgets the rest of the message of which a part has been sent.
    ///
    /// - Returns: a piece without bytes that stands for the rest.
    mutating func dropCurrent() -> Fragment? {
        guard let (message, offset, sequence) = current, offset > 0 else { return nil }
        finish(message.payload.stream)
        left(message.payload.bytes.count - offset, message.payload.stream)
        return Fragment(
            message: message, offset: offset, length: 0, sequence: sequence,
            flags: message.payload.isOrdered ? .end : [.end, .unordered])
    }

    // MARK: Resets

    /// Whether nothing of a stream waits, so that it can be reset.
    func isDrained(_ stream: UInt16) -> Bool {
        guard Int(stream) < streams.count else { return true }
        return streams[Int(stream)].waiting.isEmpty && current?.message.payload.stream != stream
    }

    /// Every stream that has ever been used.
    var usedStreams: [UInt16] { streams.indices.map { UInt16(truncatingIfNeeded: $0) } }

    /// The stream begins anew, at sequence number 0.
    mutating func reset(_ stream: UInt16) {
        guard Int(stream) < streams.count else { return }
        streams[Int(stream)].nextSequence = 0
    }

    mutating func removeAll() { self = SendQueue() }
}
