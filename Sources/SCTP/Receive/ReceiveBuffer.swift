// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What has arrived: which numbers, which pieces of messages, which messages that wait for earlier ones.
///
/// What comes in the order of its numbers is appended to its message at once. What does not is kept at the place that its
/// number gives; neighbours that belong together know where their run begins and ends, so that a message is recognised as
/// complete in one step, wherever its last piece lands. A gap holds up only the streams that it concerns.
struct ReceiveBuffer: Sendable {
    enum Outcome: Equatable {
        case accepted
        case duplicate
        /// There is no room for it, or it is too far ahead: it has not been received.
        case dropped
        case messageTooLong
        case contradiction
    }

    private struct Piece: Sendable {
        var bytes: [UInt8] = []
        var header = DataChunk(flags: [], tsn: 0, stream: 0, sequence: 0, payloadProtocol: 0)
        /// In the last piece of a run: where it begins.
        var runStart: UInt64 = 0
        /// In the first piece of a run: where it ends.
        var runEnd: UInt64 = 0
        /// Its message has been completed.
        var isUsed = false
    }

    private struct Stream: Sendable {
        var next: UInt16 = 0
        var waiting: [UInt16: SCTPMessage] = [:]
    }

    private let capacity: Int
    private let maximumMessage: Int
    /// The first number that has not arrived.
    private(set) var first: UInt64
    /// One more than the highest that has.
    private var end: UInt64
    private var received = TSNSet(capacity: SCTPLimits.window)
    private var pieces: [Piece] = []
    /// The message of which everything below ``first`` has arrived.
    private var growing: (header: DataChunk, bytes: [UInt8])?
    private var streams: [Stream] = []
    /// What is kept and what has not been taken yet, in bytes.
    private(set) var held = 0
    /// Messages whose turn has come: whoever takes them says so by ``release(_:)``.
    var ready = RingQueue<SCTPMessage>()

    init(firstTSN: UInt32, capacity: Int, maximumMessage: Int) {
        first = TSN.first(firstTSN)
        end = first
        self.capacity = max(capacity, 2 * maximumMessage)
        self.maximumMessage = maximumMessage
    }

    /// Bytes that may still come.
    var window: Int { max(0, capacity - held) }
    var hasGaps: Bool { end > first }

    private func place(_ number: UInt64) -> Int { Int(truncatingIfNeeded: number) & (pieces.count - 1) }

    // MARK: Data

    mutating func receive(_ header: DataChunk, _ payload: RawSpan) -> Outcome {
        let number = TSN.unwrap(header.tsn, near: first)
        guard number >= first else { return .duplicate }
        guard number - first < UInt64(SCTPLimits.window) else { return .dropped }
        if number < end, received.contains(number) { return .duplicate }
        let charge = payload.byteCount + SCTPLimits.overhead
        // What completes something finds room even when the rest has taken all: else nothing would ever leave.
        let isAwaited = number == first && (hasGaps || growing != nil)
        guard held + charge <= (isAwaited ? 2 * capacity : capacity) else { return .dropped }
        guard number > first else {
            let outcome = grow(header, payload)
            first += 1
            end = max(end, first)
            return outcome == .accepted ? advance() : outcome
        }
        return keep(number, header, payload)
    }

    /// A number of a stream that does not exist counts as received: RFC 9260 section 6.5.
    mutating func discard(_ tsn: UInt32) -> Outcome {
        receive(
            DataChunk(flags: [.beginning, .end, .unordered], tsn: tsn, stream: 0, sequence: 0, payloadProtocol: 0),
            RawSpan())
    }

    /// Goes over what has arrived before its turn.
    private mutating func advance() -> Outcome {
        while first < end, received.contains(first) {
            let outcome = use(first)
            first += 1
            guard outcome == .accepted else { return outcome }
        }
        return .accepted
    }

    /// Takes a kept piece out, in the order of numbers.
    private mutating func use(_ number: UInt64) -> Outcome {
        received.remove(number)
        let index = place(number)
        var piece = Piece()
        swap(&piece, &pieces[index])
        guard !piece.isUsed else {
            forgetGrowing()
            return .accepted
        }
        held -= piece.bytes.count + SCTPLimits.overhead
        return grow(piece.header, piece.bytes.span.bytes)
    }

