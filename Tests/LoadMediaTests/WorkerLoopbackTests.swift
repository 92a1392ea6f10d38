// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import LoadMedia
import MediaLoop
import RTCBase
import RTCCrypto
import RTCTestKit
import Testing

@Suite("A media worker under load on the loopback interface", .timeLimit(.minutes(2)), .serialized)
struct WorkerLoopbackTests {
    @Test(
        arguments: [SRTPProfile.aeadAES128GCM, .aes128CMHMACSHA1_80], [IPAddress.v4Loopback, .v6Loopback])
    func `media flows from a publisher to its subscribers, with both profiles and both families`(
        profile: SRTPProfile, address: IPAddress
    ) async throws {
        try await Meeting.run(address: address, profiles: [profile]) { meeting in
            let publisher = try await meeting.publish()
            for _ in 0..<3 {
                let subscriber = try await meeting.subscribe(to: publisher.track)
                let got = await meeting.statistics(of: subscriber.connection) { $0.received >= 250 }
                #expect(got.received >= 250)
                #expect(got.missing == 0)
                #expect(got.duplicates == 0)
                #expect(got.authentic >= 2)
                #expect(got.forged == 0)
                #expect(got.strangeReports == 0)
            }
            let counters = await meeting.server.counters
            #expect(counters.authenticationFailures == 0)
            #expect(counters.malformedPackets == 0)
            #expect(counters.protectFailures == 0)
        }
    }

    @Test(.row("M-02"))
    func `a renewed certificate is presented to who is told of it, the one before to who was told of that`()
        async throws
    {
        try await Meeting.run { meeting in
            let before = meeting.server.fingerprint
            let early = try await meeting.publish()
            try await meeting.server.renew(try Certificate(unixTime: 1_802_000_000))
            let after = meeting.server.fingerprint
            #expect(before != after)
            // The clients hold each handshake against the fingerprint that they have been told.
            for certificate in [before, after, nil] {
                let publisher = try await meeting.publish(owner: 2, certificate: certificate)
                let subscriber = try await meeting.subscribe(to: publisher.track, certificate: certificate)
                let got = await meeting.statistics(of: subscriber.connection) { $0.received >= 20 }
                #expect(got.received >= 20)
            }
            let late = try await meeting.subscribe(to: early.track)
            let got = await meeting.statistics(of: late.connection) { $0.received >= 20 }
            #expect(got.received >= 20, "a stream that runs goes on")
        }
    }

    @Test func `bursts arrive whole and in few messages`() async throws {
        try await Meeting.run { meeting in
            let publisher = try await meeting.publish(rate: 800, burst: 8)
            let subscriber = try await meeting.subscribe(to: publisher.track)
            let got = await meeting.statistics(of: subscriber.connection) { $0.received >= 800 }
            #expect(got.received >= 800)
            #expect(got.missing == 0)
            let sent = await meeting.server.sendCounters
            #expect(sent.datagrams > 4 * sent.messages, "runs of eight leave as one message each")
            let taken = await meeting.server.receiveCounters
            #expect(taken.datagrams > 2 * taken.messages, "runs that arrive together are taken together")
        }
    }

    @Test(arguments: [true, false])
    func `what is lost on the way up is sent again if the server asks for it`(repeats: Bool) async throws {
        try await Meeting.run(upLoss: 0.1) { meeting in
            let publisher = try await meeting.publish(repeats: repeats)
            let subscriber = try await meeting.subscribe(to: publisher.track)
            let asked = await meeting.statistics(of: publisher.connection) { $0.packetsRequested >= 60 }
            #expect(asked.packetsRequested >= 60)
            let got = await meeting.statistics(of: subscriber.connection) { $0.received >= 600 }
            #expect(got.received >= 600 && got.forged == 0)
            if repeats {
                #expect(asked.repeated > 40)
                // What is on its way is missing for a moment.
                #expect(got.missing <= 20)
            } else {
                #expect(asked.repeated == 0)
                #expect(got.missing > 30)
            }
            #expect(await meeting.server.counters.authenticationFailures == 0)
        }
    }

