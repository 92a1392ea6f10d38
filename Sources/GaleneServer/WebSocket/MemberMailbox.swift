// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Synchronization

/// Where a group puts the events of one member, from whatever thread it runs on. One wake-up of the member's event loop
/// serves all events that have come until it runs.
final class MemberMailbox: GroupMember {
    private let events = Mutex<[GroupEvent]>([])
    private let wake: @Sendable () -> Void

    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    func post(_ event: GroupEvent) {
        let wasEmpty = events.withLock { events in
            defer { events.append(event) }
            return events.isEmpty
        }
        if wasEmpty { wake() }
    }

    func takeAll() -> [GroupEvent] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}
