// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What a group's status means, in words.
enum StatusText {
    /// - Throws: ``CommandError`` when the group is elsewhere. It is not followed: one's password is not for whomever a
    ///   server names.
    static func refuseMoved(_ status: GroupStatus) throws(CommandError) {
        if let location = status.redirect { throw moved(to: location) }
    }

    static func moved(to location: String) -> CommandError {
        CommandError(.refused, "the group has moved: use the URL \(location)")
    }

    static func lines(_ status: GroupStatus, page: GroupPage, style: TextStyle = .plain) -> [String] {
        var lines = [style.bold(TerminalText.printable(status.displayName ?? status.name))]
        if let description = status.description { lines += TerminalText.printableLines(description) }
        lines.append("")
        func row(_ name: String, _ value: String?) {
            guard let value else { return }
            let blanks = String(repeating: " ", count: max(1, 10 - name.count))
            lines.append(style.dim(name) + blanks + TerminalText.printable(value))
        }
        row("group", status.name)
        if let redirect = status.redirect {
            row("moved", "to \(redirect): use that URL")
            return lines
        }
        row("page", status.location ?? page.description)
        row("endpoint", status.endpoint)
        row("members", status.clientCount.map(String.init) ?? "not told to strangers")
        row("locked", status.locked ? "yes: only operators get in" : "no")
        if let server = status.authServer { row("login", "name and password are checked by \(server)") }
        if let portal = status.authPortal {
            row(
                "portal", "\(portal), which leads people in; the link with ?token= that it gives is good for galene too"
            )
        }
        return lines
    }

    /// The names are those of the server's own answer (`.status`), and `page` is where it was asked for.
    static func json(_ status: GroupStatus, page: GroupPage) -> [String: JSONValue] {
        var object = (try? JSONValue(parsing: status.encoded()))?.objectValue ?? [:]
        object["page"] = .string(page.description)
        object["locked"] = .bool(status.locked)
        object["canChangePassword"] = .bool(status.canChangePassword)
        return object
    }
}
