// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How often what happened. Rises only.
public struct SRTPReceiverStatistics: Sendable, Hashable {
    public var accepted: UInt64 = 0
    public var malformed: UInt64 = 0
    public var authenticationFailed: UInt64 = 0
    public var replayed: UInt64 = 0
    public var tooManySources: UInt64 = 0

    public init() {}

    mutating func count(_ result: SRTPUnprotected) {
        switch result {
        case .packet: accepted &+= 1
        case .rejected(.malformed): malformed &+= 1
        case .rejected(.authenticationFailed): authenticationFailed &+= 1
        case .rejected(.replayed): replayed &+= 1
        case .rejected(.tooManySources): tooManySources &+= 1
        }
    }
}
