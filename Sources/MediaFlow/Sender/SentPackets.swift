// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// The packets of one encoding from the moment that they are made: first those that wait to be sent, then, for a while,
/// those that were, in case they are asked for. A ring of fixed places by index.
struct SentPackets: Sendable {
    /// Packets that wait: a key frame of 1.1 MB.
    static let maximumWaiting = 1024
    /// Packets kept after they were sent: two seconds of 4 Mbit/s.
    static let maximumKept = 1024
    /// How long they are kept. A receiver asks for five round trips or 0.6 s (``NackWindow``); then it wants a key frame.
    static let maximumAge = Duration.seconds(2)
    private static let places = maximumWaiting + maximumKept

    struct Packet: Sendable {
        var bytes: [UInt8] = []
        /// Bytes before the payload.
        var headerLength = 0
        /// When it was made, then when it was sent, then when it was sent again.
        var at = Instant.zero
        var wasRepeated = false
    }

    private var packets: [Packet]
    /// Where the kept ones begin, where the waiting ones begin, and the next to be made.
    private(set) var oldest: UInt64
    private(set) var unsent: UInt64
    private(set) var end: UInt64
    /// Bytes that wait.
    private(set) var waitingBytes = 0

    /// - Parameter start: the first index.
    init(start: UInt64) {
        packets = []
        oldest = start
        unsent = start
        end = start
    }

    var waiting: Int { Int(end - unsent) }
    var kept: Int { Int(unsent - oldest) }

    private func position(_ index: UInt64) -> Int { Int(index % UInt64(Self.places)) }

    /// Puts a packet with the index ``end`` behind the others; the caller has looked whether there is room.
    mutating func append(_ bytes: [UInt8], headerLength: Int, now: Instant) {
        if packets.isEmpty { packets = Array(repeating: Packet(), count: Self.places) }
        packets[position(end)] = Packet(bytes: bytes, headerLength: headerLength, at: now)
        end += 1
        waitingBytes += bytes.count
    }

    /// When the first that waits was made; `nil` when none does.
    var firstWaiting: Instant? { unsent < end ? packets[position(unsent)].at : nil }

    /// The next packet to be sent, from now on a kept one.
    mutating func takeFirst(now: Instant) -> (index: UInt64, packet: Packet)? {
        guard unsent < end else { return nil }
        let place = position(unsent)
        packets[place].at = now
        defer { unsent += 1 }
        waitingBytes -= packets[place].bytes.count
        return (unsent, packets[place])
    }

    /// Lets go of what is too old or too much.
    mutating func expire(now: Instant) {
        while oldest < unsent {
            let place = position(oldest)
            // One that was repeated is as old as its last repetition: at most so many places are held by such ones.
            guard kept > Self.maximumKept || now - packets[place].at > Self.maximumAge else { return }
            packets[place] = Packet()
            oldest += 1
        }
    }

    /// A kept packet that is asked for.
    func packet(_ index: UInt64) -> Packet? {
        oldest <= index && index < unsent ? packets[position(index)] : nil
    }

    mutating func noteRepetition(of index: UInt64, now: Instant) {
        guard oldest <= index, index < unsent else { return }
        packets[position(index)].at = now
        packets[position(index)].wasRepeated = true
    }

    /// The index that a sequence number stands for: the nearest that is not beyond the last one sent.
    func index(of number: SequenceNumber) -> UInt64? {
        guard unsent > oldest else { return nil }
        let newest = unsent - 1
        let back = SequenceNumber(UInt16(truncatingIfNeeded: newest)).distance(to: number)
        guard back <= 0, UInt64(-back) <= newest - oldest else { return nil }
        return newest - UInt64(-back)
    }
}
