// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import RTP
import Testing

@testable import GaleneClient

@Suite("The client's side of the protocol: streams", .row("C-15", "C-17", "C-18", "C-24"))
struct StreamSignallingTests {
    private func candidate(_ text: String) -> CandidateDescription { CandidateDescription(candidate: text) }

    private func offer(_ id: String, label: String = "camera", source: String = "b", replace: String? = nil) -> String {
        let replaced = replace.map { #","replace":"\#($0)""# } ?? ""
        return #"{"type":"offer","id":"\#(id)","label":"\#(label)","source":"\#(source)","sdp":"x"\#(replaced)}"#
    }

    private func ice(_ id: String, _ text: String) -> String {
        #"{"type":"ice","id":"\#(id)","candidate":{"candidate":"\#(text)","sdpMid":"0"}}"#
    }

    @Test(.row("P-49")) func `candidates wait for the descriptions that they belong to, on both sides`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.receive(ice("d", "early"))
        harness.receive(offer("d"))
        harness.receive(ice("d", "before the answer"))
        harness.with { $0.trickle(candidate("ours"), of: "d") }
        #expect(harness.take() == ["offered d"])
        harness.with { $0.answer("d", sdp: "y") }
        #expect(
            harness.take() == ["candidate d early", "candidate d before the answer", "> answer d", "> ice d ours"])
        harness.receive(ice("d", "later"))
        harness.with { $0.trickle(candidate("another"), of: "d") }
        #expect(harness.take() == ["candidate d later", "> ice d another"])
        // Up, the same the other way round.
        harness.with { session in
            _ = session.openUp("u", label: "camera", replacing: nil)
            session.trickle(candidate("ours"), of: "u")
            session.offer("u", sdp: "x")
        }
        harness.receive(ice("u", "theirs"))
        #expect(harness.take() == ["> offer u", "> ice u ours"])
        harness.receive(#"{"type":"answer","id":"u","sdp":"y"}"#)
        harness.with { $0.answerApplied("u") }
        #expect(harness.take() == ["answered u", "candidate u theirs"])
    }

    @Test func `candidates for streams that never come are forgotten, and are not many`() throws {
        var harness = try ServerSessionHarness.joined()
        for number in 0..<1000 { harness.receive(ice("x", "\(number)")) }
        harness.receive(offer("x"))
        harness.with { $0.answer("x", sdp: "y") }
        #expect(harness.take().filter { $0.hasPrefix("candidate") }.count == EarlyCandidates.maximum)
        harness.receive(ice("y", "too early"))
        harness.advance(.seconds(6))
        harness.receive(offer("y"))
        harness.with { $0.answer("y", sdp: "y") }
        #expect(!harness.take().contains("candidate y too early"))
    }

    @Test func `one that was lost before is no member, and what it published is not wanted`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.with { $0.formerIDs = ["ghost"] }
        harness.receive(#"{"type":"user","kind":"add","id":"ghost","username":"Ann","permissions":["present"]}"#)
        harness.receive(offer("g", source: "ghost"))
        harness.receive(offer("d"))
        #expect(harness.take() == ["> abort g", "offered d"])
        #expect(harness.session.users["ghost"] == nil)
        harness.receive(#"{"type":"user","kind":"delete","id":"ghost","username":"Ann"}"#)
        #expect(harness.take() == [])
    }

    @Test func `what was received before is known by its id`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.with { $0.resumableStreams = ["d": "local"] }
        harness.receive(offer("d"))
        harness.receive(offer("e"))
        #expect(harness.session.down["d"]?.localID == "local")
        #expect(harness.session.down["e"]?.localID != "local")
        // Once.
        harness.receive(#"{"type":"close","id":"d"}"#)
        harness.receive(offer("d"))
        #expect(harness.session.down["d"]?.localID != "local")
    }

    @Test func `a replacement takes the place of what it replaces`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.receive(offer("a"))
        let localID = harness.session.down["a"]?.localID
        harness.receive(offer("b", replace: "a"))
        #expect(harness.take() == ["offered a", "end a replaced", "offered b"])
        #expect(harness.session.down["b"]?.localID == localID)
        // One that replaces what is not there, or itself, is simply new or known.
        harness.receive(offer("c", replace: "nothing"))
        harness.receive(offer("c", replace: "c"))
        #expect(harness.take() == ["offered c", "offered c again"])
    }

