// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneMedia
import MediaIO

/// A stream that `galene publish` makes.
struct Publication: Hashable, Sendable {
    var source: PublishedSource

    var name: String { source.name }

    func publish(on connection: ServerConnection, _ command: PublishCommand) async throws -> StreamPublisher {
        var options = PublishingOptions()
        options.videoCodec = command.codec
        options.isSimulcast = command.simulcast
        options.maximumVideoBitrate = command.bitrate
        if case .testPattern(_, _, let rate) = source { options.framesPerSecond = Double(rate) }
        let (source, loops) = (source, command.loop)
        do {
            return try await StreamPublisher.publish(
                label: command.label ?? source.label, on: connection, options: options
            ) { () throws(MediaError) in try source.open(loops: loops) }
        } catch let error as MediaError {
            throw CommandError(.failed, "\(name): \(error)")
        }
    }
}
