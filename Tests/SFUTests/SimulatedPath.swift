// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit

/// A path between the router and one peer in virtual time: packets and reports one way, reports the other way.
struct SimulatedPath<Packet> {
    enum Datagram {
        case packet(Packet)
        case report([UInt8])
    }

    /// Conditions that hold from some moment on, the way that packets take.
    struct Change {
        var at: Instant
        var conditions: NetworkConditions
    }

    /// Bytes of IP, UDP and SRTP around a payload and its header.
    static var overhead: Int { 12 + 28 + 16 }

    private var there: NetworkEmulator<Datagram>
    private var back: NetworkEmulator<[UInt8]>
    private var changes: [Change]

    init(_ conditions: NetworkConditions, seed: UInt64, changes: [Change] = []) {
        there = NetworkEmulator(conditions, seed: seed)
        var return_ = conditions
        return_.rate = nil
        back = NetworkEmulator(return_, seed: seed &+ 1)
        self.changes = changes
    }

    var conditions: NetworkConditions { there.conditions }

    mutating func send(_ packet: Packet, length: Int, now: Instant) {
        change(now)
        there.send(.packet(packet), size: length + Self.overhead, now: now)
    }

    mutating func sendReport(_ report: [UInt8], now: Instant) {
        change(now)
        there.send(.report(report), size: report.count + Self.overhead, now: now)
    }

    mutating func receive(now: Instant) -> Datagram? { there.receive(now: now) }

    mutating func reply(_ report: [UInt8], now: Instant) {
        back.send(report, size: report.count + Self.overhead, now: now)
    }

    mutating func receiveReply(now: Instant) -> [UInt8]? { back.receive(now: now) }

    private mutating func change(_ now: Instant) {
        while let next = changes.first, next.at <= now {
            there.conditions = next.conditions
            back.conditions.loss = next.conditions.loss
            changes.removeFirst()
        }
    }
}
