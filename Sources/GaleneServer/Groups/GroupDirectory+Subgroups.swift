// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// Where else people meet, for operators.
extension GroupDirectory {
    /// The sub-groups that somebody is in, as a chat message from the server: one line each.
    func subgroups(of name: String, for client: String) async -> ServerMessage {
        var lines: [String] = []
        for group in instantiated.sorted(by: { $0.name < $1.name }) where group.name.hasPrefix(name + "/") {
            let count = await group.memberCount
            guard count > 0 else { continue }
            guard lines.count < limits.listedSubgroups else {
                lines.append("…")
                break
            }
            lines.append("\(group.name) (\(count) client\(count == 1 ? "" : "s"))")
        }
        return .chat(
            Chat(
                username: "Server", dest: client, value: .string(lines.joined(separator: "\n")), privileged: true,
                time: clock()))
    }
}
