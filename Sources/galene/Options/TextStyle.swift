// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Colours, where they are wanted.
struct TextStyle: Sendable, Hashable {
    let isOn: Bool

    static let plain = TextStyle(isOn: false)

    /// Only on a terminal, and not where NO_COLOR says otherwise (no-color.org: with any value but an empty one).
    static func of(isTerminal: Bool, environment: [String: String]) -> TextStyle {
        TextStyle(isOn: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb")
    }

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "33") }
    func cyan(_ text: String) -> String { wrap(text, "36") }

    /// SGR of ECMA-48 (8.3.117), and back to how it was.
    private func wrap(_ text: String, _ code: String) -> String { isOn ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text }
}
