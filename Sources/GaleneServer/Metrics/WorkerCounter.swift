// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaLoop
import SFU

/// One of the series by which a worker's counters are shown: a name, labels of which each has a few values that are
/// written here, and where the count is found. Nothing that a client can choose becomes a label.
struct WorkerCounter: Sendable {
    let family: MetricFamily
    let labels: [(String, String)]
    let count: @Sendable (WorkerStatistics) -> UInt64

    private init(
        _ family: MetricFamily, _ labels: [(String, String)] = [],
        _ count: @escaping @Sendable (WorkerStatistics) -> UInt64
    ) {
        self.family = family
        self.labels = labels
        self.count = count
    }

    static let all = media + losses + feedback + drops

    private static let media = [
        Self(.mediaPackets, [incoming]) { $0.router.packetsReceived },
        Self(.mediaPackets, [outgoing]) { $0.worker.packetsForwarded },
        Self(.datagrams, [incoming]) { UInt64($0.received.datagrams) },
        Self(.datagrams, [outgoing]) { UInt64($0.sent.datagrams) },
        Self(.bytes, [incoming]) { UInt64($0.received.bytes) },
        Self(.bytes, [outgoing]) { UInt64($0.sent.bytes) },
        Self(.layerSteps, [("direction", "down")]) { $0.router.layerStepsDown },
        Self(.layerSteps, [("direction", "up")]) { $0.router.layerStepsUp },
        Self(.sourceSwitches) { $0.router.sourceSwitches },
        Self(.fastStarts) { $0.router.fastStarts },
        Self(.loopWakeups) { $0.loop.wakeups },
    ]

    private static let losses = [
        Self(.cacheLookups, [("result", "hit")]) { $0.router.cacheHits },
        Self(.cacheLookups, [("result", "miss")]) { $0.router.cacheMisses },
        Self(.cacheResizes) { $0.router.cachesResized },
        Self(.nacks, [incoming]) { $0.router.nacksReceived },
        Self(.nacks, [outgoing]) { $0.router.nacksSent },
        Self(.packetsRequested) { $0.router.packetsRequested },
        Self(.packetsRepaired) { $0.router.packetsRepaired },
        Self(.retransmissions, [("result", "sent")]) { $0.router.retransmissions },
        Self(.retransmissions, [("result", "refused")]) { $0.router.retransmissionsRefused },
    ]

    private static let feedback = [
        Self(.keyFrameRequests, [incoming, ("kind", "pli")]) { $0.router.plisReceived },
        Self(.keyFrameRequests, [incoming, ("kind", "fir")]) { $0.router.firsReceived },
        Self(.keyFrameRequests, [outgoing, ("kind", "pli")]) { $0.router.plisSent },
        Self(.malformedReports) { $0.router.malformedReports },
        Self(.authenticationFailures) { $0.worker.authenticationFailures },
        Self(.replays) { $0.worker.replays },
        Self(.handshakeDatagrams, [("result", "deferred")]) { $0.worker.handshakeDatagramsDeferred },
        Self(.handshakeDatagrams, [("result", "dropped")]) { $0.worker.handshakeDatagramsDropped },
    ]

    private static let drops = [
        dropped(incoming, "unknown-protocol") { $0.worker.unknownDatagrams },
        dropped(incoming, "unknown-check") { $0.worker.strangeChecks },
        dropped(incoming, "unknown-address") { $0.worker.strangeDatagrams },
        dropped(incoming, "unexpected") { $0.worker.unexpectedMedia },
        dropped(incoming, "malformed") { $0.worker.malformedPackets },
        dropped(incoming, "malformed-payload") { $0.router.malformedPayloads },
        dropped(incoming, "unknown-source") { $0.worker.unboundSources },
        dropped(incoming, "too-old") { $0.router.tooOld },
        dropped(incoming, "truncated") { UInt64($0.received.truncated) },
        dropped(outgoing, "congestion") { $0.worker.packetsDropped },
        dropped(outgoing, "full-buffer") { UInt64($0.sent.dropped) },
        dropped(outgoing, "refused") { UInt64($0.sent.refused) },
        dropped(outgoing, "not-encrypted") { $0.worker.protectFailures },
        dropped(outgoing, "oversized") { $0.worker.oversizedDatagrams },
    ]

    private static func dropped(
        _ direction: (String, String), _ reason: String, _ count: @escaping @Sendable (WorkerStatistics) -> UInt64
    ) -> Self {
        Self(.dropped, [direction, ("reason", reason)], count)
    }

    private static let incoming = ("direction", "in")
    private static let outgoing = ("direction", "out")
}
