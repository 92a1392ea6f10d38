// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import RTCTestKit
import RTP
import SDP
import Testing
import WebRTC

@testable import GaleneServer

@Suite("What a stream that a client receives carries", .row("M-16"))
struct DownStreamTrackTests {
    static let audio = track(1, .audio)
    static let high = track(2, .video, rid: "h")
    static let low = track(3, .video, rid: "l")
    static let simulcast = [audio, high, low]

    /// A member that wants everything and receives `s` with these tracks.
    static func receiver(of tracks: [UpTrackInfo]) -> SessionHarness {
        var client = DownStreamTests.member()
        client.subscribe(snapshot("s", tracks: tracks), media: stream(1))
        return client
    }

    // MARK: Encodings of one section

    @Test(.row("M-13")) func `all encodings feed one track of one payload type`() {
        var client = DownStreamTests.member()
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        guard case .openDownStream("s", _, let tracks)? = client.pending.first else {
            Issue.record("no opening")
            return
        }
        #expect(tracks.map(\.sourceNumbers) == [[1], [2, 3]])
        #expect(tracks.map(\.payloadType) == [111, 96] && tracks.map(\.mid) == ["0", "1"])
    }

    @Test(.row("M-13")) func `an encoding that starts later feeds the track without an offer`() {
        var client = Self.receiver(of: [Self.audio, Self.low])
        let before = client.session.membership?.downStreams["s"]?.carried
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        #expect(client.sent.isEmpty)
        #expect(client.pending.map(\.name) == ["updateDownStream"])
        let update = client.pending.first?.update
        #expect(update?.tracks.map(\.sourceNumbers) == [[1], [2, 3]])
        #expect(update?.local == before?.local, "no ICE restart")
        #expect(update?.tracks.map(\.ssrc) == before?.tracks.map(\.ssrc))
        #expect(update?.tracks.map(\.mid) == before?.tracks.map(\.mid))
    }

    @Test(.row("M-13")) func `an encoding that stops feeds the track no longer, without an offer`() {
        var client = Self.receiver(of: Self.simulcast)
        client.handle(.stream(snapshot("s", tracks: [Self.audio, Self.low])))
        #expect(client.sent.isEmpty)
        #expect(client.pending.first?.update?.tracks.map(\.sourceNumbers) == [[1], [3]])
    }

