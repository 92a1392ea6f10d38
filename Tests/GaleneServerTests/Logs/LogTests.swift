// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import RTCTestKit
import Synchronization
import Testing

@testable import GaleneServer

/// Lines that a logger of a test has written.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func logger(_ label: String = "galene.test", at time: Timestamp = Timestamp(unixSeconds: 0)) -> Logger {
        var logger = Logger(label: label) { label in
            LineLogHandler(label: label, write: { line in self.lines.withLock { $0.append(line) } }, clock: { time })
        }
        logger.logLevel = .trace
        return logger
    }
}

@Suite("Lines of the log")
struct LogTests {
    @Test func `time, level, topic, event and what it is about stand in one line`() {
        let lines = LogLines()
        let time = Timestamp(unixSeconds: 1_795_280_400, nanoseconds: 7_900_000)
        lines.logger("galene.session", at: time).info("joined", metadata: ["user": "Ada", "group": "demo"])
        #expect(lines.all == ["2026-11-21T17:00:00.007Z info galene.session: joined group=\"demo\" user=\"Ada\"\n"])
    }

    @Test(
        .attack(30),
        arguments: [
            ("a\nb", #"a\nb"#), ("a\r\nb", #"a\r\nb"#), ("\u{1b}[2J", #"\u{1b}[2J"#), ("a\u{202e}b", #"a\u{202e}b"#),
            ("\u{2028}", #"\u{2028}"#), ("\u{85}", #"\u{85}"#), ("\u{0}", #"\u{0}"#),
            (#"" level="x"#, #"\" level=\"x"#),
            (#"\n"#, #"\\n"#), ("é ☃", "é ☃"),
        ])
    func `a name cannot leave its quotation marks`(name: String, expected: String) {
        let lines = LogLines()
        lines.logger().notice("joined", metadata: ["user": .string(name), "users": ["\(name)"]])
        #expect(lines.all.count == 1)
        #expect(lines.all[0].contains("user=\"\(expected)\""))
        #expect(lines.all[0].dropLast().unicodeScalars.allSatisfy { !$0.isControl })
    }

    @Test(.attack(30)) func `a name of any length makes a line of moderate length`() {
        let lines = LogLines()
        lines.logger().notice("joined", metadata: ["user": .string(String(repeating: "x", count: 1 << 20))])
        #expect(lines.all[0].count < 1200)
    }

    @Test func `levels are read for all and for topics`() throws {
        #expect(try LogLevels("debug").standard == .debug)
        let levels = try LogLevels("warning,session=debug,media=trace")
        #expect(levels.standard == .warning && levels.topics == [.session: .debug, .media: .trace])
        let logger = LogLines().logger()
        #expect(logger.labelled(.session, levels).logLevel == .debug)
        #expect(logger.labelled(.web, levels).logLevel == .warning)
        #expect(logger.labelled(.web).logLevel == .trace, "as the one it comes from")
    }

    @Test(arguments: ["", "loud", "session=loud", "sessions=debug", "info,", "=info"])
    func `a level or a topic that there is not is an error of one line`(text: String) {
        let error = #expect(throws: StartupError.self) { try LogLevels(text) }
        #expect(error?.description.contains("-log-level") == true)
    }
}
