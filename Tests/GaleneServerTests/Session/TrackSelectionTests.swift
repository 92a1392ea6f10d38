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

@Suite("Track selection", .row("P-13", "M-16"))
struct TrackSelectionTests {
    static let tracks = [track(1, .audio), track(2, .video, rid: "h"), track(3, .video, rid: "l")]

    @Test(
        arguments: [
            ([.audio, .video], [1, 2]), ([.video, .audio], [1, 2]), ([.audio], [1]), ([.video], [2]),
            ([.videoLow], [3]), ([.videoLow, .video], [2]), ([.audio, .videoLow], [1, 3]), ([], []),
            ([RequestedTrack(rawValue: "smell")], []),
        ] as [([RequestedTrack], [UInt32])])
    func `what is wanted gives these tracks`(wanted: [RequestedTrack], expected: [UInt32]) {
        let selected = TrackSelection.select(wanted, from: Self.tracks)
        #expect(selected.map(\.id.handle.index) == expected)
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
