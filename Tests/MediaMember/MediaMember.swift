// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import ProgramKit

/// A member of a meeting for the tests of the library with other makes: receives what it asks for, publishes clips.
///
///     media-member PAGE NAME [--record DIRECTORY] [--reconnect]
///
/// Lines on standard input say what to do, lines of JSON on standard output (``Report``) what happens:
///
///     request audio video            what is wanted of every label
///     publish camera FILE FILE.ogg   a picture and Opus, see ``Clip``
///     publish camera HIGH.ivf FILE.ogg LOW.ivf     the same in two encodings, `h` and `l`
///     replace camera FILE.ivf FILE.ogg     in place of what is published
///     close                          what is published
///     restart                        the ICE of everything
///     report                         what has come of each track, see ``TrackRecorder``
///     quit                           leave; files are whole then, as after the end of the input
@main
struct MediaMember {
    static func main() async throws {
        var arguments = CommandLine.arguments.dropFirst()
        guard let page = arguments.popFirst(), let name = arguments.popFirst() else {
            throw Mistake("usage: media-member PAGE NAME [--record DIRECTORY] [--reconnect]")
        }
        var directory: String?
        var configuration = ServerConnection.Configuration()
        while let option = arguments.popFirst() {
            switch option {
            case "--record": directory = arguments.popFirst()
            case "--reconnect": configuration.reconnectPolicy = ReconnectPolicy()
            default: throw Mistake("what is \(option)?")
            }
        }
        let connection = try ServerConnection(configuration)
        let events = connection.events
        let status = try await connection.status(of: page)
        try await connection.connect(to: status)
        try await connection.join(group: status.name, username: name, credentials: .none)
        Report(event: "joined").say()
        let receiver = Receiver(directory: directory)
        let watching = Task {
            for try await event in events {
                switch event {
                case .downStream(let stream): await receiver.take(stream)
                case .reconnecting(let attempt): Report(event: "reconnecting", error: attempt.reason).say()
                case .reconnected: Report(event: "reconnected").say()
                default: break
                }
            }
        }
        let publisher = Publisher(connection)
        for await line in StandardInput.lines {
            let words = line.split(separator: " ").map(String.init)
            switch words.first {
            case "request":
                try await connection.request(["": words.dropFirst().map { RequestedTrack(rawValue: $0) }])
            case "publish": try await publisher.publish(words.dropFirst(), isReplacement: false)
            case "replace": try await publisher.publish(words.dropFirst(), isReplacement: true)
            case "close": await publisher.close()
            case "restart":
                for stream in await connection.upStreams.values { await stream.restartICE() }
                for stream in await connection.downStreams.values { await stream.restartICE() }
            case "report": await receiver.report()
            case "quit": break
            default: throw Mistake("what is \(line)?")
            }
            if words.first == "quit" { break }
        }
        await publisher.close()
        await connection.close()
        // The events end with the connection.
        _ = try? await watching.value
        await receiver.finish()
        Report(event: "left").say()
    }

    struct Mistake: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}
