// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What an operator does to a member's permissions.
enum PermissionChange: Sendable, Equatable {
    case op, unop, present, unpresent, shutUp, unshutUp

    /// - Returns: `nil` for an action of another kind.
    init?(_ kind: UserAction.Kind) {
        switch kind {
        case .op: self = .op
        case .unop: self = .unop
        case .present: self = .present
        case .unpresent: self = .unpresent
        case .shutUp: self = .shutUp
        case .unshutUp: self = .unshutUp
        default: return nil
        }
    }

    /// The permissions of a member that had `permissions`.
    ///
    /// An operator made in a meeting gets the right to moderate, not what else the set `op` of a file stands for.
    func applied(to permissions: [Permission], allowsRecording: Bool) -> [Permission] {
        switch self {
        case .op: Self.adding(allowsRecording ? [.op, .record] : [.op], to: permissions)
        case .unop: permissions.filter { $0 != .op && $0 != .record }
        case .present: Self.adding([.present], to: permissions)
        case .unpresent: permissions.filter { $0 != .present }
        case .shutUp: permissions.filter { $0 != .message }
        case .unshutUp: Self.adding([.message], to: permissions)
        }
    }

    private static func adding(_ granted: [Permission], to permissions: [Permission]) -> [Permission] {
        permissions + granted.filter { !permissions.contains($0) }
    }
}
