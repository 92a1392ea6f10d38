// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import RTP
import Testing

@Suite("Receiver of what Chromium sent")
struct RecordedReceptionTests {
    @Test(
        arguments: [
            (Codec.vp9, "rtp-vp9-chromium.bin"), (.vp9, "rtp-vp9-svc-chromium.bin"), (.h264, "rtp-h264-chromium.bin"),
            (.av1, "rtp-av1-chromium.bin"),
        ])
    func `recorded packets become frames, from a key frame on`(codec: Codec, name: String) throws {
        let datagrams = Fixture.datagrams(name)
        let first = try #require(datagrams.first)
        let header = try RTPHeader(parsing: first.span.bytes)
        let script = ReceiverScript(codec, acceptsNACK: false, payloadType: header.payloadType)
        for datagram in datagrams {
            script.receive(datagram)
            script.wait(.milliseconds(2))
        }
        script.wait(.seconds(3))
        #expect(script.receiver.statistics.refusedPackets == 0)
        #expect(script.frames.first?.frame.isKeyFrame == true)
        // The recordings leave packets out between frames: what cannot be decoded without them does not come out.
        #expect(script.frames.count >= 1 && (script.frames.first?.frame.bytes.count ?? 0) > 100)
    }
}
