// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A metric's name and what it says, in the manner of Prometheus: base units, counters end in `_total`.
struct MetricFamily: Hashable, Sendable {
    let name: String
    let help: String

    private init(_ name: String, _ help: String) {
        self.name = "galene_\(name)"
        self.help = help
    }

    // Counters of each worker.
    static let mediaPackets = Self("media_packets_total", "Media packets taken from publishers and sent to receivers.")
    static let datagrams = Self("udp_datagrams_total", "Datagrams of any kind on the media ports.")
    static let bytes = Self("udp_bytes_total", "Bytes of all datagrams on the media ports.")
    static let dropped = Self("dropped_packets_total", "Packets and datagrams that went no further, by the reason.")
    static let cacheLookups = Self(
        "cache_lookups_total", "Packets that receivers asked for again, in the cache or not.")
    static let cacheResizes = Self("cache_resizes_total", "Changes of the size of a track's packet cache.")
    static let nacks = Self("nacks_total", "NACK messages from receivers and to publishers.")
    static let packetsRequested = Self("requested_packets_total", "Packets asked for in NACK messages to publishers.")
    static let packetsRepaired = Self("repaired_packets_total", "Packets that came because they were asked for.")
    static let retransmissions = Self(
        "retransmissions_total", "Packets sent once more, or refused to who asks too often.")
    static let keyFrameRequests = Self(
        "key_frame_requests_total", "Requests for a key frame from receivers and to publishers.")
    static let malformedReports = Self("malformed_reports_total", "RTCP that could not be read.")
    static let authenticationFailures = Self(
        "srtp_authentication_failures_total", "SRTP and SRTCP packets whose tag was wrong.")
    static let replays = Self("srtp_replays_total", "SRTP and SRTCP packets that had come before, or came too late.")
    static let handshakeDatagrams = Self(
        "handshake_datagrams_total", "Datagrams of DTLS handshakes that had to wait, or had no room to.")
    static let layerSteps = Self("layer_steps_total", "Decisions to give a receiver more, or less, of a picture.")
    static let sourceSwitches = Self("source_switches_total", "Changes of receivers to another simulcast encoding.")
    static let fastStarts = Self("fast_starts_total", "Receivers that began with a key frame from the cache.")
    static let loopWakeups = Self("loop_wakeups_total", "Turns of the media loop.")

    // Gauges of each worker.
    static let streams = Self("streams", "Streams that clients send and receive.")
    static let loopLag = Self(
        "loop_lag_seconds", "By how much timers of the media loop were late on average since the last look.")
    static let maximumLoopLag = Self(
        "loop_lag_maximum_seconds", "By how much a timer of the media loop was late at worst since the last look.")

    // Gauges of the server.
    static let groups = Self("groups", "Groups in memory.")
    static let clients = Self("clients", "Members of all groups.")

    static let all = WorkerCounter.all.map(\.family) + [streams, loopLag, maximumLoopLag, groups, clients]
}