    /// Appends a piece to the message that it continues.
    private mutating func grow(_ header: DataChunk, _ payload: RawSpan) -> Outcome {
        if header.flags.contains(.beginning) {
            forgetGrowing()
            guard payload.byteCount <= maximumMessage else { return .messageTooLong }
            if header.flags.contains(.end) {
                complete(header, payload.array)
                return .accepted
            }
            growing = (header, payload.array)
        } else {
            // Without its beginning it is the rest of something that the peer has given up.
            guard let message = growing?.header else { return .accepted }
            guard message.belongs(with: header) else { return .contradiction }
            guard let count = growing?.bytes.count, count + payload.byteCount <= maximumMessage else {
                return .messageTooLong
            }
            growing?.bytes.append(payload)
            if header.flags.contains(.end), let bytes = growing?.bytes {
                forgetGrowing(except: payload.byteCount)
                complete(message, bytes)
                return .accepted
            }
        }
        held += payload.byteCount
        return .accepted
    }

    /// - Parameter uncounted: bytes at its end that ``held`` does not have.
    private mutating func forgetGrowing(except uncounted: Int = 0) {
        held -= (growing?.bytes.count ?? uncounted) - uncounted
        growing = nil
    }

    /// Keeps a piece that came before its turn.
    private mutating func keep(_ number: UInt64, _ header: DataChunk, _ payload: RawSpan) -> Outcome {
        makeRoom(for: number)
        end = max(end, number + 1)
        received.insert(number)
        held += payload.byteCount + SCTPLimits.overhead
        var start = number
        var stop = number + 1
        if !header.flags.contains(.beginning), number - 1 > first, received.contains(number - 1) {
            let left = place(number - 1)
            if !pieces[left].header.flags.contains(.end) { start = pieces[left].runStart }
        }
        if !header.flags.contains(.end), stop < end, received.contains(stop) {
            let right = place(stop)
            if !pieces[right].header.flags.contains(.beginning) { stop = pieces[right].runEnd }
        }
        pieces[place(number)] = Piece(bytes: payload.array, header: header)
        pieces[place(start)].runEnd = stop
        pieces[place(stop - 1)].runStart = start
        guard pieces[place(start)].header.flags.contains(.beginning),
            pieces[place(stop - 1)].header.flags.contains(.end)
        else { return .accepted }
        return completeRun(start, stop)
    }

    private mutating func completeRun(_ start: UInt64, _ stop: UInt64) -> Outcome {
        let header = pieces[place(start)].header
        var bytes: [UInt8] = []
        var number = start
        while number < stop {
            let index = place(number)
            guard header.belongs(with: pieces[index].header) else { return .contradiction }
            guard bytes.count + pieces[index].bytes.count <= maximumMessage else { return .messageTooLong }
            held -= pieces[index].bytes.count + SCTPLimits.overhead
            if stop - start == 1 { swap(&bytes, &pieces[index].bytes) } else { bytes += pieces[index].bytes }
            pieces[index].bytes = []
            pieces[index].isUsed = true
            number += 1
        }
        complete(header, bytes)
        return .accepted
    }

    private mutating func makeRoom(for number: UInt64) {
        let needed = Int(number - first) + 1
        guard needed > pieces.count else { return }
        var capacity = max(64, pieces.count)
        while capacity < needed { capacity *= 2 }
        var larger = [Piece](repeating: Piece(), count: capacity)
        var kept = received.first(true, from: first, to: end)
        while kept < end {
            larger[Int(truncatingIfNeeded: kept) & (capacity - 1)] = pieces[place(kept)]
            kept = received.first(true, from: kept + 1, to: end)
        }
        pieces = larger
    }

    // MARK: Messages

