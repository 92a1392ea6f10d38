// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import LoadMedia
import RTCBase

/// What a load test found. Encoded, it is the form for programs; ``description`` is the one for people.
public struct LoadReport: Codable, Sendable {
    /// Times in milliseconds.
    public struct Times: Codable, Sendable {
        public var median: Double
        /// What 95 of 100 do not exceed.
        public var percentile95: Double
        public var maximum: Double

        init?(_ durations: [Duration]) {
            let sorted = durations.sorted()
            guard let last = sorted.last else { return nil }
            median = sorted[sorted.count / 2] / .milliseconds(1)
            percentile95 = sorted[(sorted.count * 95 + 99) / 100 - 1] / .milliseconds(1)
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

    /// Times without a whole frame, longer than 500 ms and than three times the distance of a stream's frames; in ms.
    public struct Freezes: Codable, Sendable {
        public var count: Int
        public var total: Double
        public var longest: Double

        init(_ freezes: LoadMedia.Freezes) {
            count = freezes.count
            total = freezes.total / .milliseconds(1)
            longest = freezes.longest / .milliseconds(1)
        }
    }

    /// What members got, by what they asked for: packets of the measured time, of the streams that they had at its end.
    public struct Simulcast: Codable, Sendable {
        public var high = 0
        public var low = 0
        public var highReceivers = 0
        public var lowReceivers = 0
    }

    /// Members that left and came again.
    public struct Churn: Codable, Sendable {
        public var left: Int
        public var returned: Int
        /// Whose turn it was to leave, but who had not come back yet.
        public var skipped: Int
        /// As for those that came in the beginning.
        public var join: Times?
        public var firstMedia: Times?
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

    /// Whether the test was stopped before its time; ``seconds`` is what was measured.
    public var isInterrupted = false

    /// Packets sent within the time, what should have arrived of them in all, and what has.
    public var sent: Int
    public var expected: Int
    public var received: Int
    /// Never came, and would be lost if nothing were asked for again.
    public var lost: Int
    public var lostBeforeRepair: Int
    /// Packets that receivers asked for, each time counted, and those that came because of it.
    public var requested: Int
    public var repaired: Int
    /// Packets that publishers sent again because the server asked for them, from the beginning.
    public var repeated = 0
    /// Packets that were thrown away because the test was asked to lose some.
    public var discarded = 0
    public var duplicates: Int
    /// Gaps in the sequence numbers: what a receiver sees of the losses.
    public var missing: Int
    /// Packets that our own socket did not take.
    public var unsent: Int
    /// Microseconds from a publisher's socket to a subscriber's program; absent when nothing arrived.
    public var latencyMedian: Double?
    public var latency95: Double?
    public var latency99: Double?
    /// Packets decrypted as a sample, and those of them that did not verify.
    public var verified: Int
    public var forged: Int
    public var keyFramesRequested: Int

    /// Frames that came whole at a receiver.
    public var frames: Int
    public var freezes: Freezes

    /// From the beginning of the connection to the server's word that one is in.
    public var join: Times?
    /// From a member's request to the first packet of a stream.
    public var firstPacket: Times?
    /// What a member waits for its first media: its join, and the first stream after its request.
    public var firstMedia: Times?
    public var churn: Churn?
    public var simulcast: Simulcast?
    /// Microseconds of our own CPU a received packet, and of one core.
    public var generatorPerPacket = 0.0
    public var generatorLoad = 0.0
    public var server: Server?

    public var lossPercentage: Double { percentage(lost) }
    public var lossBeforeRepairPercentage: Double { percentage(lostBeforeRepair) }

    private func percentage(_ packets: Int) -> Double {
        expected == 0 ? 0 : 100 * Double(packets) / Double(expected)
    }
}

extension LoadReport {
    /// What workers and members have found, without what it cost.
    init(
        _ options: LoadOptions, _ statistics: LoadStatistics, _ counts: RollCall.Counts, _ interval: MeasuredInterval
    ) {
        group = options.group.description
        clients = options.clientCount
        upStreams = options.upStreamCount
        downStreams = options.downStreamCount
        rate = options.rate
        burst = options.burst
        packetSize = options.packetSize
        seconds = (interval.end - interval.start) / .seconds(1)
        sent = statistics.sent
        received = statistics.received
        expected =
            options.hasConstantAudience
            ? statistics.sent * options.receiversPerStream : statistics.received + statistics.missing
        lost = max(0, expected - received)
        discarded = statistics.discarded
        requested = statistics.requested
        repaired = statistics.repaired
        repeated = statistics.repeated
        lostBeforeRepair = lost + repaired
        duplicates = statistics.duplicates
        missing = statistics.missing
        unsent = statistics.unsent
        latencyMedian = statistics.latency.microseconds(0.5)
        latency95 = statistics.latency.microseconds(0.95)
        latency99 = statistics.latency.microseconds(0.99)
        verified = statistics.authentic + statistics.forged
        forged = statistics.forged
        keyFramesRequested = statistics.keyFramesRequested
        frames = statistics.frames
        freezes = Freezes(statistics.freezes)
        join = Times(counts.joinTimes)
        firstPacket = Times(counts.firstPacketTimes)
        firstMedia = Times(counts.firstMediaTimes)
        if options.churn > 0 {
            churn = Churn(
                left: counts.left, returned: counts.returned, skipped: counts.skipped,
                join: Times(counts.returnJoinTimes), firstMedia: Times(counts.returnMediaTimes))
        }
    }
}
