// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import Foundation
import GaleneClient
import GaleneProtocol
import MediaIO
import RTP
import ServerTestKit
import Testing

@testable import galene

@Suite("Camera and microphone of a person in a terminal, with a server", .timeLimit(.minutes(1)))
struct JoinMediaTests {
    private static let operators = #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"op"}}"#
    private static let pattern = PublishedSource.testPattern(width: 160, height: 120, framesPerSecond: 10)

    /// Somebody who receives everything.
    private static func receiver(_ server: RunningServer) async throws -> TestMember {
        let member = try await TestMember(server, "bob")
        try await member.connection.request(["": [.audio, .video]])
        return member
    }

    /// Of one stream, as it is received.
    private struct Reception {
        let stream: GaleneClient.Stream
        private var frames: Events<MediaFrame>.AsyncIterator
        private let decoder: AudioDecoder

        init(_ stream: GaleneClient.Stream) throws {
            self.stream = stream
            frames = stream.frames.makeAsyncIterator()
            decoder = try AudioDecoder()
        }

        /// Reads until a tenth of a second of sound is as loud as is wanted.
        mutating func sound(_ isWanted: (Float) -> Bool) async throws {
            var wanted = 0
            while wanted < 5, let frame = try await frames.next() {
                guard frame.frame.codec == .opus else { continue }
                let samples = try decoder.decode(frame.frame, time: .zero).flatMap(\.samples)
                wanted = isWanted(samples.map(abs).max() ?? 0) ? wanted + 1 : 0
            }
            #expect(wanted == 5)
        }

        mutating func picture() async throws -> VideoPicture? {
            let decoder = try VideoDecoder(codec: .vp8)
            while let frame = try await frames.next() {
                guard frame.frame.codec == .vp8 else { continue }
                // The first may build on one from before.
                if let picture = try? decoder.decode(frame.frame, time: .zero).first { return picture }
            }
            return nil
        }
    }

    private static func isLoud(_ level: Float) -> Bool { level > 0.05 }
    private static func isSilent(_ level: Float) -> Bool { level < 0.001 }

    /// - Parameter known: which may be offered again with other tracks.
    private func stream(_ member: inout TestMember, otherThan known: String? = nil) async throws -> GaleneClient.Stream
    {
        try await member.next { event in
            if case .downStream(let stream) = event, stream.id != known { stream } else { nil }
        }
    }

    /// Who has said of the microphone, to everybody, that it is off.
    private func muted(_ member: inout TestMember, _ isMuted: Bool) async throws {
        try await member.next { event -> Void? in
            guard case .user(.change, let user) = event, user.username == "ada" else { return nil }
            return (user.data["muted"] == true) == isMuted ? () : nil
        }
    }

    @Test func `is seen and heard, silent when muted by oneself or an operator, and gone when off`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            var bob = try await Self.receiver(server)
            let ada = try await JoinedPerson.join(server, "ada", microphone: Self.pattern, camera: Self.pattern)
            async let end = ada.session.run()
            let stream = try await stream(&bob)
            #expect(stream.label == "camera" && stream.username == "ada")
            var reception = try Reception(stream)
            let picture = try #require(try await reception.picture())
            #expect((picture.width, picture.height) == (160, 120))
            try await reception.sound(Self.isLoud)
            await ada.hears("Your microphone is on.")
            await ada.hears("Your camera is on.")

            #expect(await ada.session.submit("/mute") == nil)
            try await muted(&bob, true)
            try await reception.sound(Self.isSilent)
            #expect(await ada.session.submit("/unmute") == nil)
            try await muted(&bob, false)
            try await reception.sound(Self.isLoud)

            try await bob.connection.userMessage(.mute, to: ada.connection.id)
            await ada.hears("Warning: bob has muted your microphone. /unmute turns it on again.")
            try await muted(&bob, true)
            try await reception.sound(Self.isSilent)

            // Without the camera it is another stream in the same place.
            #expect(await ada.session.submit("/unmute") == nil)
            #expect(await ada.session.submit("/camera off") == nil)
            await ada.hears("Your camera is off.")
            let without = try await self.stream(&bob, otherThan: stream.id)
            #expect(without.localID == stream.localID)
            reception = try Reception(without)
            try await reception.sound(Self.isLoud)
            #expect(await without.tracks.map(\.kind) == [.audio])

