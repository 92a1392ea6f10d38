// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
public import Logging

/// Writes each event as one line: time, level, topic, what has happened, and what it is about as `key="value"`.
///
/// `2026-11-21T17:00:00.123Z info galene.session: joined group="demo" user="Ada"`
///
/// Names that people choose get here. Whatever in them could end a line, begin another, or steer a terminal is written as an
/// escape, so that no line is anybody's but ours; and one that is long is cut.
public struct LineLogHandler: LogHandler {
    public var logLevel = Logger.Level.notice
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let write: @Sendable (String) -> Void
    private let clock: @Sendable () -> Timestamp

    /// Characters of a value. Group names have up to 512 bytes, paths of files more.
    static let maximumValue = 1024

    /// - Parameter write: takes a line with its end, from any thread.
    public init(label: String, write: @escaping @Sendable (String) -> Void) {
        self.init(label: label, write: write) { .now }
    }

    init(label: String, write: @escaping @Sendable (String) -> Void, clock: @escaping @Sendable () -> Timestamp) {
        self.label = label
        self.write = write
        self.clock = clock
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let now = clock()
        let milliseconds = String(1000 + now.nanoseconds / 1_000_000).dropFirst()
        var line = "\(now.wholeSecondsText.dropLast()).\(milliseconds)Z \(event.level.rawValue) "
        line += "\(Self.escaped(label)): \(Self.escaped(event.message.description))"
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line += " \(Self.escaped(key))=\"\(Self.escaped(value.description))\""
        }
        write(line + "\n")
    }

    /// The text without a quotation mark, a control character, or one that changes the direction or the order of others.
    static func escaped(_ text: String) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < maximumValue else { return result + "…" }
            count += 1
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.isControl: result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
