// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@Suite("Statistics as JSON")
struct GroupStatisticsTests {
    private static func text(_ groups: [GroupStatistics]) -> String {
        String(decoding: GroupStatistics.encoded(groups), as: UTF8.self)
    }

    @Test(.row("M-38")) func `everything that is known`() throws {
        let track = GroupStatistics.Track(
            sid: 1, maxSid: 2, tid: 0, maxTid: 3, bitrate: 1_250_000, maxBitrate: 2_000_000, loss: 0.25, rtt: 81.5,
            jitter: 3.125)
        let client = GroupStatistics.Client(
            id: "ada", up: [.init(id: "s1", maxBitrate: 900_000, tracks: [.init(bitrate: 40_000, loss: 0)])],
            down: [.init(id: "s2", tracks: [track])])
        #expect(
            Self.text([GroupStatistics(name: "demo", clients: [client])])
                == #"[{"name":"demo","clients":[{"id":"ada","#
                + #""up":[{"id":"s1","maxBitrate":900000,"tracks":[{"bitrate":40000,"loss":0.0}]}],"#
                + #""down":[{"id":"s2","tracks":[{"sid":1,"maxSid":2,"tid":0,"maxTid":3,"bitrate":1250000,"#
                + #""maxBitrate":2000000,"loss":0.25,"rtt":81.5,"jitter":3.125}]}]}]}]"#)
    }

    @Test(.row("M-38")) func `what is empty is left out, but never the array and never a stream's tracks`() {
        #expect(Self.text([]) == "[]")
        #expect(Self.text([GroupStatistics(name: "a/b")]) == #"[{"name":"a/b"}]"#)
        let client = GroupStatistics.Client(id: "\"\n")
        #expect(
            Self.text([GroupStatistics(name: "x", clients: [client])])
                == #"[{"name":"x","clients":[{"id":"\"\n"}]}]"#)
        let idle = GroupStatistics.Client(id: "c", up: [.init(id: "s")])
        #expect(
            Self.text([GroupStatistics(name: "x", clients: [idle])])
                == #"[{"name":"x","clients":[{"id":"c","up":[{"id":"s","tracks":[]}]}]}]"#)
    }
}