    @Test func `an up stream is replaced without a word to the server but the offer's`() throws {
        var harness = try ServerSessionHarness.joined()
        let localID = harness.with { $0.openUp("a", label: "camera", replacing: nil) }
        harness.with { $0.offer("a", sdp: "x") }
        #expect(harness.with { $0.openUp("b", label: "camera", replacing: localID) } == localID)
        // Replaced once more before it was ever offered: the server knows the first one only.
        _ = harness.with { $0.openUp("c", label: "camera", replacing: localID) }
        harness.with { $0.offer("c", sdp: "x") }
        #expect(harness.take() == ["> offer a", "end a replaced", "end b replaced", "> offer c for a"])
        harness.with { $0.offer("c", sdp: "x") }
        #expect(harness.take() == ["> offer c renegotiate"])
        harness.with { $0.endStream("c", isReplaced: false) }
        #expect(harness.take() == ["> close c", "end c"])
        // Of one that the server has never heard of it need not hear that it is gone.
        _ = harness.with { $0.openUp("d", label: "camera", replacing: nil) }
        harness.with { $0.endStream("d", isReplaced: false) }
        #expect(harness.take() == ["end d"])
    }

    @Test func `an offer that nobody answers ends its stream after thirty seconds`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.with { session in
            for stream in ["u", "v"] {
                _ = session.openUp(stream, label: "camera", replacing: nil)
                session.offer(stream, sdp: "x")
            }
            session.answerApplied("v")
        }
        // Others go on, and the server itself is there.
        func wait(_ duration: Duration) -> [String] {
            harness.log = []
            var waited = Duration.zero
            while waited < duration {
                harness.advance(.seconds(1))
                harness.receive(#"{"type":"ping"}"#)
                waited += .seconds(1)
            }
            return harness.take().filter { $0 != "> pong" }
        }
        #expect(wait(.seconds(29)) == [])
        #expect(wait(.seconds(1)) == ["fail u timedOut", "> close u", "end u"])
        #expect(wait(.seconds(60)) == [])
        // A later offer of a stream that was answered is not more patient.
        let now = harness.now
        harness.with { $0.offer("v", sdp: "x", now: now) }
        #expect(wait(.seconds(29)) == [])
        #expect(wait(.seconds(1)) == ["fail v timedOut", "> close v", "end v"])
        // An answer that comes after all is none to anything.
        harness.receive(#"{"type":"answer","id":"u","sdp":"y"}"#)
        #expect(harness.take() == [])
    }

    @Test func `close, abort and renegotiate mean the streams of their direction only`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.receive(offer("d"))
        harness.with { session in
            _ = session.openUp("u", label: "camera", replacing: nil)
            session.offer("u", sdp: "x")
        }
        harness.log = []
        for json in [
            #"{"type":"close","id":"u"}"#, #"{"type":"abort","id":"d"}"#, #"{"type":"renegotiate","id":"d"}"#,
            #"{"type":"close","id":"?"}"#, #"{"type":"abort","id":"?"}"#, #"{"type":"renegotiate","id":"?"}"#,
            #"{"type":"answer","id":"d","sdp":"y"}"#, #"{"type":"answer","id":"?","sdp":"y"}"#,
        ] { harness.receive(json) }
        #expect(harness.take() == [])
        harness.receive(#"{"type":"renegotiate","id":"u"}"#)
        harness.receive(#"{"type":"abort","id":"u"}"#)
        harness.receive(#"{"type":"close","id":"d"}"#)
        #expect(harness.take() == ["restart u", "> close u", "end u aborted", "end d"])
        // An offer under the id of an up stream of ours is refused.
        _ = harness.with { $0.openUp("v", label: "camera", replacing: nil) }
        harness.receive(offer("v"))
        harness.receive(offer(""))
        #expect(harness.take() == ["> abort v", "> abort "])
    }

    @Test(.row("C-22", "C-26")) func `what is asked of a stream waits until it is connected`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.receive(offer("d"))
        try harness.with { try $0.request([.audio], of: "d") }
        try harness.with { try $0.request([.videoLow, .audio], of: "d") }
        #expect(harness.take() == ["offered d"])
        harness.with { $0.connected("d") }
        #expect(harness.take() == ["> requestStream d video-low+audio"])
        try harness.with { try $0.request(nil, of: "d") }
        #expect(harness.take() == ["> requestStream d null"])
        harness.receive(#"{"type":"close","id":"d"}"#)
        #expect(throws: ServerConnectionError.self) { try harness.with { try $0.request([], of: "d") } }
        #expect(harness.take() == ["end d"])
    }

    @Test(.row("C-25")) func `members' streams are summed up, of each member its own`() throws {
        var harness = try ServerSessionHarness.joined()
        for member in ["b", "c"] {
            harness.receive(#"{"type":"user","kind":"add","id":"\#(member)","username":"x"}"#)
        }
        harness.receive(offer("d", source: "b"))
        harness.receive(offer("e", label: "screenshare", source: "b"))
        harness.log = []
        harness.with { $0.setKinds([.audio, .video], of: "d") }
        harness.with { $0.setKinds([.audio, .video], of: "d") }
        harness.with { $0.setKinds([.video], of: "e") }
        #expect(
            harness.take() == [
                "user change b camera:audio+video", "user change b camera:audio+video screenshare:video",
            ])
        #expect(harness.session.users["c"]?.streams == [:])
        // A change by the server says nothing of streams.
        harness.receive(#"{"type":"user","kind":"change","id":"b","username":"y"}"#)
        #expect(harness.session.users["b"]?.streams["screenshare"] == [.video])
        harness.log = []
        harness.receive(#"{"type":"close","id":"d"}"#)
        harness.receive(#"{"type":"close","id":"e"}"#)
        #expect(harness.take() == ["end d", "user change b screenshare:video", "end e", "user change b"])
        harness.with { session in
            _ = session.openUp("u", label: "camera", replacing: nil)
            session.setKinds([.audio], of: "u")
        }
        #expect(harness.take() == ["user change me camera:audio"])
    }

    @Test func `streams that leave with the group are not closed one by one`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.with { session in
            _ = session.openUp("u", label: "camera", replacing: nil)
            session.offer("u", sdp: "x")
        }
        harness.receive(offer("d"))
        harness.log = []
        harness.receive(#"{"type":"joined","kind":"leave","group":"g","username":"Ann"}"#)
        #expect(harness.take() == ["end u", "end d", "user delete me", "joined leave g"])
        // And what still comes for the group that one has left is refused.
        harness.receive(offer("e"))
        #expect(harness.take() == ["> abort e"])
    }

    @Test(.attack(19)) func `a server that offers and tells without end gets no more memory than a meeting needs`()
        throws
    {
        var harness = try ServerSessionHarness.joined()
        for number in 0..<2000 { harness.receive(offer("s\(number)")) }
        #expect(harness.session.down.count == ServerSession.maximumDownStreams)
        #expect(harness.take().last == "> abort s1999")
        for number in 0..<1000 { harness.receive(ice("s0", "\(number)")) }
        #expect(harness.session.down["s0"]?.remoteCandidates.count == StreamRecord.maximumCandidates)
        for number in 0..<20_000 {
            harness.receive(#"{"type":"user","kind":"add","id":"u\#(number)","username":"x"}"#)
        }
        #expect(harness.session.users.count <= ServerSession.maximumUsers)
        #expect(harness.take().suffix(2) == ["failed protocolViolation", "close socket"])
    }

    @Test(.attack(19)) func `candidates without end hide neither the first nor the latest`() throws {
        var harness = try ServerSessionHarness.joined()
        harness.with { session in
            _ = session.openUp("u", label: "camera", replacing: nil)
            session.offer("u", sdp: "")
        }
        // Those of `u` wait for the answer, those of `d` for the offer.
        for stream in ["u", "d"] {
            harness.receive(ice(stream, "first"))
            for number in 0..<10_000 { harness.receive(ice(stream, "\(number)")) }
            harness.receive(ice(stream, "last"))
        }
        harness.with { $0.answerApplied("u") }
        harness.receive(offer("d"))
        harness.with { $0.answer("d", sdp: "") }
        let told = harness.take()
        for stream in ["u", "d"] {
            let candidates = told.filter { $0.hasPrefix("candidate \(stream) ") }
            #expect(candidates.first == "candidate \(stream) first" && candidates.last == "candidate \(stream) last")
            #expect(candidates.count == 64)
        }
    }
}
