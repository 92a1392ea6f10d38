// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import Logging

/// A part of the server that logs: its loggers' label is `galene.TOPIC`.
public enum LogTopic: String, CaseIterable, Sendable {
    /// `data/config.json`
    case config
    /// The certificate of HTTPS.
    case tls
    /// Group descriptions.
    case group
    /// Clients: who comes, goes, is refused, is disconnected and why.
    case session
    /// HTTP requests.
    case web
    /// Administrators' requests.
    case admin
    /// Media workers.
    case media
    /// The listener of the metrics.
    case metrics
}

/// How much is logged: the value of `-log-level`, a level for everything and levels for topics, as in
/// `notice,session=debug`.
public struct LogLevels: Sendable, Equatable {
    /// Where nothing else is said.
    public var standard: Logger.Level?
    public var topics: [LogTopic: Logger.Level] = [:]

    /// As much as the logger that the server is given.
    public init() {}

    public init(_ text: String) throws(StartupError) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = words.last, let level = Logger.Level(rawValue: name) else {
                throw StartupError("option -log-level: \"\(words.last ?? "")\" is not a level")
            }
            if words.count == 2 {
                guard let topic = LogTopic(rawValue: words[0]) else {
                    let known = LogTopic.allCases.map(\.rawValue).joined(separator: ", ")
                    throw StartupError("option -log-level: \"\(words[0])\" is not a topic: there are \(known)")
                }
                topics[topic] = level
            } else {
                standard = level
            }
        }
    }
}

extension Logger {
    /// A logger of a part of the server, whose label tells the part.
    func labelled(_ topic: LogTopic, _ levels: LogLevels = LogLevels()) -> Logger {
        var logger = Logger(label: "galene.\(topic.rawValue)")
        logger.logLevel = levels.topics[topic] ?? levels.standard ?? logLevel
        return logger
    }
}