            await ada.session.leave()
            #expect(await end == MeetingEnd(.over, ""))
            #expect(await ada.connection.upStreams.isEmpty)
            await ada.connection.close()
            await bob.leave()
        }
    }

    @Test func `a picture goes with its camera, though the sound goes on, and comes again`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            let bob = try await JoinedPerson.join(server, "bob", seesPictures: true)
            async let bobsEnd = bob.session.run()
            let ada = try await JoinedPerson.join(server, "ada", microphone: Self.pattern, camera: Self.pattern)
            await bob.watcher.until { $0.contains { $0.hasPrefix("ada ") } }
            // As who listens too: what has sound only is received.
            try await bob.connection.request(["": [.audio, .video]])
            async let adasEnd = ada.session.run()
            await bob.watcher.untilTiles(["ada"])
            #expect(await ada.session.submit("/camera off") == nil)
            await bob.watcher.untilTiles([])
            #expect(await ada.session.submit("/camera on") == nil)
            await bob.watcher.untilTiles(["ada"])
            await ada.session.leave()
            _ = await adasEnd
            await ada.connection.close()
            await bob.watcher.untilTiles([])
            await bob.session.leave()
            _ = await bobsEnd
            await bob.connection.close()
        }
    }

    @Test func `who may no longer present sends nothing, and nothing again before it is asked for`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            var bob = try await Self.receiver(server)
            let ada = try await JoinedPerson.join(server, "ada", camera: Self.pattern)
            async let end = ada.session.run()
            let first = try await stream(&bob)
            await ada.hears("Your camera is on.")
            try await muted(&bob, true)
            try await bob.connection.userAction(.unpresent, on: ada.connection.id)
            for try await event in first.events { if case .closed = event { break } }
            await ada.hears("Your camera is off.")
            await ada.hears("You may no longer use camera and microphone.")
            #expect(await ada.session.submit("/camera") == CommandFailure.mayNotPresent.text)
            #expect(await ada.connection.upStreams.isEmpty)
            try await bob.connection.userAction(.present, on: ada.connection.id)
            await ada.hears("You may now use camera and microphone.")
            #expect(await ada.connection.upStreams.isEmpty)
            #expect(await ada.session.submit("/camera") == nil)
            await ada.hears("Your camera is on.", times: 2)
            #expect(try await stream(&bob, otherThan: first.id).label == "camera")
            await ada.session.leave()
            _ = await end
            await ada.connection.close()
            await bob.leave()
        }
    }

    @Test func `what changes while the connection is lost is changed when there is one again`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            var bob = try await Self.receiver(server)
            let ada = try await TestMember(server, "ada")
            let media = OwnMedia(ada.connection, microphone: Self.pattern, camera: Self.pattern)
            var reports = media.reports.makeAsyncIterator()
            func state(_ isWanted: (SentMedia) -> Bool) async {
                while let report = await reports.next() {
                    if case .state(let state) = report, isWanted(state) { return }
                }
                Issue.record("the reports have ended")
            }
            await media.apply(.cameraAndMicrophone)
            await state { $0.microphone == .on && $0.camera == .on }
            let before = try await stream(&bob)
            var reception = try Reception(before)
            await media.suspend()
            await media.apply(.camera(false))
            await state { $0.microphone == .on && $0.camera == .off }
            // Half a second of the stream that nothing has replaced.
            for _ in 0..<5 { try await reception.sound(Self.isLoud) }
            #expect(await ada.connection.upStreams.keys.contains(before.id))
            await media.apply(.camera(true))
            await state { $0.camera == .on }
            await media.apply(.camera(false))
            await media.resume()
            let after = try await stream(&bob, otherThan: before.id)
            #expect(after.localID == before.localID)
            await media.end()
            #expect(await ada.connection.upStreams.isEmpty)
            await ada.leave()
            await bob.leave()
        }
    }

    /// Sound of a constant level: a header and a second of samples of one channel.
    private static var sound: Data {
        func bytes(_ values: UInt32..., of size: Int) -> [UInt8] {
            values.flatMap { value in (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) } }
        }
        let (rate, size) = (UInt32(48_000), UInt32(96_000))
        let header =
            Array("RIFF".utf8) + bytes(36 + size, of: 4) + Array("WAVEfmt ".utf8) + bytes(16, of: 4)
            + bytes(1, 1, of: 2) + bytes(rate, 2 * rate, of: 4) + bytes(2, 16, of: 2) + Array("data".utf8)
            + bytes(size, of: 4)
        return Data(header + (0..<rate).flatMap { bytes($0 / 48 % 2 == 0 ? 8_000 : 57_536, of: 2) })
    }

    @Test func `a file is a stream of its own, heard until its end or until it is taken back`() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("galene-\(UUID().uuidString).wav").path
        try Self.sound.write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let name = path.split(separator: "/").last ?? ""
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            var bob = try await Self.receiver(server)
            let ada = try await JoinedPerson.join(server, "ada")
            async let end = ada.session.run()
            #expect(await ada.session.submit("/presentfile \(path)") == nil)
            let first = try await stream(&bob)
            #expect(first.label == "video")
            var reception = try Reception(first)
            try await reception.sound(Self.isLoud)
            await ada.hears("\(name) is shown to everybody.")
            await ada.hears("\(name) is no longer shown.")
            #expect(await ada.session.submit("/unpresentfile") == "No file is shown from here.")

            #expect(await ada.session.submit("/presentfile \(path)") == nil)
            let second = try await stream(&bob, otherThan: first.id)
            await ada.hears("\(name) is shown to everybody.", times: 2)
            #expect(await ada.session.submit("/unpresentfile") == nil)
            await ada.hears("\(name) is no longer shown.", times: 2)
            for try await event in second.events { if case .closed = event { break } }
            await ada.session.leave()
            _ = await end
            await ada.connection.close()
            await bob.leave()
        }
    }

    @Test func `a device that is not there is said in words, and the rest goes on`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            var bob = try await Self.receiver(server)
            let ada = try await JoinedPerson.join(
                server, "ada", microphone: Self.pattern, camera: .camera(device: "/dev/nowhere"))
            async let end = ada.session.run()
            await ada.watcher.until {
                $0.contains { $0.hasPrefix("Warning: No camera: there is no camera /dev/nowhere") }
            }
            let stream = try await stream(&bob)
            var reception = try Reception(stream)
            try await reception.sound(Self.isLoud)
            #expect(await ada.session.submit("/presentfile /nowhere.webm") == nil)
            await ada.watcher.until { $0.contains { $0.hasPrefix("Warning: Not sent: /nowhere.webm") } }
            #expect(await ada.session.submit("still here") == nil)
            await ada.hears("You: still here")
            await ada.session.leave()
            _ = await end
            await ada.connection.close()
            await bob.leave()
        }
    }
}
