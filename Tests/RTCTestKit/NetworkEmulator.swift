// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// What one direction of an emulated path does to datagrams.
public struct NetworkConditions: Sendable {
    /// Probability in `0...1` that a datagram is lost.
    public var loss: Double
    /// Probability in `0...1` that a datagram arrives twice.
    public var duplication: Double
    /// Time that every datagram takes.
    public var delay: Duration
    /// Each datagram takes up to this much longer, drawn evenly: what reorders.
    public var jitter: Duration
    /// Bits a second that the path carries; `nil` for no limit.
    public var rate: Int?
    /// Bytes that wait for a limited path before more are dropped.
    public var queueLimit: Int

    public init(
        loss: Double = 0, duplication: Double = 0, delay: Duration = .zero, jitter: Duration = .zero, rate: Int? = nil,
        queueLimit: Int = 128 * 1024
    ) {
        self.loss = loss
        self.duplication = duplication
        self.delay = delay
        self.jitter = jitter
        self.rate = rate
        self.queueLimit = queueLimit
    }

    /// Nothing is lost and nothing takes time.
    public static let perfect = NetworkConditions()
}

/// One direction of a path with seeded loss, duplication, delay, jitter and a rate limit, told the time like the machines
/// that it connects. The same value serves virtual time in unit tests and the program between two TUN devices.
public struct NetworkEmulator<Datagram> {
    public var conditions: NetworkConditions
    private var random: SeededRandom
    /// A binary heap, so that a thousand datagrams under way cost no more than ten comparisons each.
    private var inFlight: [InFlight] = []
    private var order: UInt64 = 0
    private var linkFreeAt = Instant.zero
    public private(set) var sent = 0
    public private(set) var dropped = 0

    public init(_ conditions: NetworkConditions, seed: UInt64) {
        self.conditions = conditions
        self.random = SeededRandom(seed: seed)
    }

    /// - Parameter size: the datagram's bytes on the wire, which count against ``NetworkConditions/rate``.
    public mutating func send(_ datagram: Datagram, size: Int, now: Instant) {
        sent += 1
        // The draws are made in any case, so that a change of one condition leaves the others' fates alone.
        let lost = random.unit() < conditions.loss
        let duplicated = random.unit() < conditions.duplication
        guard !lost else {
            dropped += 1
            return
        }
        var departure = now
        if let rate = conditions.rate {
            let start = max(now, linkFreeAt)
            let backlog = (start - now).inSeconds * Double(rate) / 8
            guard backlog + Double(size) <= Double(conditions.queueLimit) else {
                dropped += 1
                return
            }
            departure = start + .nanoseconds(Int64(Double(size) * 8e9 / Double(rate)))
            linkFreeAt = departure
        }
        for _ in 0..<(duplicated ? 2 : 1) {
            let extra = Duration.nanoseconds(Int64(random.unit() * Double(conditions.jitter.wholeNanoseconds)))
            enqueue(datagram, arrival: departure + conditions.delay + extra)
        }
    }

    /// When the next datagram arrives; `nil` when none is under way.
    public var deadline: Instant? { inFlight.first?.arrival }

    /// The next datagram that has arrived by `now`.
    public mutating func receive(now: Instant) -> Datagram? {
        guard let first = inFlight.first, first.arrival <= now else { return nil }
        removeFirst()
        return first.datagram
    }

    private mutating func enqueue(_ datagram: Datagram, arrival: Instant) {
        order += 1
        inFlight.append(InFlight(arrival: arrival, order: order, datagram: datagram))
        var child = inFlight.count - 1
        while child > 0, inFlight[child].precedes(inFlight[(child - 1) / 2]) {
            inFlight.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func removeFirst() {
        inFlight.swapAt(0, inFlight.count - 1)
        inFlight.removeLast()
        var parent = 0
        while 2 * parent + 1 < inFlight.count {
            let left = 2 * parent + 1
            let right = left + 1
            let least = right < inFlight.count && inFlight[right].precedes(inFlight[left]) ? right : left
            guard inFlight[least].precedes(inFlight[parent]) else { return }
            inFlight.swapAt(least, parent)
            parent = least
        }
    }

    private struct InFlight {
        var arrival: Instant
        var order: UInt64
        var datagram: Datagram

        /// Datagrams that arrive at one moment keep the order in which they were sent.
        func precedes(_ other: InFlight) -> Bool {
            arrival != other.arrival ? arrival < other.arrival : order < other.order
        }
    }
}
