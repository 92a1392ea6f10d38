// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import STUN

extension ICELiteAgent {
    /// The credentials between two restarts, and what was learnt with them.
    struct Generation: Sendable {
        let local: ICECredentials
        var remote: ICECredentials?
        var paths: [Path] = []
        var selected: ICEPath?

        init(local: ICECredentials) { self.local = local }

        var selectedEntry: Path? {
            guard let selected else { return nil }
            return paths.first { $0.path == selected }
        }

        /// An authenticated check has come on a path that may be known.
        mutating func note(_ path: ICEPath, now: Instant) {
            guard let index = paths.firstIndex(where: { $0.path == path }) else { return }
            paths[index].lastRequest = now
        }

        /// An authenticated check has come on a path: where it is in ``paths`` now.
        mutating func remember(_ path: ICEPath, now: Instant, limit: Int) -> Int {
            if let index = paths.firstIndex(where: { $0.path == path }) {
                paths[index].lastRequest = now
                return index
            }
            if paths.count >= limit, let index = leastUseful { paths.remove(at: index) }
            paths.append(Path(path: path, lastRequest: now))
            return paths.count - 1
        }

        /// The oldest that never answered or, when all have, the oldest; never the selected one.
        private var leastUseful: Int? {
            let candidates = paths.indices.filter { paths[$0].path != selected }
            let unvalidated = candidates.filter { !paths[$0].isValidated }
            return (unvalidated.isEmpty ? candidates : unvalidated).min {
                paths[$0].lastRequest < paths[$1].lastRequest
            }
        }
    }

    struct Path: Sendable {
        enum State: Sendable {
            /// The peer's credentials are not known yet, or no check was answered.
            case unchecked
            case checking(STUNTransaction)
            case validated
        }

        let path: ICEPath
        var state = State.unchecked
        /// USE-CANDIDATE has come, and waits for the validation.
        var isNominated = false
        var lastRequest: Instant

        init(path: ICEPath, lastRequest: Instant) {
            self.path = path
            self.lastRequest = lastRequest
        }

        var isValidated: Bool {
            if case .validated = state { true } else { false }
        }

        var deadline: Instant? {
            if case .checking(let check) = state { check.deadline } else { nil }
        }
    }
}
