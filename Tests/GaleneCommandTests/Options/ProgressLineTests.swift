// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Synchronization
import Testing

@testable import galene

@Suite("The line that tells how it goes")
struct ProgressLineTests {
    @Test func `on a terminal it is written over, and nothing of it is left`() throws {
        let console = TestConsole(isTerminal: true)
        let progress = ProgressLine(console.console)
        progress.show("joined", "1 of 2")
        progress.show("joined", "2 of 2")
        progress.update("0:01:23")
        try progress.say("done")
        #expect(
            console.errors
                == ["joined: 1 of 2", "joined: 2 of 2", "0:01:23", "done\n"].map { "\r\u{1b}[K\($0)" }.joined())
        try progress.clear()
        #expect(console.errors.hasSuffix("done\n"), "there is nothing to clear")
    }

    @Test func `nothing comes between the line that goes and the one that stays`() throws {
        let writes = Mutex<[String]>([])
        let writer = LineWriter(isTerminal: true) { bytes throws(CommandError) in
            writes.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
        var console = TestConsole(isTerminal: true).console
        console.errors = writer
        let progress = ProgressLine(console)
        progress.show("joined")
        try progress.say("done")
        #expect(writes.withLock(\.self) == ["\r\u{1b}[Kjoined", "\r\u{1b}[Kdone\n"])
    }

    @Test func `elsewhere each phase is a line`() throws {
        let console = TestConsole()
        let progress = ProgressLine(console.console)
        progress.show("connecting")
        for number in 1...3 { progress.show("joined", "\(number) of 3") }
        progress.update("0:01:23")
        try progress.clear()
        try progress.say("done")
        #expect(console.errors == "connecting\njoined\ndone\n")
    }

    @Test func `it fits the terminal by columns, and what others have written is harmless`() {
        let console = TestConsole(isTerminal: true)
        ProgressLine(console.console).show(
            "connecting again", "\u{1b}]0;title\u{7}" + String(repeating: "界", count: 100))
        let line = console.errors.dropFirst("\r\u{1b}[K".count)
        #expect(TextWidth.of(line) <= 79 && TextWidth.of(line) > 76)
        #expect(!line.unicodeScalars.contains { $0.value < 32 || $0.value == 127 })
    }
}
