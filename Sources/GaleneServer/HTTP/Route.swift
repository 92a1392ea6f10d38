// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What a path designates.
enum Route: Equatable {
    case webSocket
    case publicGroups
    /// `/group/NAME/`
    case groupPage(String)
    /// `/group/NAME/.status`
    case groupStatus(String)
    /// A file or folder below the web root; begins with a slash.
    case file(String)
    /// Of the administrative API.
    case administration(AdministrativeResource)
    /// The same thing has another spelling.
    case redirect(to: String, permanent: Bool)
    case notFound

    init(_ request: RequestPath) {
        let path = request.path
        let cleaned = request.cleaned
        if cleaned != path {
            self = .redirect(to: cleaned, permanent: false)
        } else if path == "/ws" {
            self = .webSocket
        } else if path == "/public-groups.json" {
            self = .publicGroups
        } else if path == "/group" {
            self = .redirect(to: "/group/", permanent: false)
        } else if path.hasPrefix(AdministrativeResource.root) {
            self = .administration(AdministrativeResource(path))
        } else if path.hasPrefix("/group/") {
            self = Self.group(path)
        } else if SpecialPath(path).kind != nil {
            // No file whose name begins with a dot is ever served: they are settings and leftovers of editors.
            self = .notFound
        } else {
            self = .file(path)
        }
    }

    private static func group(_ path: String) -> Route {
        let special = SpecialPath(path)
        var name = special.directory.dropFirst("/group/".count)
        if special.kind == nil {
            let hasSlash = name.hasSuffix("/")
            if hasSlash { name = name.dropLast() }
            guard GroupName.isValid(String(name)) else { return .notFound }
            return hasSlash ? .groupPage(String(name)) : .redirect(to: path + "/", permanent: true)
        }
        guard GroupName.isValid(String(name)), special.remainder.isEmpty else { return .notFound }
        switch special.kind {
        case ".status": return .groupStatus(String(name))
        case ".status.json": return .redirect(to: "/group/\(name)/.status", permanent: true)
        default: return .notFound
        }
    }
}
