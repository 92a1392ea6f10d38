// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ICE
import MediaLoop
import RTCBase
import RTCTestKit
import RTP
import Testing
import WebRTC

@testable import GaleneServer

@Suite("Streams that a client receives", .row("P-13"))
struct DownStreamTests {
    /// A member that wants everything.
    static func member(limits: Limits = Limits()) -> SessionHarness {
        var client = SessionHarness(limits: limits)
        client.join(permissions: [])
        client.receive(#"{"type":"request","request":{"":["audio","video"]}}"#)
        client.finish()
        return client
    }

    @Test(.row("M-03", "P-16")) func `a wanted stream is offered when the worker is ready, then come candidates`() {
        var client = Self.member()
        client.handle(.stream(snapshot("s")))
        guard case .openDownStream("s", _, let tracks)? = client.pending.first else {
            Issue.record("no opening")
            return
        }
        #expect(tracks.map(\.mid) == ["0", "1"] && tracks.map(\.payloadType) == [111, 96])
        #expect(client.sent.isEmpty)
        client.finish(.downStreamOpened(id: "s", stream(1)))
        let offer = client.sent.first?.offer
        #expect(offer?.id == "s" && offer?.label == "camera" && offer?.source == "bob-id")
        #expect(offer?.username == "bob" && offer?.replace == nil && offer?.kind == nil)
        #expect(offer?.sdp.contains("a=sendonly") == true && offer?.sdp.contains("a=setup:actpass") == true)
        #expect(client.sent.dropFirst().allSatisfy(\.isICE) && client.sent.count == 3)
        client.answer("s")
        let connection = client.pending.first?.connection
        #expect(connection?.media == stream(1) && connection?.rejected == [])
        #expect(connection != nil && connection?.update == nil, "the worker knows what it has opened")
    }

    @Test func `without a request nothing is offered`() {
        var client = SessionHarness()
        client.join()
        client.handle(.stream(snapshot("s")))
        #expect(client.pending.isEmpty && client.sent.isEmpty)
    }

    @Test(.row("M-15")) func `a request asks for the streams that exist`() {
        let client = { () -> SessionHarness in
            var client = SessionHarness()
            client.join()
            client.receive(#"{"type":"request","request":{"":["audio"]}}"#)
            return client
        }()
        guard case .refresh(nil)? = client.pending.first else {
            Issue.record("\(client.pending)")
            return
        }
    }

    @Test(.row("P-20")) func `one offer at a time, and one more when it is needed`() {
        var client = Self.member()
        client.handle(.stream(snapshot("s", tracks: [track(1, .audio)])))
        client.finish(.downStreamOpened(id: "s", stream(1)))
        #expect(client.sent.compactMap(\.offer).count == 1)
        client.handle(.stream(snapshot("s")))
        client.handle(.stream(snapshot("s", tracks: [track(1, .audio), track(3, .video)])))
        #expect(client.sent.compactMap(\.offer).count == 1, "the first is not answered yet")
        client.answer("s")
        #expect(client.sent.compactMap(\.offer).count == 2)
        client.finish()
        client.answer("s")
        #expect(client.pending.first?.connection?.update?.tracks.map(\.sourceNumbers) == [[1], [3]])
        client.finish()
        #expect(client.sent.compactMap(\.offer).count == 2)
    }

    @Test func `a stream that is as it was is not offered again`() {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        client.handle(.stream(snapshot("s")))
        #expect(client.sent.isEmpty && client.pending.isEmpty)
    }

    @Test func `a track that comes while the worker makes the stream is offered after the first answer`() {
        var client = Self.member()
        client.handle(.stream(snapshot("s", tracks: [track(1, .audio)])))
        client.handle(.stream(snapshot("s")))
        client.finish(.downStreamOpened(id: "s", stream(1)))
        #expect(client.sent.first?.offer?.sdp.contains("m=video") == false)
        client.answer("s")
        #expect(client.sent.compactMap(\.offer).last?.sdp.contains("m=video") == true)
    }

    @Test(.row("P-14", "M-17")) func `an override holds for one stream until it is taken back`() {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        client.receive(#"{"type":"requestStream","id":"s","request":["audio"]}"#)
        guard case .refresh("s")? = client.pending.first else {
            Issue.record("\(client.pending)")
            return
        }
        client.finish()
        client.handle(.stream(snapshot("s")))
        #expect(client.take().compactMap(\.offer).first?.sdp.contains("a=inactive") == true)
        #expect(client.session.membership?.downStreams["s"]?.tracks.map(\.origin.kind) == [.audio])
        client.receive(#"{"type":"requestStream","id":"s","request":null}"#)
        client.finish()
        client.handle(.stream(snapshot("s")))
        #expect(client.session.membership?.downStreams["s"]?.tracks.map(\.origin.kind) == [.audio, .video])
    }

    @Test(.row("P-14")) func `an empty override closes the stream`() {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        client.receive(#"{"type":"requestStream","id":"s","request":[]}"#)
        client.finish()
        client.handle(.stream(snapshot("s")))
        #expect(client.sent == [.close(id: "s")])
        #expect(client.pending.map(\.name) == ["closeMedia"])
    }

    @Test(.row("P-14", "P-19")) func `an override holds for the first offer of a successor, and not beyond`() {
        var client = Self.member()
        client.subscribe(snapshot("old"), media: stream(1))
        client.receive(#"{"type":"requestStream","id":"old","request":["audio"]}"#)
        client.finish()
        client.handle(.stream(snapshot("new", replaces: ["old"])))
        guard case .openDownStream("new", _, let tracks)? = client.pending.last else {
            Issue.record("\(client.pending)")
            return
        }
        #expect(tracks.map(\.sourceNumbers) == [[1]])
        client.finish()
        client.finish(.downStreamOpened(id: "new", stream(2)))
        client.handle(.stream(snapshot("new")))
        client.answer("new")
        #expect(client.sent.compactMap(\.offer).last?.sdp.contains("m=video") == true)
    }

    @Test(.row("P-13")) func `a request that excludes a stream closes it, one that includes it offers it anew`() {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        client.receive(#"{"type":"request","request":{"":["audio"],"camera":[]}}"#)
        client.finish()
        client.handle(.stream(snapshot("s")))
        #expect(client.take() == [.close(id: "s")])
        #expect(client.pending.map(\.name) == ["closeMedia"])
        client.finish()
        client.receive(#"{"type":"request","request":{"":["audio"]}}"#)
        client.finish()
        client.handle(.stream(snapshot("s")))
        client.finish(.downStreamOpened(id: "s", stream(2)))
        #expect(client.sent.first?.offer?.id == "s")
    }

    @Test(.row("P-13")) func `an override outlives a request`() {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        client.receive(#"{"type":"requestStream","id":"s","request":["audio","video"]}"#)
        client.finish()
        client.receive(#"{"type":"request","request":{}}"#)
        client.finish()
        client.handle(.stream(snapshot("s")))
        #expect(client.sent.isEmpty && client.pending.isEmpty)
    }

    @Test(.row("P-14")) func `an override for an unknown id is ignored`() {
        var client = Self.member()
        client.receive(#"{"type":"requestStream","id":"gone","request":["audio"]}"#)
        #expect(client.sent.isEmpty && client.pending.isEmpty && client.closure == nil)
    }

    @Test(.row("P-18")) func `answers and aborts for unknown ids are answered by close`() {
        var client = Self.member()
        client.receive(.answer(Answer(id: "gone", sdp: "")))
        client.receive(.abort(id: "gone"))
        #expect(client.sent == [.close(id: "gone"), .close(id: "gone")])
    }

    @Test(arguments: ["renegotiate", "close"])
    func `unknown ids are otherwise ignored`(type: String) {
        var client = Self.member()
        client.receive(#"{"type":"\#(type)","id":"gone"}"#)
        client.receive(#"{"type":"ice","id":"gone","candidate":{"candidate":""}}"#)
        #expect(client.sent.isEmpty && client.pending.isEmpty && client.closure == nil)
    }

    @Test func `an answer that cannot be applied closes the stream`() {
        var client = Self.member()
        client.handle(.stream(snapshot("s")))
        client.finish(.downStreamOpened(id: "s", stream(1)))
        client.sent.removeAll()
        client.receive(.answer(Answer(id: "s", sdp: "v=0")))
        #expect(client.sent.first == .close(id: "s"))
        #expect(client.sent.last?.errorText != nil)
        #expect(client.pending.map(\.name) == ["closeMedia"])
    }

    @Test(.attack(22)) func `an answer without an offer changes nothing`() {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        client.receive(.answer(Answer(id: "s", sdp: "v=0")))
        #expect(client.sent.first?.errorText != nil)
        #expect(client.session.membership?.downStreams["s"] != nil && client.pending.isEmpty)
    }

    @Test(.row("P-18")) func `abort is completed by close`() {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        client.receive(.abort(id: "s"))
        #expect(client.sent == [.close(id: "s")])
        #expect(client.pending.map(\.name) == ["closeMedia"])
    }

    @Test(.row("P-17"), .attack(22)) func `a storm of renegotiations costs one offer at a time`() {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        for _ in 0..<1000 { client.receive(.renegotiate(id: "s")) }
        #expect(client.sent.compactMap(\.offer).count == 1)
        let offer = client.sent.first?.offer
        client.answer("s")
        #expect(client.sent.compactMap(\.offer).count == 2)
        let second = client.sent.compactMap(\.offer).last
        #expect(offer?.sdp != second?.sdp, "an ICE restart has new credentials")
    }

    @Test(.row("P-17", "M-37")) func `a failing transport is offered again with an ICE restart, and closed in the end`()
    {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        let before = client.session.membership?.downStreams["s"]?.local.credentials
        client.handle(.media(.failed(stream: stream(1), reason: "silence")))
        #expect(client.sent.first?.offer?.id == "s")
        #expect(client.sent.filter(\.isICE).count == 2)
        #expect(client.session.membership?.downStreams["s"]?.local.credentials != before)
        client.answer("s")
        let local = client.session.membership?.downStreams["s"]?.local.credentials
        #expect(client.pending.first?.connection?.update?.local == local)
        for _ in 0..<3 { client.handle(.media(.failed(stream: stream(1), reason: "silence"))) }
        #expect(client.sent.last == .close(id: "s"))
    }

    @Test(.row("P-17", "M-37")) func `a transport that fails while an offer is outstanding restarts after the answer`()
    {
        var client = Self.member()
        client.handle(.stream(snapshot("s")))
        client.finish(.downStreamOpened(id: "s", stream(1)))
        client.handle(.media(.failed(stream: stream(1), reason: "nobody came")))
        #expect(client.sent.compactMap(\.offer).count == 1)
        let before = client.session.membership?.downStreams["s"]?.local.credentials
        client.answer("s")
        #expect(client.sent.compactMap(\.offer).count == 2)
        #expect(client.session.membership?.downStreams["s"]?.local.credentials != before)
        client.finish()
        client.answer("s")
        #expect(client.pending.first?.connection?.update?.local != before)
        #expect(client.sent.compactMap(\.offer).count == 2)
    }

    @Test(.row("M-37")) func `a connection in between forgives failures`() {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        for _ in 0..<10 {
            client.handle(.media(.failed(stream: stream(1), reason: "silence")))
            client.answer("s")
            client.finish()
            client.handle(.media(.connected(stream: stream(1))))
        }
        #expect(client.sent.compactMap(\.offer).count == 10 && !client.sent.contains(.close(id: "s")))
    }

    @Test(.row("P-19")) func `a successor is offered in the place of its predecessor`() {
        var client = Self.member()
        client.subscribe(snapshot("old"), media: stream(1))
        client.handle(.stream(snapshot("new", replaces: ["old"])))
        #expect(client.pending.map(\.name) == ["closeMedia", "openDownStream"])
        client.finish()
        client.finish(.downStreamOpened(id: "new", stream(2)))
        #expect(client.sent.first?.offer?.id == "new" && client.sent.first?.offer?.replace == "old")
        #expect(!client.sent.contains(.close(id: "old")))
        #expect(client.session.membership?.downStreams.keys.sorted() == ["new"])
    }

    @Test(.row("P-19")) func `a successor that is not wanted closes its predecessor`() {
        var client = Self.member()
        client.subscribe(snapshot("old"), media: stream(1))
        client.receive(#"{"type":"request","request":{"":["audio","video"],"screenshare":[]}}"#)
        client.finish()
        client.handle(.stream(snapshot("new", label: "screenshare", replaces: ["old"])))
        #expect(client.sent == [.close(id: "old")])
    }

    @Test(.row("P-19")) func `a successor without packets leaves its predecessor for the moment`() {
        var client = Self.member()
        client.subscribe(snapshot("old"), media: stream(1))
        client.handle(.stream(snapshot("new", replaces: ["old"], tracks: [])))
        #expect(client.sent.isEmpty && client.pending.isEmpty)
        client.handle(.stream(snapshot("new", replaces: ["old"])))
        client.finish()
        client.finish(.downStreamOpened(id: "new", stream(2)))
        #expect(client.sent.first?.offer?.replace == "old")
    }

    @Test(.row("P-19")) func `a successor of a stream that was never offered replaces the one that was`() {
        var client = Self.member()
        client.subscribe(snapshot("first"), media: stream(1))
        client.handle(.stream(snapshot("second", replaces: ["first"])))
        client.handle(.stream(snapshot("third", replaces: ["second"])))
        client.finish()
        client.finish(.downStreamOpened(id: "second", stream(2)))
        #expect(client.sent.isEmpty, "the second is gone before it came")
        client.finish(.downStreamOpened(id: "third", stream(3)))
        #expect(client.sent.first?.offer?.id == "third" && client.sent.first?.offer?.replace == "first")
        #expect(client.pending.map(\.name) == ["closeMedia"])
    }

    @Test(.row("P-19")) func `a successor that cannot be received closes its predecessor`() {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"request","request":{"":["audio","video"]}}"#)
        client.finish()
        client.subscribe(snapshot("old"), media: stream(1))
        client.publish("new", media: stream(2))
        client.handle(.stream(snapshot("new", replaces: ["old"])))
        #expect(client.sent == [.close(id: "old")])
    }

    @Test func `a successor that ends before it is offered takes its predecessor with it`() {
        var client = Self.member()
        client.subscribe(snapshot("old"), media: stream(1))
        client.handle(.stream(snapshot("new", replaces: ["old"])))
        client.handle(.streamsClosed(["new", "old"]))
        #expect(client.sent == [.close(id: "old")])
        client.finish()
        client.finish(.downStreamOpened(id: "new", stream(2)))
        #expect(client.pending.map(\.name) == ["closeMedia"])
    }

    @Test func `a stream that ends is closed, an unknown one is not mentioned`() {
        var client = Self.member()
        client.subscribe(snapshot("s"), media: stream(1))
        client.handle(.streamsClosed(["s", "unknown"]))
        #expect(client.sent == [.close(id: "s")])
    }

    @Test func `one never receives one's own streams`() {
        var client = Self.member()
        var own = snapshot("s")
        own.source = "me"
        client.handle(.stream(own))
        #expect(client.pending.isEmpty)
    }

    @Test(.attack(29)) func `no more streams than the limit`() {
        var limits = Limits()
        limits.downStreams = 3
        var client = Self.member(limits: limits)
        for number in 0..<10 { client.handle(.stream(snapshot("s\(number)"))) }
        #expect(client.pending.count == 3)
        #expect(client.session.membership?.downStreams.count == 3)
    }
}