    @Test(.row("P-14")) func `video and video-low of simulcast change places without an offer`() {
        var client = Self.receiver(of: Self.simulcast)
        client.receive(#"{"type":"requestStream","id":"s","request":["audio","video-low"]}"#)
        client.finish()
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        #expect(client.pending.first?.update?.tracks.map(\.sourceNumbers) == [[1], [3]])
        #expect(client.pending.first?.update?.tracks.map(\.isSpatiallyLimited) == [false, false])
        client.finish()
        client.receive(#"{"type":"requestStream","id":"s"}"#)
        client.finish()
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        #expect(client.pending.first?.update?.tracks.map(\.sourceNumbers) == [[1], [2, 3]])
        #expect(client.sent.isEmpty)
    }

    @Test(.row("M-31")) func `video-low of a single picture restricts its layers without an offer`() {
        var client = Self.receiver(of: [track(2, .video)])
        client.receive(#"{"type":"request","request":{"":["video-low"]}}"#)
        client.finish()
        client.handle(.stream(snapshot("s", tracks: [track(2, .video)])))
        #expect(client.pending.compactMap(\.update).map { $0.tracks.map(\.isSpatiallyLimited) } == [[true]])
        client.finish()
        client.receive(#"{"type":"request","request":{"":["video"]}}"#)
        client.finish()
        client.handle(.stream(snapshot("s", tracks: [track(2, .video)])))
        #expect(client.pending.compactMap(\.update).map { $0.tracks.map(\.isSpatiallyLimited) } == [[false]])
        #expect(client.sent.isEmpty)
    }

    @Test(.row("M-31")) func `a stream that is wanted low from the first is opened so`() {
        var client = SessionHarness()
        client.join()
        client.receive(#"{"type":"request","request":{"":["video-low"]}}"#)
        client.finish()
        client.handle(.stream(snapshot("s", tracks: [track(2, .video)])))
        guard case .openDownStream(_, _, let tracks)? = client.pending.first else {
            Issue.record("no opening")
            return
        }
        #expect(tracks.map(\.isSpatiallyLimited) == [true])
    }

    @Test func `nothing is said of what stays as it is`() {
        var client = Self.receiver(of: Self.simulcast)
        for _ in 0..<3 { client.handle(.stream(snapshot("s", tracks: Self.simulcast))) }
        #expect(client.sent.isEmpty && client.pending.isEmpty)
    }

    @Test func `several changes in a row reach the worker in their order`() {
        var client = Self.receiver(of: Self.simulcast)
        for tracks in [[Self.low], [Self.high], [Self.high], Self.simulcast, [Self.audio, Self.high]] {
            client.handle(.stream(snapshot("s", tracks: [Self.audio] + tracks.filter { $0.kind == .video })))
        }
        let updates = client.pending.compactMap(\.update?.tracks.last?.sourceNumbers)
        #expect(updates == [[3], [2], [2, 3], [2]])
        #expect(client.sent.isEmpty)
        for _ in updates { client.finish() }
        #expect(client.session.acceptsMessages)
    }

    // MARK: While something is under way

    @Test func `a change while the worker makes the stream follows its opening`() {
        var client = DownStreamTests.member()
        client.handle(.stream(snapshot("s", tracks: [Self.audio, Self.low])))
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        #expect(client.pending.map(\.name) == ["openDownStream"], "there is nothing to change yet")
        client.finish(.downStreamOpened(id: "s", stream(1)))
        #expect(client.sent.compactMap(\.offer).count == 1)
        #expect(client.pending.first?.update?.tracks.map(\.sourceNumbers) == [[1], [2, 3]])
        client.finish()
        client.answer("s")
        #expect(client.pending.map(\.name) == ["connectDownStream"])
        #expect(client.sent.compactMap(\.offer).count == 1)
    }

    @Test func `a change and its opposite while the worker makes the stream are none`() {
        var client = DownStreamTests.member()
        for tracks in [Self.simulcast, [Self.audio, Self.low], Self.simulcast] {
            client.handle(.stream(snapshot("s", tracks: tracks)))
        }
        client.finish(.downStreamOpened(id: "s", stream(1)))
        #expect(client.pending.isEmpty)
    }

    @Test(.row("P-20")) func `a change does not wait for the answer to an offer`() {
        var client = DownStreamTests.member()
        client.handle(.stream(snapshot("s", tracks: [Self.audio, Self.low])))
        client.finish(.downStreamOpened(id: "s", stream(1)))
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        #expect(client.pending.first?.update?.tracks.map(\.sourceNumbers) == [[1], [2, 3]])
        client.finish()
        client.answer("s")
        #expect(client.pending.first?.connection?.update == nil)
        #expect(client.sent.compactMap(\.offer).count == 1)
    }

    @Test(.row("P-20", "M-17", "M-18")) func `a section that was not answered yet is not carried before`() {
        var client = Self.receiver(of: [Self.audio])
        client.handle(.stream(snapshot("s", tracks: [Self.audio, Self.low])))
        #expect(client.sent.compactMap(\.offer).count == 1 && client.pending.isEmpty)
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        #expect(client.pending.isEmpty)
        client.answer("s")
        #expect(client.pending.map(\.name) == ["connectDownStream"])
        #expect(client.pending.first?.connection?.update?.tracks.map(\.sourceNumbers) == [[1], [2, 3]])
        #expect(client.sent.compactMap(\.offer).count == 1, "the answer covers the encoding that came meanwhile")
    }

    @Test(.row("P-17", "M-37")) func `a change during an ICE restart keeps the credentials until the answer`() {
        var client = Self.receiver(of: [Self.audio, Self.low])
        let before = client.session.membership?.downStreams["s"]?.carried.local
        client.handle(.media(.failed(stream: stream(1), reason: "silence")))
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        #expect(client.pending.first?.update?.local == before)
        client.finish()
        client.answer("s")
        let update = client.pending.first?.connection?.update
        #expect(update?.local == client.session.membership?.downStreams["s"]?.local.credentials)
        #expect(update?.local != before && update?.tracks.map(\.sourceNumbers) == [[1], [2, 3]])
    }

    @Test(.row("P-20")) func `a track that comes and goes while an offer is outstanding is not offered`() {
        var client = Self.receiver(of: [Self.audio])
        client.receive(.renegotiate(id: "s"))
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        client.handle(.stream(snapshot("s", tracks: [Self.audio])))
        client.answer("s")
        #expect(client.sent.compactMap(\.offer).count == 1)
        #expect(client.pending.map(\.name) == ["connectDownStream"])
        #expect(client.pending.first?.connection?.update?.tracks.map(\.sourceNumbers) == [[1]])
    }

    @Test(.row("M-17")) func `a track that goes while its offer is outstanding is never carried`() {
        var client = Self.receiver(of: [Self.audio])
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        client.handle(.stream(snapshot("s", tracks: [Self.audio])))
        client.answer("s")
        #expect(client.pending.first?.connection?.update?.tracks.map(\.sourceNumbers) == [[1]])
        #expect(client.take().compactMap(\.offer).last?.sdp.contains("a=inactive") == true)
    }

    @Test func `a stream whose id is closed and taken anew while the worker makes it gets its own place`() {
        var client = DownStreamTests.member()
        client.handle(.stream(snapshot("s")))
        client.handle(.streamsClosed(["s"]))
        client.handle(.stream(snapshot("s", tracks: [track(7, .audio)])))
        #expect(client.pending.map(\.name) == ["openDownStream", "openDownStream"])
        client.finish(.downStreamOpened(id: "s", stream(1)))
        #expect(client.sent.isEmpty)
        guard case .closeMedia(stream(1))? = client.pending.last else {
            Issue.record("\(client.pending)")
            return
        }
        client.finish(.downStreamOpened(id: "s", stream(2)))
        #expect(client.sent.compactMap(\.offer).count == 1)
        #expect(client.session.membership?.downStreams["s"]?.media == stream(2))
    }

    @Test func `the refusal of an opening that was given up does not end the one after it`() {
        var client = DownStreamTests.member()
        client.handle(.stream(snapshot("s")))
        client.handle(.streamsClosed(["s"]))
        client.handle(.stream(snapshot("s")))
        client.finish(.downStreamRefused(id: "s"))
        client.finish(.downStreamOpened(id: "s", stream(2)))
        #expect(client.sent.compactMap(\.offer).count == 1)
        client.handle(.streamsClosed(["s"]))
        client.handle(.stream(snapshot("s")))
        client.finish()
        client.finish(.downStreamRefused(id: "s"))
        #expect(client.session.membership?.downStreams.isEmpty == true)
        #expect(client.sent.filter { $0 == .close(id: "s") }.count == 1, "the client has never had the second")
    }

    @Test func `a change that the worker refuses closes the stream, and only the one that it was about`() {
        var client = Self.receiver(of: [Self.audio, Self.low])
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        client.finish(.downStreamFailed(id: "s", stream(9)))
        #expect(client.sent.isEmpty)
        client.handle(.stream(snapshot("s", tracks: [Self.audio, Self.high])))
        client.finish(.downStreamFailed(id: "s", stream(1)))
        #expect(client.sent == [.close(id: "s")])
        #expect(client.pending.map(\.name) == ["closeMedia"])
    }

    // MARK: Sections

    @Test(.row("M-17")) func `another section of the publisher's is another section of ours`() {
        var client = Self.receiver(of: [track(2, .video, mid: "1"), track(3, .video, mid: "2")])
        let before = client.session.membership?.downStreams["s"]?.carried.tracks.first
        client.receive(#"{"type":"request","request":{"":["video-low"]}}"#)
        client.finish()
        client.handle(.stream(snapshot("s", tracks: [track(2, .video, mid: "1"), track(3, .video, mid: "2")])))
        #expect(client.pending.first?.update?.tracks == [], "what is not wanted ends at once")
        client.finish()
        let sdp = client.sent.compactMap(\.offer).last?.sdp ?? ""
        #expect(sdp.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("m=video") }.count == 2)
        #expect(sdp.contains("a=inactive") && sdp.contains("a=sendonly"))
        client.answer("s")
        let after = client.pending.first?.connection?.update?.tracks.first
        #expect(after?.sourceNumbers == [3] && after?.mid == "1" && after?.ssrc != before?.ssrc)
    }

    @Test(.row("M-17")) func `another codec in the same section of the publisher's is another section of ours`() {
        var client = Self.receiver(of: [track(2, .video, codec: .vp8)])
        client.handle(.stream(snapshot("s", tracks: [track(3, .video, codec: .vp9)])))
        client.finish()
        client.answer("s")
        let after = client.pending.first?.connection?.update?.tracks.first
        #expect(after?.sourceNumbers == [3] && after?.mid == "1" && after?.payloadType == 98)
    }

    @Test func `a source that comes back under another SSRC feeds the same track`() {
        var client = Self.receiver(of: [Self.audio, track(2, .video)])
        client.handle(.stream(snapshot("s", tracks: [Self.audio, track(9, .video)])))
        #expect(client.sent.isEmpty)
        #expect(client.pending.first?.update?.tracks.map(\.sourceNumbers) == [[1], [9]])
    }

    @Test(.row("M-17")) func `a section that the receiver rejects is offered, and never carried`() {
        var client = DownStreamTests.member()
        client.handle(.stream(snapshot("s", tracks: [Self.audio, Self.low])))
        client.finish(.downStreamOpened(id: "s", stream(1)))
        client.answer("s", codecs: [.opus])
        #expect(client.pending.first?.connection?.rejected == ["1"])
        client.finish()
        client.sent.removeAll()
        client.handle(.stream(snapshot("s", tracks: Self.simulcast)))
        #expect(client.sent.isEmpty && client.pending.isEmpty, "nobody is to be told of its encodings")
        client.receive(.renegotiate(id: "s"))
        client.answer("s", codecs: [.opus])
        #expect(client.pending.first?.connection?.update?.tracks.map(\.sourceNumbers) == [[1]])
        #expect(client.sent.compactMap(\.offer).count == 1)
    }

    @Test(.row("M-17")) func `a section that the receiver rejects later ends on the worker`() {
        var client = Self.receiver(of: [Self.audio, Self.low])
        client.receive(.renegotiate(id: "s"))
        client.answer("s", codecs: [.opus])
        #expect(client.pending.first?.connection?.update?.tracks.map(\.sourceNumbers) == [[1]])
    }

    @Test func `a receiver that rejects everything is told that the stream is closed`() {
        var client = DownStreamTests.member()
        client.handle(.stream(snapshot("s", tracks: [Self.low])))
        client.finish(.downStreamOpened(id: "s", stream(1)))
        client.sent = client.sent.filter { $0.offer != nil }
        client.answer("s", codecs: [.opus])
        #expect(client.sent.contains(.close(id: "s")))
        #expect(client.pending.map(\.name) == ["closeMedia"])
    }

    @Test(.row("M-17"), .attack(22))
    func `a stream begins anew before its description grows beyond what can be parsed`() {
        var client = DownStreamTests.member()
        func tracks(_ round: Int) -> [UpTrackInfo] {
            [track(1, .audio, mid: "a\(round)"), track(2, .video, mid: "v\(round)")]
        }
        client.handle(.stream(snapshot("s", tracks: tracks(0))))
        client.finish(.downStreamOpened(id: "s", stream(1)))
        client.receive(#"{"type":"requestStream","id":"s","request":["audio","video"]}"#)
        client.finish()
        // Sections that come later are rejected, which makes a short answer.
        var answer = SessionHarness.browserAnswer(to: client.sent.first?.offer?.sdp ?? "")
        var sections = 2
        client.receive(.answer(Answer(id: "s", sdp: answer)))
        while sections < SDPLimits.sections {
            client.sent.removeAll()
            client.handle(.stream(snapshot("s", tracks: tracks(sections))))
            answer += "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=mid:\(sections)\r\n"
            answer += "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:\(sections + 1)\r\n"
            sections += 2
            client.receive(.answer(Answer(id: "s", sdp: answer)))
        }
        let longest = client.take().compactMap(\.offer).last?.sdp ?? ""
        #expect((try? SessionDescription(parsing: longest).media.count) == SDPLimits.sections)
        while !client.pending.isEmpty { client.finish() }

        client.handle(.stream(snapshot("s", tracks: tracks(sections))))
        #expect(client.sent == [.close(id: "s")])
        #expect(client.pending.map(\.name) == ["closeMedia", "openDownStream"])
        #expect(client.session.membership?.downStreams["s"]?.override == [.audio, .video])
        client.finish()
        client.finish(.downStreamOpened(id: "s", stream(2)))
        client.answer("s")
        #expect(client.pending.map(\.name) == ["connectDownStream"])
    }
}
