// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ServiceLifecycle

/// Locks all groups when the server is told to stop. As the last service it is the first to be told, so that nobody gets
/// in while the others are being sent away.
struct ClosingTime: Service {
    let groups: GroupDirectory

    func run() async throws {
        try? await gracefulShutdown()
        await groups.lockAll()
    }
}
