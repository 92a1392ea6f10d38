// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import Synchronization

/// Streams that are being followed: they are offered again, as the same object, when their tracks change and after the
/// connection was lost.
final class FollowedStreams: Sendable {
    private let streams = Mutex<Set<ObjectIdentifier>>([])

    /// - Returns: whether it is a new one.
    func insert(_ stream: GaleneClient.Stream) -> Bool {
        streams.withLock { $0.insert(ObjectIdentifier(stream)).inserted }
    }

    func remove(_ stream: GaleneClient.Stream) { _ = streams.withLock { $0.remove(ObjectIdentifier(stream)) } }
}
