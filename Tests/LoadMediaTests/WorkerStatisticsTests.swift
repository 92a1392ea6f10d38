// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import LoadMedia
import MediaLoop
import RTCBase
import RTCTestKit
import SFU
import Testing

@Suite("What a media worker says of its streams", .timeLimit(.minutes(2)), .serialized)
struct WorkerStatisticsTests {
    @Test(.row("M-38")) func `both ends of a stream, and of streams that are gone nothing`() async throws {
        try await Meeting.run { meeting in
            let publisher = try await meeting.publish()
            let subscriber = try await meeting.subscribe(to: publisher.track)
            let nobody = StreamID(Handle(index: 4000, generation: 1))
            // Rates need a second, the round trip a report of ours and one of the subscriber's about it.
            for packets in stride(from: 300, through: 9000, by: 100) {
                let got = await meeting.statistics(of: subscriber.connection) { $0.received >= packets }
                try #require(got.received >= packets)
                let found = await meeting.server.statistics(of: [subscriber.stream, nobody, publisher.stream])
                try #require(found.count == 3)
                #expect(found[1] == nil)
                let down = try #require(found[0])
                let up = try #require(found[2])
                let received = try #require(up.tracks.first)
                let sent = try #require(down.tracks.first)
                #expect(up.tracks.count == 1 && down.tracks.count == 1)
                guard received.bitrate > 0, sent.bitrate > 0, let roundTrip = sent.roundTrip,
                    down.maximumBitrate != nil
                else { continue }
                // 300 packets a second of 1138 bytes of payload are 2.7 Mbit/s, on a machine that has the time.
                #expect(received.bitrate > 300_000 && received.bitrate < 6_000_000)
                #expect(sent.bitrate > 300_000 && sent.bitrate < 6_000_000)
                #expect(roundTrip < .seconds(2))
                #expect(received.fractionLost == 0 && sent.fractionLost == 0)
                #expect(try #require(up.maximumBitrate) >= 204_800)
                #expect(sent.maximumBitrate != nil)
                #expect(await meeting.server.statistics(of: publisher.stream)?.tracks.count == 1)
                return
            }
            Issue.record("no round trip has been measured")
        }
    }

    @Test func `more streams than one turn of the loop answers for`() async throws {
        try await Meeting.run { meeting in
            let publisher = try await meeting.publish()
            let ids = (0..<600).map { number in
                number % 100 == 7 ? StreamID(Handle(index: 4000, generation: 1)) : publisher.stream
            }
            let found = await meeting.server.statistics(of: ids)
            #expect(found.map { $0 == nil } == ids.map { $0 != publisher.stream })
            #expect(await meeting.server.statistics(of: []).isEmpty)
        }
    }

    @Test func `its counters at one moment`() async throws {
        try await Meeting.run { meeting in
            let publisher = try await meeting.publish()
            let subscribers = [
                try await meeting.subscribe(to: publisher.track), try await meeting.subscribe(to: publisher.track),
            ]
            for subscriber in subscribers {
                _ = await meeting.statistics(of: subscriber.connection) { $0.received >= 100 }
            }
            let statistics = await meeting.server.statistics()
            #expect(statistics.upStreams == 1 && statistics.downStreams == 2)
            #expect(statistics.router.packetsReceived >= 100)
            #expect(statistics.worker.packetsForwarded >= 200)
            #expect(statistics.sent.datagrams >= 200 && statistics.sent.bytes > 200 * 1138)
            #expect(statistics.received.datagrams >= 100 && statistics.received.bytes > 100 * 1138)
            #expect(statistics.loop.wakeups > 0 && statistics.loop.timerWakeups > 0)
            #expect(meeting.server.takeMaximumLateness() > .zero)
            for subscriber in subscribers { await meeting.server.close(subscriber.stream) }
            await meeting.server.close(publisher.stream)
            let after = await meeting.server.statistics()
            #expect(after.upStreams == 0 && after.downStreams == 0)
            #expect(after.worker.packetsForwarded >= statistics.worker.packetsForwarded)
        }
    }
}
