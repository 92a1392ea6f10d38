// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase

/// Which frames of a source have come whole and in order, by the clear headers of their packets alone.
///
/// A frame ends with a packet that has the marker bit. Packets behind a missing one wait for it as long as a repair can be of
/// use, then the frame that lacks it is left out. What a decoder makes of the frames after that one is not asked.
struct FrameAssembly {
    private struct Waiting {
        var arrival: Instant
        var endsFrame: Bool
    }

    /// Packets that may wait behind a missing one: a third of a second of 3000 packets/s. More give it up.
    static let capacity = 1024
    /// How long a missing packet is waited for.
    static let patience = NackWindow.usefulLife

    /// The first packet that has not been taken.
    private var next: UInt64?
    private var highest: UInt64 = 0
    /// By index modulo the capacity; empty until something has to wait.
    private var waiting: [Waiting?] = []
    private var lacksPacket = false
    /// When the packet that is waited for is given up.
    private(set) var deadline: Instant?

    /// - Parameter index: of a packet that has not been here before.
    /// - Returns: how many frames are whole by it.
    mutating func receive(_ index: UInt64, endsFrame: Bool, now: Instant) -> Int {
        guard let expected = next else {
            // Whatever was before the first packet is not missed.
            highest = index
            next = index &+ 1
            return endsFrame ? 1 : 0
        }
        guard index >= expected else { return 0 }
        if index == expected, highest < index {
            highest = index
            return take(endsFrame)
        }
        // Of a gap that long nothing is asked for.
        let isHopeless = index > highest && index - highest > UInt64(NackWindow.maximumMissing)
        guard index - expected < UInt64(Self.capacity), !isHopeless else {
            waiting.removeAll()
            deadline = nil
            highest = index
            next = index
            lacksPacket = true
            return take(endsFrame)
        }
        if waiting.isEmpty { waiting = Array(repeating: nil, count: Self.capacity) }
        waiting[Self.place(index)] = Waiting(arrival: now, endsFrame: endsFrame)
        highest = max(highest, index)
        return takeWaiting()
    }

    /// Gives up what is overdue.
    ///
    /// - Returns: how many frames are whole now.
    mutating func handleTimeout(now: Instant) -> Int {
        var frames = 0
        while let due = deadline, due <= now, let first = firstWaiting {
            next = first
            lacksPacket = true
            frames += takeWaiting()
        }
        return frames
    }

    private static func place(_ index: UInt64) -> Int { Int(index % UInt64(capacity)) }

    private var firstWaiting: UInt64? {
        guard let next, next <= highest else { return nil }
        return (next...highest).first { waiting[Self.place($0)] != nil }
    }

    private mutating func take(_ endsFrame: Bool) -> Int {
        next = (next ?? 0) &+ 1
        guard endsFrame else { return 0 }
        defer { lacksPacket = false }
        return lacksPacket ? 0 : 1
    }

    private mutating func takeWaiting() -> Int {
        var frames = 0
        while let index = next, index <= highest, let packet = waiting[Self.place(index)] {
            waiting[Self.place(index)] = nil
            frames += take(packet.endsFrame)
        }
        deadline = firstWaiting.flatMap { waiting[Self.place($0)]?.arrival }.map { $0 + Self.patience }
        return frames
    }
}
