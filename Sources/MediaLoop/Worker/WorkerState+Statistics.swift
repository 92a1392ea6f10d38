// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import SFU

extension WorkerState {
    /// How a stream of either direction fares; `nil` when there is none.
    mutating func statistics(of id: StreamID, now: Instant) -> StreamStatistics? {
        guard let stream = streams.pointer(id.handle) else { return nil }
        switch stream.pointee.direction {
        case .up(let publisher): return router.statistics(ofPublisher: publisher, now: now)
        case .down(let subscriber): return router.statistics(ofSubscriber: subscriber, now: now)
        }
    }
}
