// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ICE
import Logging
import MediaLoop
import RTCBase
import RTCCrypto
import RTCTestKit
import SFU
import Synchronization
import Testing
import WebRTC

@testable import GaleneServer

/// A worker that says of its streams what it is told to.
private final class MeasuredMedia: MediaEngine {
    let candidates: [ICECandidate] = []
    let fingerprint = FakeMedia().fingerprint
    private let known = Mutex<[StreamID: StreamStatistics]>([:])
    private let asked = Mutex<[[StreamID]]>([])

    func set(_ statistics: StreamStatistics?, of id: StreamID) { known.withLock { $0[id] = statistics } }
    var questions: [[StreamID]] { asked.withLock { $0 } }

    func statistics(of ids: [StreamID]) async -> [StreamStatistics?] {
        asked.withLock { $0.append(ids) }
        return known.withLock { known in ids.map { known[$0] } }
    }

    func events(owner: UInt64) -> AsyncStream<MediaEvent> { AsyncStream { $0.finish() } }
    func endEvents(owner: UInt64) {}
    func openUpStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, remote: RemoteTransport,
        tracks: [NegotiatedTrack]
    ) async throws(MediaError) -> StreamID { throw .noSuchStream }
    func updateUpStream(
        _ id: StreamID, local: ICECredentials, remote: RemoteTransport, tracks: [NegotiatedTrack]
    ) async throws(MediaError) {}
    func startedTracks(of id: StreamID) async throws(MediaError) -> [UpTrackInfo] { [] }
    func openDownStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, tracks: [DownTrackParameters]
    ) async throws(MediaError) -> StreamID { throw .noSuchStream }
    func connectDownStream(_ id: StreamID, remote: RemoteTransport, rejected: Set<String>) async throws(MediaError) {}
    func updateDownStream(
        _ id: StreamID, local: ICECredentials, tracks: [DownTrackParameters]
    ) async throws(MediaError) {}
    func close(_ id: StreamID) async {}
}

@Suite("Statistics of groups")
struct GroupStatisticsTests {
    private let media = MeasuredMedia()
    private let members = GroupTests()

    private func makeGroup(_ name: String = "demo") -> Group {
        Group(
            name: name, description: GroupDescription(), media: media, owner: 1, limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: { Timestamp(unixSeconds: 1_000_000) })
    }

    private static let measured = StreamStatistics(
        maximumBitrate: 900_000,
        tracks: [
            TrackStatistics(bitrate: 40_000, fractionLost: 0.25, jitter: .microseconds(1500)),
            TrackStatistics(
                spatial: .init(current: 1, highest: 2), temporal: .init(current: 0, highest: 3), bitrate: 700_000,
                maximumBitrate: 800_000, roundTrip: .nanoseconds(80_000_400)),
        ])

    @Test(.row("M-38")) func `each member by id, with what it sends and receives, in one question`() async throws {
        let group = makeGroup()
        for id in ["carol", "bob", "alice"] { _ = await members.join(group, id) }
        for number in 1...4 as ClosedRange<UInt32> { media.set(Self.measured, of: stream(number)) }
        #expect(await group.addStream(members.opening("t"), owner: "bob", media: stream(2)) == nil)
        #expect(await group.addStream(members.opening("s"), owner: "bob", media: stream(1)) == nil)
        await group.bind(stream(3), to: "alice", as: "s")
        await group.bind(stream(4), to: "carol", as: "s")
        // The worker does not know this one any more.
        await group.bind(stream(5), to: "carol", as: "t")

        let statistics = await group.statistics()
        #expect(statistics.name == "demo")
        #expect(statistics.clients.map(\.id) == ["alice", "bob", "carol"])
        #expect(statistics.clients.map { $0.up.map(\.id) } == [[], ["s", "t"], []])
        #expect(statistics.clients.map { $0.down.map(\.id) } == [["s"], [], ["s"]])
        let connection = try #require(statistics.clients[1].up.first)
        #expect(connection.maxBitrate == 900_000)
        #expect(
            connection.tracks == [
                .init(bitrate: 40_000, loss: 0.25, jitter: 1.5),
                .init(
                    sid: 1, maxSid: 2, tid: 0, maxTid: 3, bitrate: 700_000, maxBitrate: 800_000, loss: 0, rtt: 80),
            ])
        #expect(media.questions.map(Set.init) == [Set((1...5).map { stream($0) })])
    }

    @Test(.row("M-38")) func `nothing of what has ended`() async {
        let group = makeGroup()
        let alice = await members.join(group, "alice")
        _ = await members.join(group, "bob")
        for number in 1...3 as ClosedRange<UInt32> { media.set(Self.measured, of: stream(number)) }
        #expect(await group.addStream(members.opening("s"), owner: "alice", media: stream(1)) == nil)
        await group.bind(stream(2), to: "alice", as: "x")
        await group.bind(stream(3), to: "bob", as: "s")
        await group.unbind(stream(3))
        #expect(await group.statistics().clients.last == .init(id: "bob"))
        await group.leave("alice", mailbox: alice)
        #expect(await group.statistics() == GroupStatistics(name: "demo", clients: [.init(id: "bob")]))
        #expect(media.questions.last == [])
        #expect(await group.downStreams.isEmpty)
    }

    @Test(.row("M-38")) func `groups by name, those in memory and no others`() async {
        let folder = TemporaryFolder()
        for name in ["b", "a", "c/d", "unused"] { folder.write("\(name).json", "{}") }
        let directory = GroupDirectory(
            directory: folder.path, workers: [media], limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(await directory.statistics().isEmpty)
        for name in ["c/d", "b", "a"] {
            guard case .found(let group) = await directory.group(named: name) else {
                Issue.record("no group \(name)")
                return
            }
            if name == "b" { for id in ["x", "y"] { _ = await members.join(group, id) } }
        }
        let statistics = await directory.statistics()
        #expect(statistics.map(\.name) == ["a", "b", "c/d"])
        #expect(statistics.map(\.clients.count) == [0, 2, 0])
        let population = await directory.population()
        #expect(population.groups == 3 && population.members == 2)
    }
}
