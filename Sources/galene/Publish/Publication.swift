// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneMedia
import MediaIO

/// A stream that is published: of one source, or of a camera and a microphone.
struct Publication: Hashable, Sendable {
    private(set) var sources: [PublishedSource]

    var name: String { sources.map(\.name).joined(separator: " and ") }

    /// - Returns: a stream of each source, but one of a camera and the microphone that goes with it.
    static func all(of sources: [PublishedSource]) -> [Publication] {
        var publications: [Publication] = []
        for source in sources {
            if let index = publications.firstIndex(where: { $0.isCompleted(by: source) }) {
                publications[index].sources.append(source)
            } else {
                publications.append(Publication(sources: [source]))
            }
        }
        return publications
    }

    private func isCompleted(by source: PublishedSource) -> Bool {
        switch (sources.first, source) {
        case (.camera, .microphone), (.microphone, .camera): sources.count == 1
        default: false
        }
    }

    /// - Parameters:
    ///   - label: by default what fits the source.
    ///   - loops: whether a file begins anew at its end.
    /// - Throws: ``CommandError`` that names the source, when it cannot be opened.
    func publish(
        on connection: ServerConnection, label: String? = nil, options: PublishingOptions = PublishingOptions(),
        loops: Bool = false
    ) async throws -> StreamPublisher {
        var options = options
        if case .testPattern(_, _, let rate) = sources[0] { options.framesPerSecond = Double(rate) }
        do {
            return try await StreamPublisher.publish(
                label: label ?? sources[0].label, on: connection, options: options
            ) { [self] () throws(MediaError) in try open(loops: loops) }
        } catch let error as MediaError {
            throw CommandError(.failed, "\(name): \(error)")
        }
    }

    private func open(loops: Bool) throws(MediaError) -> any MediaSource {
        guard sources.count > 1 else { return try sources[0].open(loops: loops) }
        return try MergedSource(sources.map { $0.opener(loops: loops) })
    }
}
