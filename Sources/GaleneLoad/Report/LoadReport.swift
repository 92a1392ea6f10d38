// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a load test found. Encoded, it is the form for programs; ``description`` is the one for people.
public struct LoadReport: Codable, Sendable {
    /// Times in milliseconds.
    public struct Times: Codable, Sendable {
        public var median: Double
        public var maximum: Double

        init?(_ durations: [Duration]) {
            let sorted = durations.sorted()
            guard let last = sorted.last else { return nil }
            median = (sorted[sorted.count / 2] / .milliseconds(1))
            maximum = last / .milliseconds(1)
        }
    }

    /// The server's process, when it was watched.
    public struct Server: Codable, Sendable {
        /// Microseconds of CPU a packet that it forwarded.
        public var userPerPacket: Double
        public var systemPerPacket: Double
        public var totalPerPacket: Double { userPerPacket + systemPerPacket }
        /// Of one core.
        public var load: Double
        /// Bytes in memory: before anybody came, when all had joined, with all streams.
        public var idleBytes: Int
        public var joinedBytes: Int
        public var streamingBytes: Int
        /// KiB a client that has joined and does nothing.
        public var kibibytesPerClient: Double
        /// KiB a down stream. What the up streams take is in it too.
        public var kibibytesPerDownStream: Double
    }

    public var group: String
    public var clients: Int
    public var upStreams: Int
    public var downStreams: Int
    /// Packets a second of each publisher.
    public var rate: Double
    public var burst: Int
    public var packetSize: Int
    public var seconds: Double

    /// Packets sent within the time, what should have arrived of them in all, and what has.
    public var sent: Int
    public var expected: Int
    public var received: Int
    public var lost: Int
    public var duplicates: Int
    /// Gaps in the sequence numbers: what a receiver sees of the losses.
    public var missing: Int
    /// Packets that our own socket did not take.
    public var unsent: Int
    /// Microseconds from a publisher's socket to a subscriber's program; absent when nothing arrived.
    public var latencyMedian: Double?
    public var latency99: Double?
    /// Packets decrypted as a sample, and those of them that did not verify.
    public var verified: Int
    public var forged: Int
    public var keyFramesRequested: Int

    public var join: Times?
    /// From a member's request to the first packet of a stream.
    public var firstPacket: Times?
    /// Microseconds of our own CPU a received packet, and of one core.
    public var generatorPerPacket: Double
    public var generatorLoad: Double
    public var server: Server?

    public var lossPercentage: Double { expected == 0 ? 0 : 100 * Double(lost) / Double(expected) }
}