    @Test func `a newcomer's key frame is asked of the publisher`() async throws {
        try await Meeting.run { meeting in
            let publisher = try await meeting.publish()
            // The first key frame is by then too far back to be sent from the cache.
            let before = await meeting.statistics(of: publisher.connection) { $0.sent >= 100 }
            #expect(before.keyFramesRequested == 0)
            let subscriber = try await meeting.subscribe(to: publisher.track)
            let asked = await meeting.statistics(of: publisher.connection) { $0.keyFramesRequested > 0 }
            #expect(asked.keyFramesRequested >= 1)
            let got = await meeting.statistics(of: subscriber.connection) { $0.received > 0 }
            #expect(got.received > 0)
            let sent = await meeting.clients.statistics(of: publisher.connection)
            #expect(sent?.keyFramesSent == 2)
        }
    }

    @Test func `a subscriber's PLI reaches the publisher`() async throws {
        try await Meeting.run { meeting in
            let publisher = try await meeting.publish()
            let subscriber = try await meeting.subscribe(to: publisher.track)
            _ = await meeting.statistics(of: subscriber.connection) { $0.received > 0 }
            let before = await meeting.clients.statistics(of: publisher.connection)?.keyFramesRequested ?? 0
            await meeting.clients.requestKeyFrame(on: subscriber.connection)
            let asked = await meeting.statistics(of: publisher.connection) { $0.keyFramesRequested > before }
            #expect(asked.keyFramesRequested > before)
        }
    }

    @Test func `reports and an estimate reach the publisher, sender reports and its name the subscribers`() async throws
    {
        try await Meeting.run { meeting in
            let publisher = try await meeting.publish()
            let subscriber = try await meeting.subscribe(to: publisher.track)
            let sent = await meeting.statistics(of: publisher.connection) {
                $0.receiverReports >= 2 && $0.bitrateEstimates >= 2
            }
            #expect(sent.receiverReports >= 2)
            #expect(sent.bitrateEstimates >= 2)
            #expect(sent.strangeReports == 0)
            let got = await meeting.statistics(of: subscriber.connection) {
                $0.senderReports >= 2 && $0.namesReceived >= 2
            }
            #expect(got.senderReports >= 2)
            #expect(got.namesReceived >= 2)
            #expect(got.strangeReports == 0)
        }
    }

    @Test func `a stream that the server closes says goodbye, and its subscribers get nothing more`() async throws {
        try await Meeting.run { meeting in
            let publisher = try await meeting.publish()
            let subscriber = try await meeting.subscribe(to: publisher.track)
            _ = await meeting.statistics(of: subscriber.connection) { $0.received > 0 }
            await meeting.server.close(publisher.stream)
            var events: [ConnectionEvent] = []
            for await event in publisher.events {
                events.append(event)
                if event == .closed { break }
            }
            #expect(events.last == .closed)
            #expect(await meeting.server.streamCount == 1)
            let before = await meeting.server.counters.packetsForwarded
            let again = try await meeting.publish(owner: 2)
            let other = try await meeting.subscribe(to: again.track, owner: 2)
            let got = await meeting.statistics(of: other.connection) { $0.received >= 100 }
            let forwarded = await meeting.server.counters.packetsForwarded - before
            let rest = await meeting.clients.statistics(of: subscriber.connection)
            #expect(got.received >= 100)
            #expect(rest?.missing == 0)
            // Only the second meeting's packets: the first subscriber's would double them.
            let received = await meeting.clients.statistics(of: other.connection)?.received ?? 0
            #expect(forwarded <= UInt64(received) + 64)
        }
    }

    @Test func `two hundred subscribers get every packet, and nothing of them remains`() async throws {
        try await Meeting.run { meeting in
            let publisher = try await meeting.publish(rate: 100)
            let subscribers = try await withThrowingTaskGroup(of: Meeting.Subscriber.self) { group in
                for _ in 0..<200 {
                    group.addTask { try await meeting.subscribe(to: publisher.track) }
                }
                return try await group.reduce(into: [Meeting.Subscriber]()) { $0.append($1) }
            }
            #expect(await meeting.server.streamCount == 201)
            for subscriber in subscribers {
                let got = await meeting.statistics(of: subscriber.connection) { $0.received >= 50 }
                #expect(got.received >= 50)
            }
            let all = await meeting.clients.statistics()
            #expect(all.missing == 0)
            #expect(all.duplicates == 0)
            #expect(all.forged == 0)

            for subscriber in subscribers { await meeting.server.close(subscriber.stream) }
            await meeting.server.close(publisher.stream)
            #expect(await meeting.server.streamCount == 0)
            for subscriber in subscribers {
                var isClosed = false
                for await event in subscriber.events where event == .closed {
                    isClosed = true
                    break
                }
                #expect(isClosed)
            }
        }
    }
}
