// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import MediaLoop
import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import GaleneServer

/// Sessions, operations, a group and a worker's book-keeping together, one step at a time.
@Suite("A meeting without a network")
struct MeetingTests {
    let folder = TemporaryFolder()
    let media = RecordingMedia()
    let groups: GroupDirectory

    init() {
        folder.write(
            "demo.json",
            #"{"users":{"op":{"password":"x","permissions":"op"}},"wildcard-user":{"password":{"type":"wildcard"},"permissions":"present"}}"#
        )
        groups = GroupDirectory(
            directory: folder.path, workers: [media], limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func group() async throws -> Group {
        guard case .found(let group) = await groups.group(named: "demo") else {
            throw JoinRefusal.noSuchGroup
        }
        return group
    }

    func join(_ name: String) async -> MeetingClient {
        var client = MeetingClient(name, groups)
        client.receive(#"{"type":"join","kind":"join","group":"demo","username":"\#(name)","password":"x"}"#)
        client.receive(#"{"type":"request","request":{"":["audio","video"]}}"#)
        await client.settle()
        return client
    }

    /// Publishes with three encodings: the tracks start in the given order, and the others are told after 200 ms.
    func publish(
        _ id: String, by client: inout MeetingClient, replace: String? = nil, starting tracks: [UpTrackInfo]
    ) async throws {
        client.receive(
            .offer(
                Offer(
                    id: id, label: "camera", sdp: Fixture.text("offer-chromium-simulcast.sdp"), replace: replace)))
        await client.settle()
        try await start(tracks, of: id, by: &client)
    }

    func start(_ tracks: [UpTrackInfo], of id: String, by client: inout MeetingClient) async throws {
        guard let place = client.harness.session.membership?.upStreams[id]?.media else {
            Issue.record("\(id) is not open")
            return
        }
        for track in tracks { try await group().handle(.upTrackStarted(stream: place, track)) }
        await client.settle()
        client.harness.advance(.milliseconds(200))
        await client.settle()
    }

    static let encodings = [
        track(1, .audio), track(4, .video, rid: "l"), track(2, .video, rid: "h"), track(3, .video, rid: "m"),
    ]

    @Test(.row("M-13", "M-14", "M-16"))
    func `encodings that start one by one feed one track of the receiver, by one offer`() async throws {
        var alice = await join("alice")
        var bob = await join("bob")
        try await publish("s", by: &alice, starting: Array(Self.encodings.prefix(2)))
        await bob.settle()
        #expect(bob.offers("s") == 1)
        bob.answer("s")
        await bob.settle()
        try await start(Array(Self.encodings.suffix(2)), of: "s", by: &alice)
        await bob.settle()
        #expect(bob.offers("s") == 1)
        #expect(media.carried() == [[[1], [2, 3, 4]]])
        bob.receive(#"{"type":"requestStream","id":"s","request":["audio","video-low"]}"#)
        await bob.settle()
        #expect(bob.offers("s") == 1)
        #expect(media.carried() == [[[1], [4]]])
        #expect(media.violations().isEmpty)
    }

    @Test(.row("M-15")) func `whoever comes late is offered what there is when it asks, and nobody else is disturbed`()
        async throws
    {
        var alice = await join("alice")
        var bob = await join("bob")
        try await publish("s", by: &alice, starting: Self.encodings)
        await bob.settle()
        bob.answer("s")
        await bob.settle()
        var carol = await join("carol")
        carol.answer("s")
        await carol.settle()
        await bob.settle()
        #expect(bob.offers("s") == 1 && carol.offers("s") == 1)
        #expect(media.carried() == [[[1], [2, 3, 4]], [[1], [2, 3, 4]]])
    }

    @Test(.row("P-19", "M-14"))
    func `a replacement reaches receivers as such once, and those who come later as any other`() async throws {
        var alice = await join("alice")
        var bob = await join("bob")
        try await publish("old", by: &alice, starting: Self.encodings)
        await bob.settle()
        bob.answer("old")
        await bob.settle()
        let moved = Self.encodings.map { track($0.id.handle.index + 10, $0.kind, rid: $0.rid) }
        try await publish("new", by: &alice, replace: "old", starting: moved)
        await bob.settle()
        #expect(bob.lastOffer?.id == "new" && bob.lastOffer?.replace == "old")
        #expect(!bob.harness.sent.contains(.close(id: "old")))
        let carol = await join("carol")
        #expect(carol.lastOffer?.id == "new" && carol.lastOffer?.replace == nil)
        #expect(media.carried() == [[[11], [12, 13, 14]], [[11], [12, 13, 14]]], "the old ones are gone")
        #expect(media.violations().isEmpty)
    }

    @Test(.row("P-19")) func `a replacement that the worker refuses takes its predecessor from the receivers`()
        async throws
    {
        var alice = await join("alice")
        var bob = await join("bob")
        try await publish("old", by: &alice, starting: Self.encodings)
        await bob.settle()
        bob.answer("old")
        await bob.settle()
        media.refuse()
        alice.receive(
            .offer(Offer(id: "new", label: "camera", sdp: SessionHarness.offerSDP, replace: "old")))
        await alice.settle()
        await bob.settle()
        #expect(alice.harness.sent.contains(.abort(id: "new")))
        #expect(bob.harness.sent.last == .close(id: "old"))
        #expect(media.openStreams() == 0)
    }

    @Test(.row("P-35", "P-50"))
    func `whoever may not present any more leaves nothing with the others or on the worker`()
        async throws
    {
        var alice = await join("alice")
        var bob = await join("bob")
        var chair = await join("op")
        try await publish("s", by: &alice, starting: Self.encodings)
        try await publish("t", by: &bob, starting: Self.encodings.map { track($0.id.handle.index + 20, $0.kind) })
        for _ in 0..<2 {
            await alice.settle()
            await bob.settle()
        }
        await chair.settle()
        #expect(media.openStreams() == 6)
        chair.receive(#"{"type":"useraction","kind":"unpresent","dest":"alice"}"#)
        await chair.settle()
        await alice.settle()
        await bob.settle()
        #expect(alice.harness.sent.contains(.abort(id: "s")))
        #expect(alice.harness.sent.compactMap(\.joined).last?.permissions == [.message])
        for story in [bob.harness.sent, chair.harness.sent] {
            let closed = story.lastIndex(of: .close(id: "s"))
            let changed = story.lastIndex { if case .user(let change) = $0 { change.kind == .change } else { false } }
            #expect(closed != nil && changed != nil && closed ?? 0 < changed ?? 0)
        }
        #expect(media.openStreams() == 3, "what is left is the stream of the other, and its two receivers")
        chair.receive(#"{"type":"useraction","kind":"present","dest":"alice"}"#)
        await chair.settle()
        await alice.settle()
        try await publish("s", by: &alice, starting: Self.encodings)
        await bob.settle()
        #expect(bob.lastOffer?.id == "s")
        #expect(media.violations().isEmpty)
    }

    @Test(.row("P-34")) func `what one operator loses, the next one has`() async throws {
        var first = await join("op")
        first.receive(#"{"type":"useraction","kind":"unop","dest":"op"}"#)
        await first.settle()
        #expect(first.harness.session.membership?.permissions.contains(.op) == false)
        var second = MeetingClient("second", groups)
        second.receive(#"{"type":"join","kind":"join","group":"demo","username":"op","password":"x"}"#)
        await second.settle()
        #expect(second.harness.session.membership?.permissions.contains(.op) == true)
    }

    @Test(arguments: [true, false])
    func `a client that disappears while the worker opens a stream for it leaves none behind`(isUp: Bool) async throws {
        var alice = await join("alice")
        var bob = await join("bob")
        if isUp {
            bob.receive(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
        } else {
            try await publish("s", by: &alice, starting: Self.encodings)
            bob.deliver()
        }
        #expect(bob.harness.pending.count == 1)
        bob.disconnect()
        await bob.settle()
        #expect(bob.harness.session.isFinished)
        #expect(media.openStreams() == (isUp ? 0 : 1))
    }

    // MARK: Moderation

    @Test(.row("P-37", "P-29", "P-48")) func `who is kicked leaves nothing with the others or on the worker`()
        async throws
    {
        var op = await join("op")
        var bob = await join("bob")
        try await publish("s", by: &bob, starting: Self.encodings)
        await op.settle()
        op.answer("s")
        await op.settle()
        op.receive(#"{"type":"useraction","kind":"kick","dest":"bob","value":"enough"}"#)
        await op.settle()
        await bob.settle()
        guard case .userMessage(let message)? = bob.harness.sent.last else {
            Issue.record("not told")
            return
        }
        #expect(message.kind == .kicked && message.value == "enough")
        #expect(bob.harness.closure == .normal("enough") && bob.harness.session.isFinished)
        #expect(
            op.harness.sent.suffix(2) == [
                .close(id: "s"), .user(UserChange(kind: .delete, id: "bob", username: "bob")),
            ])
        await op.settle()
        #expect(media.openStreams() == 0)
        let again = await join("bob")
        #expect(again.harness.sent.compactMap(\.joined).last?.kind == .join)
    }

    @Test(.row("P-43")) func `an operator is told in which sub-groups people are`() async throws {
        folder.write(
            "tree.json", #"{"auto-subgroups":true,"wildcard-user":{"password":{"type":"wildcard"},"permissions":"op"}}"#
        )
        func join(_ id: String, _ group: String) async -> MeetingClient {
            var client = MeetingClient(id, groups)
            client.receive(#"{"type":"join","kind":"join","group":"\#(group)","username":"\#(id)","password":""}"#)
            await client.settle()
            return client
        }
        var op = await join("op", "tree")
        _ = await join("a", "tree/one")
        _ = await join("b", "tree/two/deep")
        _ = await join("c", "tree/two/deep")
        guard case .found = await groups.group(named: "tree/empty") else {
            Issue.record("no sub-group")
            return
        }
        op.receive(#"{"type":"groupaction","kind":"subgroups"}"#)
        await op.settle()
        guard case .chat(let chat)? = op.harness.sent.last else {
            Issue.record("no answer")
            return
        }
        #expect(chat.username == "Server" && chat.source == nil && chat.dest == "op")
        #expect(chat.value == "tree/one (1 client)\ntree/two/deep (2 clients)")
        var bob = await self.join("bob")
        bob.receive(#"{"type":"groupaction","kind":"subgroups"}"#)
        await bob.settle()
        #expect(bob.harness.sent.last?.errorText == "not authorised")
    }
}

/// A client whose session, operations and mailbox are driven by the test, in the order in which a connection would.
struct MeetingClient {
    var harness = SessionHarness(handshake: false)
    private let executor: OperationExecutor
    private let mailbox = NotingMember()
    /// Messages that the session does not accept yet.
    private var waiting: [String] = []

    init(_ id: String, _ groups: GroupDirectory, handshake: Bool = true) {
        executor = OperationExecutor(groups: groups, mailbox: mailbox)
        if handshake { harness.receive(#"{"type":"handshake","version":["2"],"id":"\#(id)"}"#) }
    }

    mutating func receive(_ json: String) {
        waiting.append(json)
        acceptMessages()
    }

    mutating func receive(_ message: ClientMessage) { receive(String(decoding: message.encoded(), as: UTF8.self)) }

    private mutating func acceptMessages() {
        while harness.session.acceptsMessages, !waiting.isEmpty { harness.receive(waiting.removeFirst()) }
    }

    /// Hands in what the group has said.
    mutating func deliver() {
        for event in mailbox.take() { harness.handle(event) }
    }

    /// Goes on until nothing is under way.
    mutating func settle() async {
        deliver()
        while let operation = harness.pending.first {
            harness.finish(await executor.execute(operation))
            deliver()
            acceptMessages()
        }
    }

    mutating func disconnect() { harness.disconnect() }

    mutating func answer(_ id: String) {
        guard let sdp = harness.sent.compactMap(\.offer).last(where: { $0.id == id })?.sdp else {
            Issue.record("there is no offer to answer")
            return
        }
        receive(.answer(Answer(id: id, sdp: SessionHarness.browserAnswer(to: sdp))))
    }

    func offers(_ id: String) -> Int { harness.sent.compactMap(\.offer).filter { $0.id == id }.count }
    var lastOffer: Offer? { harness.sent.compactMap(\.offer).last }
}
