// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneMedia
import MediaIO

/// A screen and a file, each a stream of its own beside that of camera and microphone.
extension OwnMedia {
    final class Show {
        enum Kind: Hashable, Sendable { case screen, file }

        let source: PublishedSource
        /// `nil` while it is being opened.
        var publisher: StreamPublisher?

        init(_ source: PublishedSource) { self.source = source }
    }

    /// One of each kind: another one takes its place.
    func begin(_ source: PublishedSource, as kind: Show.Kind) {
        end(kind)
        let show = Show(source)
        shows[kind] = show
        Task { await run(show, as: kind) }
    }

    func end(_ kind: Show.Kind) {
        guard let publisher = shows.removeValue(forKey: kind)?.publisher else { return }
        Task { await publisher.stop() }
    }

    func state(of kind: Show.Kind) -> SentMedia.State {
        shows[kind].map { $0.publisher == nil ? .starting : .on } ?? .off
    }

    private func run(_ show: Show, as kind: Show.Kind) async {
        do {
            let publisher = try await Publication(sources: [show.source]).publish(on: connection)
            // It is not wanted any more.
            guard shows[kind] === show else { return await publisher.stop() }
            show.publisher = publisher
            measure()
            tell()
            try await publisher.waitUntilEnd()
        } catch {
            if shows[kind] === show {
                let isRefused = (error as? MediaError)?.kind == .notAllowed
                report(isRefused ? .refused : .trouble("Not sent: \(CommandError(error).description)"))
            }
        }
        guard shows[kind] === show else { return }
        shows[kind] = nil
        tell()
    }
}
