// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// What a receiver says of its path in REMB.
///
/// The browsers' is libwebrtc's estimate at the receiver (`AimdRateControl`): nothing for five seconds unless the delay
/// grows; then what arrives. It rises by 8 % a second, or by half a packet in a response time near a capacity that it has
/// met, up to half more than what arrives; while the delay grows it falls to 85 % of what arrives. It looks at the
/// delay's slope only: a queue that stays full is no overuse to it.
public struct ModelEstimator: Sendable {
    public enum Kind: Equatable, Sendable {
        /// A browser that says it so often at most; what is 3 % less it says at once.
        case browser(interval: Duration)
        case constant(Int64)
        case silent

        public static let chromium = Kind.browser(interval: .seconds(1))
        public static let firefox = Kind.browser(interval: .milliseconds(333))
    }

    /// How often ``step(arrived:delay:now:)`` is to be called.
    public static let interval = Duration.milliseconds(50)

    public let kind: Kind
    /// Bits a second; 0 before the first.
    public private(set) var bitrate = 0.0
    private var metCapacity: Double?
    private var firstArrival: Instant?
    private var lastSaid: (bitrate: Double, at: Instant)?
    /// The least that packets waited, in seconds, in each of the last six steps.
    private var delays: [Double] = Array(repeating: 0, count: 6)
    /// How much that changes from one step to the next without a reason.
    private var noise = 0.0
    /// Bytes in each of the last twenty steps.
    private var arrivals: [Double] = []

    public init(_ kind: Kind) { self.kind = kind }

    /// Bits a second that arrived in the last second.
    public var throughput: Double { arrivals.reduce(0, +) * 8 * 20 / Double(max(arrivals.count, 1)) }

    /// Takes note of one step.
    ///
    /// - Parameters:
    ///   - arrived: bytes in it.
    ///   - delay: seconds that the luckiest packet in it had to wait; `nil` if none came.
    /// - Returns: the estimate to be sent, if one is.
    public mutating func step(arrived: Double, delay: Double?, now: Instant) -> Int64? {
        switch kind {
        case .silent: return nil
        case .constant(let value):
            guard lastSaid.map({ now - $0.at >= .seconds(1) }) ?? true else { return nil }
            lastSaid = (Double(value), now)
            return value
        case .browser(let interval):
            update(arrived: arrived, delay: delay, now: now)
            return said(interval: interval, now: now).map { Int64($0) }
        }
    }

    private mutating func update(arrived: Double, delay: Double?, now: Instant) {
        if arrived > 0 { firstArrival = firstArrival ?? now }
        guard let firstArrival else { return }
        arrivals.append(arrived)
        if arrivals.count > 20 { arrivals.removeFirst() }
        let delay = delay ?? delays[5]
        noise += (abs(delay - delays[5]) - noise) / 32
        delays.removeFirst()
        delays.append(delay)
        let slope = min(delays[4], delays[5]) - min(delays[0], delays[1])
        if slope > 0.010 + 2 * noise {
            let lowered = 0.85 * throughput - 5000
            if bitrate == 0 || lowered < bitrate { bitrate = max(lowered, 5000) }
            metCapacity = throughput
        } else if slope < -0.005 - 2 * noise {
            // The queue drains: it holds still.
        } else if bitrate == 0 {
            if now - firstArrival > .seconds(5) { bitrate = throughput }
        } else {
            if let met = metCapacity, throughput > met * 1.3 { metCapacity = nil }
            let limit = 1.5 * throughput + 10_000
            guard bitrate < limit else { return }
            let rise = metCapacity == nil ? bitrate * 0.08 : 1200 * 8 / 0.4
            bitrate = min(bitrate + rise / 20, limit)
        }
    }

    private mutating func said(interval: Duration, now: Instant) -> Double? {
        guard bitrate > 0 else { return nil }
        if let last = lastSaid {
            guard bitrate < last.bitrate * 0.97 || now - last.at >= interval else { return nil }
        }
        lastSaid = (bitrate, now)
        return bitrate
    }
}
