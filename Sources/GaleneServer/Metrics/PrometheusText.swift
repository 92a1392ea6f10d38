// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Writes metrics in Prometheus'
/// [text format](https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format), version 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String, Sendable {
        case counter, gauge, summary
    }

    /// Names and values of labels, by name.
    struct Labels: Hashable, Comparable, Sendable, ExpressibleByArrayLiteral {
        private let text: String

        init(_ dimensions: [(String, String)]) {
            // A name may stand only once, and different ones may have become the same.
            let values = Dictionary(dimensions.map { (PrometheusText.labelName($0), $1) }) { first, _ in first }
            text = values.sorted { $0.key < $1.key }
                .map { "\($0)=\"\(PrometheusText.escaped($1, quoted: true))\"" }.joined(separator: ",")
        }

        init(arrayLiteral dimensions: (String, String)...) { self.init(dimensions) }

        static func < (a: Labels, b: Labels) -> Bool { a.text < b.text }

        fileprivate var braced: String { text.isEmpty ? "" : "{\(text)}" }
    }

    private(set) var text = ""

    /// Samples of this name follow.
    mutating func begin(_ name: String, _ kind: Kind, help: String?) {
        if let help { text += "# HELP \(name) \(Self.escaped(help, quoted: false))\n" }
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: Labels, _ value: Double) {
        text += "\(name)\(labels.braced) \(Self.number(value))\n"
    }

    /// A metric's name: letters, digits, underscores and colons, not beginning with a digit. What else there is becomes an
    /// underscore.
    static func name(_ label: String) -> String { identifier(label, colons: true) }

    private static func labelName(_ name: String) -> String { identifier(name, colons: false) }

    private static func identifier(_ text: String, colons: Bool) -> String {
        var bytes = text.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                byte
            case UInt8(ascii: ":") where colons: byte
            default: UInt8(ascii: "_")
            }
        }
        if bytes.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) ?? true {
            bytes.insert(UInt8(ascii: "_"), at: 0)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func escaped(_ text: String, quoted: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quoted: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map(String.init) ?? value.description
    }
}
