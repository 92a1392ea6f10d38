// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SFU

/// A member of a meeting who watches one or two streams over one path.
final class SimulatedReceiver {
    struct Arrival {
        var view: Int
        var packet: SimulatedView.Packet
    }

    let network: SimulatedNetwork
    let path: SimulatedPathBox<Arrival>
    let joinsAt: Instant
    let publishers: [Int]
    let habits: SimulatedView.Habits
    /// One for each stream, from when it joins.
    var views: [SimulatedView] = []
    var handles: [Handle] = []
    /// By which the router names its streams.
    var streams: [Int] = []
    /// Which of its reports is due when; different for each receiver.
    let phase: Int

    init(
        _ network: SimulatedNetwork, publishers: [Int], conditions: NetworkConditions,
        changes: [SimulatedPath<Arrival>.Change] = [], habits: SimulatedView.Habits = SimulatedView.Habits(),
        joinsAt: Instant = .zero, seed: UInt64
    ) {
        self.network = network
        self.publishers = publishers
        self.habits = habits
        self.joinsAt = joinsAt
        path = SimulatedPathBox(SimulatedPath(conditions, seed: seed, changes: changes))
        phase = Int(seed % 100)
    }
}
