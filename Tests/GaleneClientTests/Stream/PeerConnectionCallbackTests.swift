// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import GaleneClient
import GaleneProtocol
import RTCTestKit
import RTP
import ServerTestKit
import Synchronization
import Testing

@Suite("What peer connections use", .row("C-03"), .timeLimit(.minutes(1)))
struct PeerConnectionCallbackTests {
    /// What the callback was asked with when streams were published with its answers, and which of them were connected
    /// when the last was.
    private func publish(
        setting: RTCConfiguration? = nil, _ answers: [RTCConfiguration?]
    ) async throws -> (asked: [RTCConfiguration?], connected: [Bool]) {
        let asked = Mutex<[RTCConfiguration?]>([])
        nonisolated(unsafe) var connected: [Bool] = []
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ann = try await TestMember(server, "Ann") { configuration in
                configuration.rtcConfiguration = setting
                configuration.onPeerConnection = { wanted in
                    // It may take its time.
                    await Task.yield()
                    return asked.withLock { asked in
                        asked.append(wanted)
                        return answers[asked.count - 1]
                    }
                }
            }
            var streams: [GaleneClient.Stream] = []
            for _ in answers {
                streams.append(
                    try await ann.connection.newUpStream(label: "camera", tracks: [PublishedTrack(.opus)]))
            }
            for try await event in try #require(streams.last).events {
                if case .status(.connected) = event { break }
            }
            for stream in streams { connected.append(await stream.status == .connected) }
            await ann.connection.close()
        }
        return (asked.withLock { $0 }, connected)
    }

    @Test func `are asked for before each, with what would be used otherwise`() async throws {
        let (asked, connected) = try await publish([nil, RTCConfiguration()])
        #expect(asked.count == 2 && asked[0] == asked[1] && asked[0] != nil)
        #expect(connected.last == true)
    }

    @Test func `are what the callback says, else the setting`() async throws {
        // Relays alone, of which there is none: nothing can be connected with that.
        let nowhere = RTCConfiguration(iceServers: [], iceTransportPolicy: "relay")
        let (asked, connected) = try await publish(setting: nowhere, [nil, RTCConfiguration()])
        #expect(asked == [nowhere, nowhere])
        #expect(connected == [false, true])
    }
}
