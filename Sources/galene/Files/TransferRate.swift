// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How fast a file moves: a machine that is told the time, as a duration since any moment.
struct TransferRate: Sendable {
    /// Long enough to be calm, and short enough to show what has changed.
    static let window = Duration.seconds(5)
    /// Of a shorter time nothing can be said.
    static let shortest = Duration.milliseconds(500)
    /// Two samples a tick of the display are enough.
    private static let spacing = Duration.milliseconds(50)

    private var samples: [(time: Duration, bytes: Int64)] = []

    var sampleCount: Int { samples.count }

    /// So many bytes have moved until now.
    mutating func add(_ bytes: Int64, at now: Duration) {
        // The one before the window stays: what has moved since it is what moved in the window.
        while samples.count > 1, samples[1].time <= now - Self.window { samples.removeFirst() }
        if let last = samples.last, samples.count > 1, now - last.time < Self.spacing {
            samples[samples.count - 1].bytes = bytes
        } else {
            samples.append((now, bytes))
        }
    }

    /// Bytes a second; `nil` when it is too early to say.
    func bytesPerSecond(at now: Duration) -> Double? {
        guard let last = samples.last else { return nil }
        let start = max(now - Self.window, samples[0].time)
        guard now - start >= Self.shortest else { return nil }
        // Where the window begins between two samples nobody knows more than that it was evenly.
        let next = samples.firstIndex { $0.time > start } ?? samples.count
        var bytes = Double(samples[max(0, next - 1)].bytes)
        if next > 0, next < samples.count {
            let (before, after) = (samples[next - 1], samples[next])
            bytes += Double(after.bytes - before.bytes) * ((start - before.time) / (after.time - before.time))
        }
        return max(0, (Double(last.bytes) - bytes) / ((now - start) / .seconds(1)))
    }
}
