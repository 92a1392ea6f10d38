// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaLoop
import RTCBase
import RTCTestKit
import RTP
import Testing
import WebRTC

@testable import GaleneServer

@Suite("Tracks of an up stream", .row("M-13"))
struct GroupStreamTests {
    static let audio = NegotiatedTrack(mid: "0", kind: .audio, codecs: [])
    static let simulcast = NegotiatedTrack(mid: "1", kind: .video, codecs: [], rids: ["h", "m", "l"])

    func make(_ sections: [NegotiatedTrack] = [audio, simulcast]) -> GroupStream {
        GroupStream(
            id: "s", owner: "bob", label: "camera", media: stream(1), replaces: [], sections: sections)
    }

    func numbers(_ stream: GroupStream) -> [UInt32] { stream.tracks.map(\.id.handle.index) }

    /// Galène takes the order of arrival, so that a low encoding that comes first is taken for the best one.
    @Test func `however the packets arrive, the order is that of the description`() {
        let tracks = [
            track(1, .audio), track(2, .video, rid: "h"), track(3, .video, rid: "m"), track(4, .video, rid: "l"),
        ]
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [3, 0, 1, 2]] {
            var stream = make()
            for index in order { stream.add(tracks[index]) }
            #expect(numbers(stream) == [1, 2, 3, 4], "\(order)")
        }
    }

    @Test func `the same track is there once`() {
        var stream = make()
        for _ in 0..<3 { stream.add(track(1, .audio)) }
        #expect(numbers(stream) == [1])
    }

    @Test func `a track that comes under another SSRC takes the place of the one before`() {
        var stream = make()
        stream.add(track(2, .video, rid: "h"))
        stream.add(track(4, .video, rid: "l"))
        stream.add(track(7, .video, rid: "h"))
        #expect(numbers(stream) == [7, 4])
    }

    @Test func `an encoding or a section that a renegotiation ends is gone, and comes back with another one`() {
        var stream = make()
        let all = [track(1, .audio), track(2, .video, rid: "h"), track(4, .video, rid: "l")]
        for track in all { stream.add(track) }
        var reduced = Self.simulcast
        reduced.rids = ["h"]
        stream.update(sections: [Self.audio, reduced], known: all)
        #expect(numbers(stream) == [1, 2] && stream.simulcastSections.isEmpty)
        stream.update(sections: [Self.audio], known: all)
        #expect(numbers(stream) == [1])
        stream.update(sections: [Self.audio, Self.simulcast], known: all)
        #expect(numbers(stream) == [1, 2, 4] && stream.simulcastSections == ["1"])
    }

    @Test func `a track that starts while a renegotiation is under way is not lost, whatever overtakes what`() {
        var before = make([Self.audio])
        before.add(track(1, .audio))
        before.add(track(2, .video, rid: "h"))
        #expect(numbers(before) == [1], "its section is not known yet")
        before.update(sections: [Self.audio, Self.simulcast], known: [track(1, .audio)])
        #expect(numbers(before) == [1, 2])

        var after = make([Self.audio])
        after.add(track(1, .audio))
        after.update(sections: [Self.audio, Self.simulcast], known: [track(1, .audio), track(2, .video, rid: "h")])
        after.add(track(2, .video, rid: "h"))
        #expect(numbers(after) == [1, 2])
    }

    @Test func `what a worker knew before a track moved does not bring its old SSRC back`() {
        var stream = make()
        stream.add(track(2, .video, rid: "h"))
        stream.add(track(7, .video, rid: "h"))
        stream.update(sections: [Self.audio, Self.simulcast], known: [track(2, .video, rid: "h")])
        #expect(numbers(stream) == [7])
    }
}
