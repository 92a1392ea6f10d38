// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneProtocol
import Synchronization
import Testing

@testable import galene

@Suite("The board of files on their way")
struct TransferBoardTests {
    private func transfer(_ name: String, _ size: Int64 = 1000) -> Transfer {
        Transfer(isUp: true, user: "alice", userID: "1", name: name, size: size)
    }

    /// What is on the screen after everything that was written: our own sequences go up and clear what is below.
    private func screen(_ text: String) -> [String] {
        var lines: [String] = [""]
        var rest = text[...]
        while let character = rest.popFirst() {
            if character == "\u{1b}", let match = rest.prefixMatch(of: /\[([0-9]*)([AJ])/) {
                rest = rest[match.range.upperBound...]
                if match.2 == "A" { lines.removeLast(min(lines.count - 1, Int(match.1) ?? 1)) }
                if match.2 == "J" { lines[lines.count - 1] = "" }
            } else if character == "\n" {
                lines.append("")
            } else if character != "\r" {
                lines[lines.count - 1].append(character)
            }
        }
        return lines
    }

    @Test func `bars stand below what is said, and are gone at the end`() throws {
        let console = TestConsole(isTerminal: true)
        let now = Mutex(Duration.zero)
        let board = TransferBoard(console.console, isUp: true, json: false) { now.withLock(\.self) }
        let (a, b, c) = (board.add(transfer("a")), board.add(transfer("b")), board.add(transfer("c")))
        try board.enter(.moving, a)
        try board.enter(.offered, b)
        try board.say("something")
        #expect(screen(console.errors).count == 5)
        #expect(screen(console.errors)[0] == "something" && screen(console.errors)[1].hasPrefix("a  [---"))
        #expect(
            screen(console.errors)[2] == "b  1.0 kB, offered to alice" && screen(console.errors)[3] == "1 more waits")
        now.withLock { $0 = .seconds(1) }
        try board.move(a, to: 1000)
        try board.enter(.done(path: nil), a)
        try board.enter(.refused("no"), b)
        try board.enter(.interrupted, c)
        try board.summarise()
        #expect(
            screen(console.errors) == [
                "something", "a: sent to alice: 1.0 kB in 0:01 (1.0 kB/s)", "b: refused by alice: no", "c: interrupted",
                "1 file sent, 2 not: 1.0 kB in 0:01", "",
            ])
        #expect(console.output.isEmpty)
    }

    @Test func `more bars than there is room for are a number`() throws {
        let console = TestConsole(isTerminal: true)
        let board = TransferBoard(console.console, isUp: true, json: false) { .zero }
        for number in 0..<20 { try board.enter(.offered, board.add(transfer("file \(number)"))) }
        #expect(screen(console.errors).count == 14 && screen(console.errors)[12] == "and 8 more")
    }

    @Test(arguments: [(24, 13), (14, 12), (10, 8), (4, 2), (3, 1), (1, 0)])
    func `no more is drawn than the window has room for`(rows: Int, lines: Int) throws {
        let console = TestConsole(isTerminal: true)
        var small = console.console
        small.rows = { rows }
        let board = TransferBoard(small, isUp: true, json: false) { .zero }
        for number in 0..<20 { try board.enter(.offered, board.add(transfer("file \(number)"))) }
        let shown = screen(console.errors)
        #expect(shown.count == lines + 1)
        if lines > 1 { #expect(shown[lines - 1] == "and \(20 - lines + 1) more") }
        _ = board.add(transfer("another"))
        try board.say("something")
        #expect(screen(console.errors).count == min(lines + 1, max(0, rows - 2)) + 2)
        #expect(screen(console.errors).first == "something")
    }

    @Test func `bars that a narrower window has wrapped are erased too`() throws {
        let console = TestConsole(isTerminal: true)
        let columns = Mutex(80)
        var other = console.console
        other.columns = { columns.withLock(\.self) }
        let board = TransferBoard(other, isUp: true, json: false) { .zero }
        for name in ["a", String(repeating: "b", count: 100)] { try board.enter(.offered, board.add(transfer(name))) }
        let before = console.errors
        let widths = screen(before).prefix(2).map(\.count)
        #expect(widths.allSatisfy { (41...60).contains($0) })
        columns.withLock { $0 = 20 }
        try board.say("something")
        #expect(console.errors.dropFirst(before.count).hasPrefix("\u{1b}[6A\r\u{1b}[Jsomething\n"))
    }

    @Test func `what several say at a time is all there, and no bar is left`() async throws {
        let written = Mutex("")
        let writer = LineWriter(isTerminal: true) { bytes throws(CommandError) in
            // Others come while this one is on its way.
            sched_yield()
            written.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        var console = TestConsole(isTerminal: true).console
        console.errors = writer
        let board = TransferBoard(console, isUp: true, json: false) { .zero }
        let index = board.add(transfer("bar"))
        try board.enter(.moving, index)
        try await withThrowingDiscardingTaskGroup { tasks in
            for speaker in 0..<4 {
                tasks.addTask { for number in 0..<100 { try board.say("\(speaker) says \(number)") } }
            }
        }
        try board.enter(.done(path: nil), index)
        let lines = screen(written.withLock(\.self))
        #expect(lines.dropLast(2).count == 400 && lines.dropLast(2).allSatisfy { $0.contains(" says ") })
        #expect(lines.suffix(2).first?.hasPrefix("bar: sent to alice") == true)
    }

    @Test func `while somebody is asked nothing is drawn, and not everything is kept`() throws {
        let console = TestConsole(isTerminal: true)
        let board = TransferBoard(console.console, isUp: false, json: false) { .zero }
        let index = board.add(transfer("a"))
        try board.enter(.moving, index)
        try board.pause(true)
        let before = console.errors
        for number in 0..<1000 { try board.decline(transfer("file \(number)"), "too large") }
        try board.move(index, to: 500)
        #expect(console.errors == before)
        try board.pause(false)
        let lines = screen(console.errors)
        #expect(lines.count == 102 && lines[0].hasPrefix("file 0: refused") && lines[100].hasPrefix("a  ["))
        #expect(board.totals.count == 0)
    }

    @Test func `a program is told of bytes once a second`() throws {
        let console = TestConsole()
        let now = Mutex(Duration.zero)
        let board = TransferBoard(console.console, isUp: true, json: true) { now.withLock(\.self) }
        let index = board.add(transfer("a", 100_000))
        try board.enter(.moving, index)
        for step in 1...50 {
            now.withLock { $0 = .milliseconds(step * 100) }
            try board.move(index, to: Int64(step) * 1000)
        }
        let events = try console.objects.map { $0["event"]?.stringValue }
        #expect(events == ["moving", "progress", "progress", "progress", "progress", "progress"])
        #expect(try console.objects.last?["bytesPerSecond"] == 10_000)
        #expect(try console.objects.map { $0["bytes"] } == [0, 10_000, 20_000, 30_000, 40_000, 50_000])
    }
}
