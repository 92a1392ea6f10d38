// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import HTTPTypes

/// What a path of the administrative API designates (spec 4.9).
enum AdministrativeResource: Equatable {
    /// How all streams fare (spec 7.15).
    case statistics
    /// Of another version, or of a part that there is not yet.
    case unknown

    /// Every path of the API begins so; it is the realm of its passwords, too.
    static let root = "/galene-api/"

    /// - Parameter path: begins with ``root``.
    init(_ path: String) {
        switch path.dropFirst(Self.root.count) {
        case "v0/.stats": self = .statistics
        default: self = .unknown
        }
    }

    /// Beside OPTIONS, which every resource knows.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .statistics: [.get, .head]
        case .unknown: []
        }
    }
}
