// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What waits in lanes of which each gets its turn: a long lane delays nobody but itself.
struct FairQueue<Lane: Hashable, Element> {
    private let capacity: Int
    private let laneCapacity: Int
    private var elements: [Lane: [Element]] = [:]
    /// Lanes with elements, the next one first.
    private var turns: [Lane] = []
    private(set) var count = 0

    init(capacity: Int, laneCapacity: Int) {
        self.capacity = capacity
        self.laneCapacity = laneCapacity
    }

    /// Whether another element of this lane may wait.
    func hasRoom(in lane: Lane) -> Bool {
        count < capacity && elements[lane, default: []].count < laneCapacity
    }

    /// - Precondition: there is room.
    mutating func append(_ element: Element, to lane: Lane) {
        if elements[lane] == nil { turns.append(lane) }
        elements[lane, default: []].append(element)
        count += 1
    }

    /// The oldest element of the lane whose turn it is.
    mutating func popFirst() -> Element? {
        guard !turns.isEmpty else { return nil }
        let lane = turns.removeFirst()
        guard var waiting = elements.removeValue(forKey: lane), !waiting.isEmpty else { return nil }
        let element = waiting.removeFirst()
        count -= 1
        if !waiting.isEmpty {
            elements[lane] = waiting
            turns.append(lane)
        }
        return element
    }
}
