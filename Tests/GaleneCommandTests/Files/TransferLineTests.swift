// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Testing

@testable import galene

@Suite("Files on their way, as they are shown")
struct TransferLineTests {
    /// 10 MB, a MB a second since 100 s.
    private static func moving(_ bytes: Int64, name: String = "holiday.jpg") -> Transfer {
        var transfer = Transfer(isUp: true, user: "alice", userID: "1", name: name, size: 10_000_000)
        transfer.enter(.offered, at: .seconds(90))
        transfer.enter(.connecting, at: .seconds(95))
        transfer.enter(.moving, at: .seconds(100))
        for step in 0..<(bytes / 100_000) {
            transfer.move(to: (step + 1) * 100_000, at: .milliseconds(100_100 + step * 100))
        }
        return transfer
    }

    private func line(_ transfer: Transfer, columns: Int = 79, now: Duration) -> String {
        let names = TransferLine.nameColumns([transfer], columns: columns)
        return TransferLine.text(transfer, names: names, columns: columns, now: now)
    }

    @Test func `a bar has percent, size, rate and the time that is left`() {
        let line = line(Self.moving(4_000_000), now: .seconds(104))
        #expect(line == "holiday.jpg  [#########--------------]   40 % of  10 MB   1.0 MB/s    0:06 left")
    }

    @Test func `too early to say is not said`() {
        let line = line(Self.moving(300_000), now: .milliseconds(100_300))
        #expect(line.hasSuffix("3 % of  10 MB") && !line.contains("left"))
    }

    @Test func `what stands still says so`() {
        let line = line(Self.moving(4_000_000), now: .seconds(110))
        #expect(line.contains("nothing moves") && line.contains("40 %"))
    }

    @Test(arguments: Array(1...200)) func `no line is wider than the terminal`(columns: Int) {
        for name in ["a", "holiday.jpg", String(repeating: "日本", count: 50), "\u{1b}[2J\u{202e}"] {
            var transfer = Self.moving(4_000_000, name: name)
            #expect(TextWidth.of(line(transfer, columns: columns, now: .seconds(104))) <= columns)
            transfer.enter(.cancelled("the other side has gone away"), at: .seconds(104))
            let over = line(transfer, columns: columns, now: .seconds(104))
            #expect(TextWidth.of(over) <= columns && TerminalText.printable(over) == over)
        }
    }

    @Test func `each end has its words`() {
        let ends: [(Transfer.Phase, String)] = [
            (.done(path: nil), "sent to alice: 10 MB in 0:04 (2.5 MB/s)"), (.refused(nil), "refused by alice"),
            (.refused("no\u{1b}"), "refused by alice: no␛"),
            (.cancelled("No space left on device"), "broken off: No space left on device"),
            (.interrupted, "interrupted"),
        ]
        for (phase, words) in ends {
            var transfer = Self.moving(4_000_000)
            transfer.enter(phase, at: .seconds(104))
            #expect(TransferLine.words(transfer) == words)
            // Nothing comes after the end.
            transfer.enter(.moving, at: .seconds(105))
            #expect(transfer.phase == phase)
        }
    }

    @Test func `a file of nothing is whole, and no division`() {
        var empty = Transfer(isUp: false, user: "", userID: "0123", name: "empty", size: 0)
        empty.enter(.moving, at: .zero)
        #expect(line(empty, now: .seconds(1)).contains("100 %"))
        empty.enter(.done(path: "./empty"), at: .zero)
        #expect(TransferLine.words(empty) == "stored as ./empty, from 0123: 0 B in 0:00")
    }

    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1949, "1.9 kB"), (9949, "9.9 kB"), (9951, "10 kB"),
            (999_499, "999 kB"), (999_500, "1.0 MB"), (20_000_000, "20 MB"), (Int64.max, "9.2 EB"), (-1, "0 B"),
        ] as [(Int64, String)])
    func `bytes are for people`(bytes: Int64, text: String) { #expect(ByteCount.text(bytes) == text) }

    @Test(
        arguments: [
            ("500", 500), ("20k", 20_000), ("20 MB", 20_000_000), ("1.5G", 1_500_000_000), ("64MiB", 64 << 20),
            ("0", 0),
            ("1Ki", 1024), ("", nil), ("k", nil), ("-1", nil), ("1e300T", nil), ("nan", nil), ("5x", nil), ("5i", nil),
        ] as [(String, Int64?)])
    func `and written by them`(text: String, bytes: Int64?) { #expect(ByteCount.parse(text) == bytes) }

    @Test(arguments: [
        (0, "0:00"), (59.9, "0:59"), (754, "12:34"), (3723, "1:02:03"), (-1, "0:00"), (360_000, "100:00:00"),
    ])
    func `times too`(seconds: Double, text: String) { #expect(ElapsedTime.text(.seconds(seconds)) == text) }
}

@Suite("The rate of a file")
struct TransferRateTests {
    @Test func `is that of the last five seconds`() throws {
        var rate = TransferRate()
        rate.add(0, at: .zero)
        #expect(rate.bytesPerSecond(at: .milliseconds(100)) == nil)
        for second in 1...20 { rate.add(Int64(second) * 1000, at: .seconds(second)) }
        #expect(rate.bytesPerSecond(at: .seconds(20)) == 1000)
        // Ten times as fast from now on: half of the window later, the mean of both.
        for step in 1...25 { rate.add(20_000 + Int64(step) * 1000, at: .milliseconds(20_000 + step * 100)) }
        let mean = try #require(rate.bytesPerSecond(at: .milliseconds(22_500)))
        #expect(abs(mean - 5500) < 1)
        // And nothing any more.
        #expect(rate.bytesPerSecond(at: .seconds(40)) == 0)
    }

    @Test func `costs no more memory the longer it takes`() throws {
        var rate = TransferRate()
        for step in 0..<100_000 { rate.add(Int64(step), at: .milliseconds(step)) }
        let speed = try #require(rate.bytesPerSecond(at: .milliseconds(99_999)))
        #expect(abs(speed - 1000) < 20 && rate.sampleCount <= 110)
    }
}
