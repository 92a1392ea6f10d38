// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import LoadMedia
import MediaLoop
import NIOPosix
import RTCBase
import RTCCrypto
import Testing

@testable import GaleneLoad

@Suite("Members who come and go", .timeLimit(.minutes(1)))
struct ChurnTests {
    @Test func `who is connected only after the end goes again, and nobody waits for it`() async throws {
        try await LoadedServer.run { server in
            let options = LoadOptions(group: try server.group(), shape: .each(2))
            let dialler = try Dialler(group: .singletonMultiThreadedEventLoopGroup, verifiesCertificate: true)
            let worker = try LoadWorker(
                certificate: try Certificate(unixTime: 1_800_000_000), number: 0, loss: PacketLoss(share: 0, seed: 1))
            try worker.start()
            let rollCall = RollCall()
            let endpoint = options.group.at("/ws")
            let enter = { @Sendable (number: Int) in
                Member(
                    number: number, options: options, group: "load", start: MonotonicClock.now(),
                    channel: try await MemberChannel.open(endpoint, by: dialler), worker: worker, rollCall: rollCall)
            }
            let first = try await enter(0)
            let running = Task { await first.run() }
            try await first.join()
            let (entering, begin) = AsyncStream.makeStream(of: Void.self)
            let (ended, end) = AsyncStream.makeStream(of: Void.self)
            let churn = Churn(rate: 100, members: [(0, first)], rollCall: rollCall) { number in
                begin.yield()
                // Whatever becomes of the task.
                await Task { for await _ in ended {} }.value
                return try await Task { try await enter(number) }.value
            }
            let going = Task { await churn.run() }
            _ = await entering.first { true }
            going.cancel()
            // All have been told that it is over by then, or it makes no difference.
            for _ in 0..<10_000 { await Task.yield() }
            end.finish()
            await going.value
            #expect(await rollCall.counts.joined == 1)
            #expect(await rollCall.counts.returned == 0)
            running.cancel()
            await worker.shutdown()
        }
    }
}
