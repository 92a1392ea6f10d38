// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase

/// The packets of one source that were sent last, as they left, for a server that asks for them again: a ring with a place
/// for each index.
struct PacketHistory {
    /// 1.7 s of 300 packets a second. Servers ask for what is missing at once, and again for half a second.
    static let places = 512
    /// Bytes of a place: the largest packet (``PacketSourceConfiguration/packetSizes``), 40 of a header extension and 16 of
    /// a tag.
    static let placeSize = 1_280
    /// The second answer to one request, or to its duplicate, would only fill the path; half of a round trip of 40 ms.
    static let spacing = Duration.milliseconds(20)
    /// Of what is sent, of 256, so much may be sent again, beside what ``RetransmissionBudget`` has at once: as much as the
    /// client library of this package sends.
    static let share: Int64 = 192

    private struct Place {
        var index: UInt64
        var length = 0
        var repeatedAt: Instant?
    }

    private var bytes: [UInt8] = []
    private var taken: [Place?] = []
    private var newest: UInt64?
    private var budget = RetransmissionBudget()

    /// Whether packets are kept; memory is taken with the first.
    var isKeeping = false

    /// Keeps a packet that leaves now. One that is too long is as if it had been forgotten.
    mutating func keep(_ packet: UnsafeRawBufferPointer, index: UInt64) {
        guard isKeeping else { return }
        if taken.isEmpty {
            bytes = [UInt8](repeating: 0, count: Self.places * Self.placeSize)
            taken = Array(repeating: nil, count: Self.places)
        }
        newest = max(newest ?? index, index)
        let number = Int(index % UInt64(Self.places))
        guard !packet.isEmpty, packet.count <= Self.placeSize else {
            taken[number] = nil
            return
        }
        taken[number] = Place(index: index, length: packet.count)
        bytes.withUnsafeMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[number * Self.placeSize..<(number + 1) * Self.placeSize])
                .copyMemory(from: packet)
        }
    }

    /// Finds a packet that is asked for.
    ///
    /// - Parameters:
    ///   - sent: bytes that were sent for the first time so far, wrapping.
    ///   - body: gets it as it was, if it is still here, was not sent again right now, and the budget has room for it.
    mutating func withPacket(
        _ number: SequenceNumber, sent: UInt32, now: Instant, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        guard budget.admitRequest(now: now), let newest else { return }
        let back = SequenceNumber(UInt16(truncatingIfNeeded: newest)).distance(to: number)
        guard back <= 0, UInt64(-back) <= newest else { return }
        let index = newest - UInt64(-back)
        let position = Int(index % UInt64(Self.places))
        guard let place = taken[position], place.index == index,
            place.repeatedAt.map({ now - $0 >= Self.spacing }) ?? true,
            budget.spend(bytes: place.length, sent: sent, share: Self.share)
        else { return }
        taken[position]?.repeatedAt = now
        bytes.withUnsafeBytes {
            let start = position * Self.placeSize
            body(UnsafeRawBufferPointer(rebasing: $0[start..<start + place.length]))
        }
    }
}
