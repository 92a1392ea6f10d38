// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import GaleneClient
import GaleneMedia
import GaleneProtocol
import RTCBase
import RTCTestKit
import Synchronization
import Testing

@testable import galene

struct RecordCommandTests {
    @Test func `everything of everybody is recorded here unless told otherwise`() throws {
        let command = try #require(
            try GaleneCommand.parseAsRoot(["record", "http://127.0.0.1:8443/group/demo/"]) as? RecordCommand)
        #expect(
            command.directory == "." && command.label == nil && command.from.isEmpty && command.duration.seconds == nil)
        #expect(!command.leavesOutChat && !command.low && !command.endsWithConnection && !command.output.json)
    }

    @Test(arguments: [["--for", "-1"], ["--for", "soon"], ["--directory", ""]])
    func `options that make no sense are refused`(options: [String]) {
        #expect(throws: (any Error).self) {
            try GaleneCommand.parseAsRoot(["record", "http://127.0.0.1:8443/group/demo/"] + options)
        }
    }

    @Test func `one line tells how it goes`() {
        var progress = MeetingRecorder.Progress()
        #expect(RecordBoard.line(progress) == "0 streams  0:00  0 B")
        progress.streams = 1
        progress.duration = .seconds(3723)
        progress.total.size = 12_345_678
        progress.total.lostPackets = 1
        progress.total.overflows = 1
        #expect(RecordBoard.line(progress) == "1 stream  1:02:03  12 MB  1 packet lost  the disk was too slow")
    }

    @Test(.attack(28)) func `names of others do nothing to the terminal`() throws {
        let told = Mutex("")
        let writer = LineWriter(isTerminal: true) { bytes throws(CommandError) in
            told.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        let console = Console(
            output: writer, errors: writer, columns: { 80 }, input: { AsyncStream { $0.finish() } }, canAsk: false,
            environment: [:])
        let board = RecordBoard(console, json: false)
        let file = RecordedFile(path: "x/2026-11-22T14-00-00-A\u{1b}[2J.webm", start: .zero)
        board.tell(.began(file, username: "\u{1b}[31mAnn\u{202e}", label: "came\u{7}ra"))
        board.tell(.ended(file))
        let text = told.withLock { $0 }
        #expect(!text.contains("\u{1b}") && !text.contains("\u{202e}") && !text.contains("\u{7}"))
        #expect(text.contains("Ann") && text.contains("camera") == false && text.hasSuffix("(0:00, 0 B)\n"))
    }

    @Test func `what becomes of files is told on standard output though standard error is closed`() throws {
        let console = TestConsole()
        var closed = console.console
        closed.errors = LineWriter(isTerminal: true) { _ throws(CommandError) in throw CommandError(.failed, "closed") }
        let file = RecordedFile(path: "x/a.webm", start: .zero)
        let board = RecordBoard(closed, json: true)
        board.begin(in: "x")
        board.show(MeetingRecorder.Progress())
        board.tell(.began(file, username: "Ann", label: "camera"))
        board.tell(.ended(file))
        board.end(MeetingRecorder.Progress())
        #expect(try console.objects.map { $0["event"] } == ["begin", "end"])
        RecordBoard(closed, json: false).tell(.ended(file))
        #expect(console.lines.last == "x/a.webm")
    }
}