    private mutating func complete(_ header: DataChunk, _ bytes: [UInt8]) {
        // A number without data: that of a stream that does not exist.
        guard !bytes.isEmpty else { return }
        let message = SCTPMessage(
            stream: header.stream, payloadProtocol: header.payloadProtocol, bytes: bytes,
            isOrdered: !header.flags.contains(.unordered))
        held += bytes.count + SCTPLimits.overhead
        guard message.isOrdered else {
            ready.append(message)
            return
        }
        let index = Int(header.stream)
        while streams.count <= index { streams.append(Stream()) }
        if header.sequence == streams[index].next {
            streams[index].next &+= 1
            ready.append(message)
            deliverWaiting(index)
        } else if isAfter(header.sequence, streams[index].next), streams[index].waiting[header.sequence] == nil {
            streams[index].waiting[header.sequence] = message
        } else {
            held -= bytes.count + SCTPLimits.overhead
        }
    }

    private mutating func deliverWaiting(_ index: Int) {
        while !streams[index].waiting.isEmpty,
            let message = streams[index].waiting.removeValue(forKey: streams[index].next)
        {
            streams[index].next &+= 1
            ready.append(message)
        }
    }

    /// A message that was in ``ready`` has been taken: its bytes are free.
    mutating func release(_ message: borrowing SCTPMessage) { held -= message.bytes.count + SCTPLimits.overhead }

    // MARK: Skipping and resets

    /// RFC 3758 section 3.6: nothing up to `last` will come any more.
    mutating func skip(to last: UInt32, streams skipped: [(stream: UInt16, sequence: UInt16)]) -> Outcome {
        let newFirst = TSN.unwrap(last, near: first) &+ 1
        guard newFirst > first else { return .duplicate }
        // What has arrived is used in its order, so that a message whose pieces are all there survives.
        var expected = first
        var number = received.first(true, from: first, to: min(newFirst, end))
        while number < min(newFirst, end) {
            if number != expected { forgetGrowing() }
            let outcome = use(number)
            guard outcome == .accepted else { return outcome }
            expected = number + 1
            number = received.first(true, from: number + 1, to: min(newFirst, end))
        }
        if expected != newFirst { forgetGrowing() }
        first = newFirst
        end = max(end, first)
        for (stream, sequence) in skipped { skip(stream, through: sequence) }
        return advance()
    }

    private mutating func skip(_ stream: UInt16, through sequence: UInt16) {
        let index = Int(stream)
        guard index < SCTPLimits.streams else { return }
        while streams.count <= index { streams.append(Stream()) }
        let next = streams[index].next
        guard sequence == next || isAfter(sequence, next) else { return }
        let passed = streams[index].waiting.keys.filter { !isAfter($0, sequence) }
        for key in passed.sorted(by: { $0 &- next < $1 &- next }) {
            if let message = streams[index].waiting.removeValue(forKey: key) { ready.append(message) }
        }
        streams[index].next = sequence &+ 1
        deliverWaiting(index)
    }

    /// RFC 6525 section 5.2.2: the streams begin again at sequence number 0.
    mutating func reset(_ numbers: [UInt16]) {
        for number in numbers where Int(number) < streams.count {
            for message in streams[Int(number)].waiting.values { release(message) }
            streams[Int(number)] = Stream()
        }
    }

    /// Every stream that has ever been used.
    var usedStreams: [UInt16] { streams.indices.map { UInt16(truncatingIfNeeded: $0) } }

    // MARK: Acknowledgements

    /// Runs of what has arrived behind the first gap, as distances from the last number before it.
    func gapBlocks(limit: Int) -> [(start: UInt16, end: UInt16)] {
        guard end > first else { return [] }
        var blocks: [(start: UInt16, end: UInt16)] = []
        var start = received.first(true, from: first, to: end)
        while start < end, blocks.count < limit {
            let stop = received.first(false, from: start, to: end)
            blocks.append((UInt16(truncatingIfNeeded: start - first + 1), UInt16(truncatingIfNeeded: stop - first)))
            start = received.first(true, from: stop, to: end)
        }
        return blocks
    }
}

extension DataChunk {
    /// Whether two chunks can be pieces of one message.
    fileprivate func belongs(with other: DataChunk) -> Bool {
        stream == other.stream && sequence == other.sequence
            && flags.contains(.unordered) == other.flags.contains(.unordered)
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { append(contentsOf: $0) }
    }
}
