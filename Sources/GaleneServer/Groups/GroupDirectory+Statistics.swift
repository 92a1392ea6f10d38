// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What goes on in the groups that are in memory. Others are not made for it.
extension GroupDirectory {
    /// How every group's streams fare, by name.
    func statistics() async -> [GroupStatistics] {
        var statistics: [GroupStatistics] = []
        for group in instantiated { statistics.append(await group.statistics()) }
        return statistics.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// How many groups there are, and how many members in all of them.
    func population() async -> (groups: Int, members: Int) {
        let groups = instantiated
        var members = 0
        for group in groups { members += await group.memberCount }
        return (groups.count, members)
    }
}
