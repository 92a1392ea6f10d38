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

@Suite("Streams that a client sends", .row("P-15"))
struct UpStreamTests {
    @Test(.row("M-02", "P-16", "P-49")) func `an offer is answered after the worker is ready, then come candidates`() {
        var client = SessionHarness()
        client.join()
        client.receive(.offer(Offer(id: "s", label: "camera", sdp: SessionHarness.offerSDP)))
        #expect(client.sent.isEmpty)
        guard case .openUpStream(let opening)? = client.pending.first else {
            Issue.record("no opening")
            return
        }
        #expect(opening.id == "s" && opening.label == "camera" && opening.tracks.count == 2)
        client.finish(.upStreamOpened(id: "s", stream(1)))
        #expect(client.sent.first?.answer?.id == "s")
        #expect(client.sent.first?.answer?.sdp.contains("a=recvonly") == true)
        #expect(client.sent.dropFirst().allSatisfy(\.isICE) && client.sent.count == 3)
    }

    @Test(.row("M-13"), arguments: ["offer-chromium-simulcast.sdp", "offer-firefox-simulcast.sdp"])
    func `the encodings of an offer are taken in the order of its simulcast line`(fixture: String) {
        var client = SessionHarness()
        client.join()
        client.receive(.offer(Offer(id: "s", label: "camera", sdp: Fixture.text(fixture))))
        guard case .openUpStream(let opening)? = client.pending.first else {
            Issue.record("no opening")
            return
        }
        #expect(opening.tracks.map(\.rids) == [[], ["h", "m", "l"]])
        client.finish(.upStreamOpened(id: "s", stream(1)))
        #expect(client.sent.first?.answer?.sdp.contains("a=simulcast:recv h;m;l") == true)
    }

