// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Synchronization

/// Numbers of streams that are unique in the process and outlive replacements. Spec 11.
enum LocalID {
    private static let counter = Atomic<Int>(0)

    static func next() -> String { String(counter.add(1, ordering: .relaxed).oldValue) }
}
