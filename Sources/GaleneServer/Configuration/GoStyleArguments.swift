// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Rewrites arguments as Go's `flag` package reads them into the form that swift-argument-parser reads, so that existing
/// service files keep working: `-http X`, `-http=X`, `--http X`, `-insecure`, `-insecure=false`.
public struct GoStyleArguments: Sendable {
    /// Options that take a value, without dashes.
    public var values: Set<String>
    /// Options that are true when named, without dashes.
    public var booleans: Set<String>

    public init(values: Set<String>, booleans: Set<String>) {
        self.values = values
        self.booleans = booleans
    }

    /// Every known option with two dashes, followed by its value, whatever that looks like: the parser has to be told to
    /// take it unconditionally. What is not known passes through unchanged, for the parser to complain about.
    public func normalized(_ arguments: [String]) -> [String] {
        var result: [String] = []
        var index = arguments.startIndex
        while index < arguments.endIndex {
            let argument = arguments[index]
            index += 1
            guard argument.hasPrefix("-"), argument != "-" else {
                result.append(argument)
                continue
            }
            guard argument != "--" else {
                result += arguments[(index - 1)...]
                break
            }
            let body = argument.dropFirst(argument.hasPrefix("--") ? 2 : 1)
            let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts.first.map(String.init) ?? ""
            let value = parts.count == 2 ? String(parts[1]) : nil
            if booleans.contains(name) {
                result.append(boolean(name, value) ?? argument)
            } else if values.contains(name) {
                result.append("--\(name)")
                if let value {
                    result.append(value)
                } else if index < arguments.endIndex {
                    result.append(arguments[index])
                    index += 1
                }
            } else {
                result.append(name == "h" || name == "help" ? "--help" : argument)
            }
        }
        return result
    }

    /// The spellings of Go's `strconv.ParseBool`; `nil` for any other.
    private func boolean(_ name: String, _ value: String?) -> String? {
        switch value {
        case nil, "1", "t", "T", "true", "TRUE", "True": "--\(name)"
        case "0", "f", "F", "false", "FALSE", "False": "--no-\(name)"
        default: nil
        }
    }
}
