// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// First in, first out, without moving what waits.
struct RingQueue<Element> {
    private var places: [Element?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var first: Element? { count == 0 ? nil : places[head] }

    mutating func append(_ element: Element) {
        if count == places.count { grow() }
        places[(head + count) & (places.count - 1)] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = places[head].take()
        head = (head + 1) & (places.count - 1)
        count -= 1
        return element
    }

    mutating func removeAll() { self = RingQueue() }

    private mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(max(8, 2 * places.count))
        for offset in 0..<count { larger.append(places[(head + offset) & (places.count - 1)]) }
        while larger.count < max(8, 2 * places.count) { larger.append(nil) }
        places = larger
        head = 0
    }
}

extension RingQueue: Sendable where Element: Sendable {}
