// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import GaleneClient
import ServerTestKit
import Synchronization
import Testing

@testable import galene

/// Somebody who has joined a meeting by `galene join`, and what is said to them.
struct JoinedPerson {
    /// What a session shows, each time that it has changed.
    final class Watcher: Sendable {
        private let said = Mutex<[String]>([])
        private let tiles = Mutex<[String]>([])
        private let (changes, input) = AsyncStream.makeStream(of: Void.self)

        func note(_ texts: [String], tiles labels: [String]) {
            said.withLock { $0 += texts }
            tiles.withLock { $0 = labels }
            input.yield()
        }

        func until(_ isThere: ([String]) -> Bool) async {
            if isThere(said.withLock(\.self)) { return }
            for await _ in changes where isThere(said.withLock(\.self)) { return }
            Issue.record("it was not said, but \(said.withLock(\.self))")
        }

        /// The labels of the pictures are these.
        func untilTiles(_ labels: [String]) async {
            if tiles.withLock(\.self) == labels { return }
            for await _ in changes where tiles.withLock(\.self) == labels { return }
            Issue.record("there are pictures of \(tiles.withLock(\.self)), not of \(labels)")
        }
    }

    let session: JoinSession
    let watcher: Watcher
    let connection: ServerConnection

    static func join(
        _ server: RunningServer, _ name: String, directory: String = ".", microphone: PublishedSource? = nil,
        camera: PublishedSource? = nil, seesPictures: Bool = false
    ) async throws -> JoinedPerson {
        let options = try MeetingOptions.parse([server.page("demo"), "--username", name])
        let meeting = try await options.join(environment: [:])
        let watcher = Watcher()
        let session = await JoinSession(
            meeting,
            .init(
                directory: directory, canShowPictures: seesPictures, wantsPictures: seesPictures,
                microphone: microphone, camera: camera)
        ) { session, _ in
            watcher.note(session.withModel { $0.takeAnnouncements() }, tiles: session.tiles.map(\.label))
        }
        return JoinedPerson(session: session, watcher: watcher, connection: meeting.connection)
    }

    func hears(_ text: String) async { await watcher.until { $0.contains(text) } }

    /// How often it was said by then.
    func hears(_ text: String, times: Int) async {
        await watcher.until { $0.count { $0 == text } >= times }
    }
}
