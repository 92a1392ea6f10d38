// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// How much may be on its way: CUBIC, [RFC 9438](https://www.rfc-editor.org/rfc/rfc9438), in bytes.
///
/// It is told what was acknowledged and what was lost, and knows nothing of chunks or streams. Against RFC 9260 section 7.2
/// it grows after a loss along a cubic curve of the time instead of one packet a round trip, gives up three tenths instead
/// of half, and counts in slow start what was acknowledged instead of one packet a SACK: docs/decisions/0026.
struct CongestionWindow: Sendable {
    /// RFC 6928: ten packets to begin with, as libwebrtc's.
    static let initialPackets = 10
    /// No path of a browser needs more; what is sent waits in memory until it is acknowledged.
    static let maximum = 8_388_608
    /// RFC 9406 section 4.2: how many times slower slow start is once a queue is seen, and for how many round trips.
    static let conservativeDivisor = 4
    static let conservativeRounds = 5
    /// β of RFC 9438 section 4.6.
    static let reduction = 0.7
    /// C of section 5.1, in packets a cubed second.
    private static let scale = 0.4
    /// Section 4.3: what makes a Reno of this reduction as fast as one that halves.
    private static let renoIncrease = 3 * (1 - reduction) / (1 + reduction)

    private let packet: Double
    private var window: Double
    private var threshold = Double.infinity
    /// W_max: where the last loss was, in bytes.
    private var plateau = 0.0
    /// When the present stage of congestion avoidance began; `nil` until its first acknowledgement.
    private var epoch: Instant?
    /// K: seconds from the epoch to the plateau.
    private var timeToPlateau = 0.0
    /// W_est: where a Reno would be.
    private var renoWindow = 0.0

    /// - Parameter packet: bytes of user data in a full packet.
    init(packet: Int) {
        self.packet = Double(max(packet, 1))
        window = self.packet * Double(Self.initialPackets)
    }

    /// Bytes that may be on their way.
    var bytes: Int { Int(window) }
    var isSlowStart: Bool { window < threshold }

    /// - Parameters:
    ///   - acknowledged: bytes, for the first time.
    ///   - wasFull: whether the window was what held the sender back; one that was not says nothing of the path
    ///     (RFC 9260 section 7.2.1, RFC 9438 section 5.8).
    ///   - seesQueue: whether packets take longer than they could: slow start then becomes careful (RFC 9406).
    ///   - roundTrip: seconds, smoothed.
    mutating func acknowledged(
        _ acknowledged: Int, wasFull: Bool, seesQueue: Bool, roundTrip: Double, now: Instant
    ) {
        guard wasFull, acknowledged > 0 else {
            // The curve goes on by time: idle time is taken out of it by beginning anew.
            if !isSlowStart { epoch = nil }
            return
        }
        if isSlowStart {
            let growth = seesQueue ? acknowledged / Self.conservativeDivisor : acknowledged
            window = min(window + Double(growth), Double(Self.maximum))
            return
        }
        grow(Double(acknowledged), roundTrip: roundTrip, now: now)
    }

    private mutating func grow(_ acknowledged: Double, roundTrip: Double, now: Instant) {
        let start: Instant
        if let epoch {
            start = epoch
        } else {
            start = now
            epoch = now
            plateau = max(plateau, window)
            timeToPlateau = ((plateau - window) / packet / Self.scale).cubeRoot
            renoWindow = window
        }
        let elapsed = (now - start).inSeconds + roundTrip
        let distance = elapsed - timeToPlateau
        let cubic = plateau + Self.scale * distance * distance * distance * packet
        // Section 4.3: α becomes 1 once the estimate has come back to where the loss was.
        let increase = renoWindow < plateau ? Self.renoIncrease : 1
        renoWindow += increase * packet * acknowledged / window
        if cubic < renoWindow {
            window = max(window, renoWindow)
        } else {
            // Section 4.4: towards the curve's value a round trip from now, at most half more in one.
            let target = min(max(cubic, window), 1.5 * window)
            window += (target - window) * min(acknowledged / window, 1)
        }
        window = min(window, Double(Self.maximum))
    }

    /// The path is as good as full.
    mutating func endSlowStart() {
        if isSlowStart { threshold = window }
    }

    /// A loss that no earlier reduction has answered.
    mutating func lost() {
        // Section 4.7, fast convergence: what could not come back to its plateau leaves room for others.
        plateau = window < plateau ? window * (1 + Self.reduction) / 2 : window
        threshold = max(window * Self.reduction, 2 * packet)
        window = threshold
        epoch = nil
    }

    /// The retransmission timer has expired: RFC 9260 section 7.2.3.
    mutating func timedOut() {
        plateau = window < plateau ? window * (1 + Self.reduction) / 2 : window
        threshold = max(window * Self.reduction, 4 * packet)
        window = packet
        epoch = nil
    }
}

extension Double {
    /// By Newton's steps: the system's function would need a library for one call a loss.
    fileprivate var cubeRoot: Double {
        guard self > 0 else { return 0 }
        // A third of the exponent is within a factor of two.
        var root = Double(sign: .plus, exponent: exponent / 3, significand: 1)
        for _ in 0..<8 { root = (2 * root + self / (root * root)) / 3 }
        return root
    }
}
