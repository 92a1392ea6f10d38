// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import MediaIO
import MediaTestKit
import RTCBase
import RTP
import ServerTestKit
import Testing
import WebRTCIO

@testable import GaleneClient
@testable import GaleneMedia

@Suite("A disk that is too slow", .timeLimit(.minutes(1)))
struct StreamRecorderTests {
    private let sound = EncodedFrame(codec: .opus, timestamp: 0, isKeyFrame: true, bytes: [0xfc, 1])

    private func frame(at time: Duration) -> MediaFrame {
        MediaFrame(
            track: "0", frame: sound, captureTime: nil, presentation: Instant(nanoseconds: 1) + time, lostPackets: 0)
    }

    /// - Parameter maximumOverflows: how often it may be too slow.
    private func record(
        maximumOverflows: Int, _ body: (GaleneClient.Stream, StreamRecorder, AsyncStream<Void>) async throws -> Void
    ) async throws {
        let scratch = try ScratchDirectory()
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            var configuration = ServerConnection.Configuration()
            configuration.eventLimits.count = 300
            let ada = try ServerConnection(configuration)
            try await ada.connect(to: try await ada.status(of: server.page("demo")))
            try await ada.join(group: "demo", username: "ada", credentials: .none)
            let stream = try await ada.newUpStream(label: "camera", tracks: [PublishedTrack(.opus)])
            let (overflows, overflow) = AsyncStream.makeStream(of: Void.self)
            let (queue, gate) = (WriterQueue(), DispatchSemaphore(value: 0))
            queue.hold { gate.wait() }
            let recorder = StreamRecorder(
                stream, directory: scratch.path, keyFrameInterval: nil, wallClock: .current, queue: queue,
                maximumOverflows: maximumOverflows
            ) { event in
                if case .overflowed = event { overflow.yield() }
            }
            for number in 0...300 { await stream.give(frame(at: .milliseconds(20 * number))) }
            gate.signal()
            try await body(stream, recorder, overflows)
            await ada.close()
        }
    }

    @Test func `after frames were left out it goes on`() async throws {
        try await record(maximumOverflows: 2) { stream, recorder, overflows in
            let recording = Task { try await recorder.run() }
            for await _ in overflows { break }
            for hour in 1...2 { await stream.give(frame(at: .seconds(3600 * hour))) }
            await stream.close()
            try await recording.value
            #expect(recorder.progress.overflows == 1 && recorder.progress.files == 1)
            #expect(recorder.progress.duration >= .seconds(3600))
        }
    }

    @Test func `one that is too slow again and again is told of`() async throws {
        try await record(maximumOverflows: 1) { _, recorder, _ in
            let error = await #expect(throws: MediaError.self) { try await recorder.run() }
            #expect(error == MediaError(.failed, "the disk is too slow for the recording"))
            #expect(recorder.progress.overflows == 1)
        }
    }
}
