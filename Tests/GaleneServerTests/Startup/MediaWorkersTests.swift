// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import RTCBase
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("The media workers of a server")
struct MediaWorkersTests {
    @Test(.row("M-02")) func `their certificate is made anew ten days before its end, and then not again`() async throws
    {
        let start: Int64 = 1_800_000_000
        let lines = LogLines()
        let media = try MediaWorkers(
            ports: .automatic(base: 42_600), cores: 2, addresses: [.v4Loopback], logger: lines.logger("galene.media"),
            now: Timestamp(unixSeconds: start))
        for worker in media.workers { try worker.start() }
        let first = media.workers.map(\.fingerprint)
        #expect(Set(first).count == 1)
        // It is valid from a day before its making, so that 29 days are left of its 30.
        await media.renewCertificate(now: Timestamp(unixSeconds: start + 19 * 86400 - 1))
        #expect(media.workers.map(\.fingerprint) == first && lines.all.isEmpty)
        await media.renewCertificate(now: Timestamp(unixSeconds: start + 19 * 86400))
        let second = media.workers.map(\.fingerprint)
        #expect(Set(second).count == 1 && second != first)
        await media.renewCertificate(now: Timestamp(unixSeconds: start + 20 * 86400))
        #expect(media.workers.map(\.fingerprint) == second)
        #expect(lines.all.count == 1 && lines.all[0].contains("galene.media: certificate of media renewed"))
        for worker in media.workers { await worker.shutdown() }
    }
}
