// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import RTCBase
import RTCTestKit
import RTP
import Testing
import WebRTC

@testable import GaleneServer

@Suite("Track selection", .row("P-13", "M-16"))
struct TrackSelectionTests {
    /// What is selected: for each track its sources, `limited` with spatial layers only the smallest.
    func select(_ wanted: [RequestedTrack], _ tracks: [UpTrackInfo]) -> [String] {
        TrackSelection.select(wanted, from: snapshot("s", tracks: tracks)).map {
            "\($0.sources.map(\.id.handle.index))\($0.isSpatiallyLimited ? " limited" : "")"
        }
    }

    @Test(
        arguments: [
            ([.audio, .video], ["[1]", "[2]"]), ([.video, .audio], ["[1]", "[2]"]), ([.audio], ["[1]"]),
            ([.video], ["[2]"]), ([.videoLow], ["[2] limited"]), ([.videoLow, .video], ["[2]"]), ([], []),
            ([RequestedTrack(rawValue: "smell")], []),
        ] as [([RequestedTrack], [String])])
    func `of a single picture`(wanted: [RequestedTrack], expected: [String]) {
        #expect(select(wanted, [track(1, .audio), track(2, .video)]) == expected)
    }

    @Test(
        .row("M-13"),
        arguments: [
            ([.audio, .video], ["[1]", "[2, 3, 4]"]), ([.videoLow], ["[4]"]), ([.videoLow, .video], ["[2, 3, 4]"]),
            ([.audio, .videoLow], ["[1]", "[4]"]),
        ] as [([RequestedTrack], [String])])
    func `of simulcast all encodings, or the smallest`(wanted: [RequestedTrack], expected: [String]) {
        let tracks = [
            track(1, .audio), track(2, .video, rid: "h"), track(3, .video, rid: "m"), track(4, .video, rid: "l"),
        ]
        #expect(select(wanted, tracks) == expected)
    }

    @Test(.row("M-13")) func `an encoding alone is all that there is, and no reason to drop its layers`() {
        for wanted in [RequestedTrack.video, .videoLow] {
            #expect(select([wanted], [track(3, .video, rid: "l")]) == ["[3]"])
        }
    }

    @Test(.row("M-31")) func `a section with one encoding that has a name is no simulcast`() {
        var stream = snapshot("s", tracks: [track(2, .video, rid: "h")])
        stream.simulcastSections = []
        let selected = TrackSelection.select([.videoLow], from: stream)
        #expect(selected.map(\.isSpatiallyLimited) == [true])
    }

    @Test func `of two pictures the first, or the last with all of its layers`() {
        let tracks = [track(2, .video, mid: "1"), track(3, .video, mid: "2")]
        #expect(select([.video], tracks) == ["[2]"])
        #expect(select([.videoLow], tracks) == ["[3]"])
    }

    @Test(.row("M-13")) func `encodings of another section or codec than the best one do not feed its track`() {
        let tracks = [
            track(2, .video, rid: "h", codec: .vp9), track(3, .video, rid: "m", codec: .vp9),
            track(4, .video, rid: "l"), track(5, .video, rid: "h", mid: "2", codec: .vp9),
        ]
        #expect(select([.video], tracks) == ["[2, 3]"])
        #expect(select([.videoLow], tracks) == ["[5]"])
        #expect(select([.videoLow], Array(tracks.prefix(3))) == ["[4]"])
    }

    @Test(.row("M-13")) func `of more encodings than a worker takes the smallest stays`() {
        let tracks = (0..<8).map { track(UInt32($0), .video, rid: "r\($0)") }
        #expect(select([.video], tracks) == ["[0, 1, 2, 7]"])
        #expect(select([.video], Array(tracks.prefix(DownTrackParameters.maximumSources))) == ["[0, 1, 2, 3]"])
    }

    @Test func `a label with an entry never falls back`() {
        let selection: [String: [RequestedTrack]] = ["": [.audio], "camera": [], "screenshare": [.video]]
        func wanted(_ label: String, _ override: [RequestedTrack]? = nil) -> [RequestedTrack] {
            TrackSelection.wanted(label: label, selection: selection, override: override)
        }
        #expect(wanted("camera") == [])
        #expect(wanted("screenshare") == [.video])
        #expect(wanted("other") == [.audio])
        #expect(wanted("camera", [.videoLow]) == [.videoLow])
        #expect(TrackSelection.wanted(label: "camera", selection: nil, override: nil) == [])
    }
}
