// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// A group as its members see it at one moment.
struct GroupState: Sendable {
    var status: GroupStatus
    /// What operators have set for all to see.
    var data: [String: JSONValue] = [:]
    /// With which servers clients are to make their connections.
    var rtcConfiguration = RTCConfiguration()
}