    @Test func `without permission to present the offer is aborted and what it replaces is closed`() {
        var client = SessionHarness()
        client.join(permissions: [.message])
        client.receive(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
        #expect(client.sent.first == .abort(id: "s"))
        #expect(client.sent.last?.errorText == "not authorised")
        #expect(client.closure == nil && client.pending.isEmpty)
    }

    @Test(.attack(22), arguments: ["", "v=0", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", "☃"])
    func `an offer that is no session description is aborted, the connection survives`(sdp: String) {
        var client = SessionHarness()
        client.join()
        client.receive(.offer(Offer(id: "s", sdp: sdp)))
        #expect(client.sent.first == .abort(id: "s"))
        #expect(client.sent.last?.errorText != nil)
        #expect(client.closure == nil && client.pending.isEmpty)
    }

    @Test func `an offer that the worker refuses is aborted`() {
        var client = SessionHarness()
        client.join()
        client.receive(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
        client.finish(.upStreamFailed(id: "s", "too many streams"))
        #expect(client.sent.first == .abort(id: "s"))
        #expect(client.sent.last?.errorText == "too many streams")
        #expect(client.session.membership?.upStreams.isEmpty == true)
    }

    @Test func `the id of a stream that one receives cannot be offered`() {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"request","request":{"":["audio","video"]}}"#)
        client.finish()
        client.subscribe(snapshot("s"), media: stream(5))
        client.receive(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
        #expect(client.sent.first == .abort(id: "s"))
    }

    @Test(.attack(29)) func `no more streams than the limit`() {
        var limits = Limits()
        limits.upStreams = 2
        var client = SessionHarness(limits: limits)
        client.join()
        client.publish("a", media: stream(1))
        client.publish("b", media: stream(2))
        client.receive(.offer(Offer(id: "c", sdp: SessionHarness.offerSDP)))
        #expect(client.sent.first == .abort(id: "c"))
        #expect(client.closure == nil)
    }

    @Test(.row("P-15")) func `a known id renegotiates and keeps its label`() {
        var client = SessionHarness()
        client.join()
        client.publish("s", media: stream(1))
        client.receive(.offer(Offer(id: "s", label: "other", sdp: SessionHarness.offerSDP)))
        #expect(client.pending.map(\.name) == ["updateUpStream"])
        client.finish(.upStreamUpdated(id: "s"))
        #expect(client.sent.map { $0.answer?.id } == ["s"], "no candidates: ICE goes on")
        #expect(client.session.membership?.upStreams["s"]?.label == "camera")
    }

    @Test(.row("P-17", "M-37")) func `an ICE restart is answered with new credentials and candidates`() {
        var client = SessionHarness()
        client.join()
        client.receive(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
        client.finish(.upStreamOpened(id: "s", stream(1)))
        func ufrag(_ sdp: String?) -> String? {
            sdp?.split(whereSeparator: \.isNewline).first { $0.hasPrefix("a=ice-ufrag:") }.map(String.init)
        }
        let first = ufrag(client.take().first?.answer?.sdp)
        let lines = SessionHarness.offerSDP.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline)
        let restarted =
            lines.map { line -> String in
                if line.hasPrefix("a=ice-ufrag:") { return "a=ice-ufrag:anew" }
                if line.hasPrefix("a=ice-pwd:") { return "a=ice-pwd:anewanewanewanewanewanew" }
                return String(line)
            }.joined(separator: "\r\n") + "\r\n"
        client.receive(.offer(Offer(id: "s", sdp: restarted)))
        client.finish(.upStreamUpdated(id: "s"))
        let sent = client.take()
        #expect(first != nil && ufrag(sent.first?.answer?.sdp) != first)
        #expect(sent.filter(\.isICE).count == 2)
    }

    @Test(.row("M-14")) func `a stream is pushed 200 ms after its creation, once for tracks that start meanwhile`() {
        var client = SessionHarness()
        client.join()
        client.publish("s", media: stream(1))
        client.advance(.milliseconds(150))
        client.handle(.trackStarted("s"))
        #expect(client.pending.isEmpty)
        client.advance(.milliseconds(50))
        #expect(client.pending.map(\.name) == ["push"])
        client.finish()
        client.advance(.seconds(5))
        #expect(client.pending.isEmpty)
        client.handle(.trackStarted("s"))
        client.advance(.milliseconds(200))
        #expect(client.pending.map(\.name) == ["push"])
    }

    @Test(.row("P-19")) func `a replacement tells the group and ends the old stream on the worker only`() {
        var client = SessionHarness()
        client.join()
        client.publish("old", media: stream(1))
        client.receive(.offer(Offer(id: "new", sdp: SessionHarness.offerSDP, replace: "old")))
        guard case .openUpStream(let opening)? = client.pending.first else {
            Issue.record("no opening")
            return
        }
        #expect(opening.replaces == "old")
        #expect(client.pending.map(\.name) == ["openUpStream", "closeMedia"])
        #expect(client.session.membership?.upStreams.keys.sorted() == ["new"])
    }

    @Test(.row("P-19")) func `whoever has as many streams as allowed may still replace one`() {
        var limits = Limits()
        limits.upStreams = 1
        var client = SessionHarness(limits: limits)
        client.join()
        client.publish("old", media: stream(1))
        client.receive(.offer(Offer(id: "new", sdp: SessionHarness.offerSDP, replace: "old")))
        #expect(client.sent.isEmpty && client.pending.first?.name == "openUpStream")
    }

    // MARK: Permissions

    @Test(.row("P-35")) func `whoever may not present any more is told, and its streams end`() {
        var client = SessionHarness()
        client.join()
        client.publish("a", media: stream(1))
        client.publish("b", media: stream(2))
        client.handle(.permissionsChanged([.message], GroupState(status: GroupStatus(name: "demo"))))
        let joined = client.sent.first?.joined
        #expect(joined?.kind == .change && joined?.permissions == [.message] && joined?.status?.name == "demo")
        #expect(joined != nil && joined?.data == nil, "absent means as before")
        #expect(
            client.sent.dropFirst().map { $0 == .abort(id: "a") || $0 == .abort(id: "b") } == [
                true, false, true, false,
            ])
        #expect(client.sent.compactMap(\.errorText).count == 2)
        #expect(client.pending.map(\.name) == ["closeUpStream", "closeUpStream"])
        while !client.pending.isEmpty { client.finish() }
        client.sent.removeAll()
        client.receive(.close(id: "a"))
        client.receive(.close(id: "b"))
        #expect(client.sent.isEmpty && client.pending.isEmpty && client.closure == nil)
        client.receive(.offer(Offer(id: "c", sdp: SessionHarness.offerSDP)))
        #expect(client.sent.first == .abort(id: "c") && client.pending.isEmpty)
    }

    @Test(.row("P-35"), arguments: [true, false])
    func `a stream that is being opened when its client may not present any more ends as well`(isOpened: Bool) {
        var client = SessionHarness()
        client.join()
        client.receive(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
        client.handle(.permissionsChanged([], GroupState(status: GroupStatus(name: "demo"))))
        #expect(client.sent.contains(.abort(id: "s")))
        client.finish(isOpened ? .upStreamOpened(id: "s", stream(1)) : .upStreamFailed(id: "s", "not authorised"))
        #expect(client.pending.map(\.name) == (isOpened ? ["closeUpStream"] : []))
        #expect(client.sent.filter { $0 == .abort(id: "s") }.count == 1)
        #expect(client.sent.allSatisfy { $0.answer == nil })
        client.advance(.seconds(1))
        #expect(client.pending.count == (isOpened ? 1 : 0), "nothing is pushed")
    }

    @Test(.row("P-35", "P-36")) func `other permissions come and go without touching streams`() {
        var client = SessionHarness()
        client.join(permissions: [.present, .message, .op])
        client.publish("s", media: stream(1))
        client.handle(.permissionsChanged([.present], GroupState(status: GroupStatus(name: "demo"))))
        #expect(client.take().count == 1 && client.pending.isEmpty)
        client.receive(#"{"type":"chat","value":"hello"}"#)
        client.receive(#"{"type":"useraction","kind":"kick","dest":"bob-id"}"#)
        #expect(client.take().compactMap(\.errorText) == ["not authorised", "not authorised"])
        client.handle(.permissionsChanged([.present, .message], GroupState(status: GroupStatus(name: "demo"))))
        client.receive(#"{"type":"chat","value":"hello"}"#)
        #expect(client.pending.map(\.name) == ["chat"])
    }

    @Test func `a stream of somebody else cannot be replaced`() {
        var client = SessionHarness()
        client.join()
        client.receive(.offer(Offer(id: "new", sdp: SessionHarness.offerSDP, replace: "bobs")))
        guard case .openUpStream(let opening)? = client.pending.first else {
            Issue.record("no opening")
            return
        }
        #expect(opening.replaces == nil)
    }

    @Test(.row("P-18")) func `close ends a stream, an unknown id is ignored`() {
        var client = SessionHarness()
        client.join()
        client.publish("s", media: stream(1))
        client.receive(.close(id: "unknown"))
        #expect(client.pending.isEmpty && client.sent.isEmpty)
        client.receive(.close(id: "s"))
        #expect(client.pending.map(\.name) == ["closeUpStream"])
    }

    @Test(.row("P-17", "M-37")) func `a failing transport asks for a restart, and is given up after three`() {
        var client = SessionHarness()
        client.join()
        client.publish("s", media: stream(1))
        for _ in 0..<3 {
            client.handle(.media(.failed(stream: stream(1), reason: "silence")))
            #expect(client.take() == [.renegotiate(id: "s")])
        }
        client.handle(.media(.failed(stream: stream(1), reason: "silence")))
        #expect(client.sent == [.abort(id: "s")])
        #expect(client.pending.map(\.name) == ["closeUpStream"])
    }

    @Test(.row("M-37")) func `a connection in between forgives failures`() {
        var client = SessionHarness()
        client.join()
        client.publish("s", media: stream(1))
        for _ in 0..<10 {
            client.handle(.media(.failed(stream: stream(1), reason: "silence")))
            client.handle(.media(.connected(stream: stream(1))))
        }
        #expect(client.sent == Array(repeating: .renegotiate(id: "s"), count: 10))
    }

    @Test func `a stream that opens after its client has gone is closed again`() {
        var client = SessionHarness()
        client.join()
        client.receive(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
        let actions = client.session.disconnected()
        guard case .perform(.leave(let streams))? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(streams.isEmpty)
        client.finish(.upStreamOpened(id: "s", stream(1)))
        #expect(client.pending.map(\.name) == ["closeUpStream"])
    }

    @Test func `whoever leaves leaves no stream on the worker`() {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"request","request":{"":["audio","video"]}}"#)
        client.finish()
        client.publish("s", media: stream(1))
        client.subscribe(snapshot("t"), media: stream(2))
        client.receive(#"{"type":"join","kind":"leave","group":"demo"}"#)
        guard case .leave(let streams)? = client.pending.first else {
            Issue.record("no leave")
            return
        }
        #expect(streams == [stream(2), stream(1)])
        #expect(client.sent.isEmpty, "the leaver gets no close for what it received")
    }
}
