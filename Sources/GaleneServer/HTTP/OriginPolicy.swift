// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Which web pages may open a WebSocket: those of this host, and those of the configured origins.
///
/// Browsers let any page open one anywhere; without this check a page could join meetings in its visitor's network.
enum OriginPolicy {
    /// - Parameters:
    ///   - origin: the request's `Origin`; programs that are no browser send none.
    ///   - host: the request's `Host`.
    ///   - allowed: `allowOrigin` of the configuration.
    static func allows(origin: String?, host: String?, allowed: [String]) -> Bool {
        guard let origin else { return true }
        if let host, let separator = origin.firstRange(of: "://") {
            if origin[separator.upperBound...].lowercased() == host.lowercased() { return true }
        }
        return allowed.contains { $0.lowercased() == origin.lowercased() }
    }
}
