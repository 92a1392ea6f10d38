// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What is said of a file on its way: one line of a terminal.
enum TransferLine {
    /// A bar while it moves, words otherwise; never wider than the columns.
    ///
    /// - Parameter names: the room for the name, so that bars stand below each other.
    static func text(_ transfer: Transfer, names: Int, columns: Int, now: Duration) -> String {
        let name = TerminalText.padded(transfer.shownName, columns: names)
        guard transfer.phase == .moving else {
            return TerminalText.fitted("\(name)  \(words(transfer))", columns: columns)
        }
        let facts = facts(transfer, now)
        let left = columns - names - facts.count - 6
        guard left >= 5 else { return TerminalText.fitted("\(name)  \(facts)", columns: columns) }
        return "\(name)  \(bar(transfer, columns: min(left, 40)))  \(facts)"
    }

    /// As long as the longest needs, up to a quarter of the line.
    static func nameColumns(_ transfers: [Transfer], columns: Int) -> Int {
        min(max(8, columns / 4), transfers.map { TextWidth.of($0.shownName) }.max() ?? 0)
    }

    /// What has become of it, or is going to.
    static func words(_ transfer: Transfer) -> String {
        let size = ByteCount.text(transfer.size)
        switch transfer.phase {
        case .queued: return "\(size), waits for its turn"
        case .offered:
            return transfer.isUp
                ? "\(size), offered to \(transfer.shownUser)" : "\(size), offered by \(transfer.shownUser)"
        case .connecting: return "\(size), looks for a way \(transfer.isUp ? "to" : "from") \(transfer.shownUser)"
        case .moving: return "\(size), on its way \(transfer.isUp ? "to" : "from") \(transfer.shownUser)"
        case .done(let path):
            let time = transfer.began.flatMap { began in transfer.ended.map { $0 - began } }
            let rate = time.map { " in \(ElapsedTime.text($0))" + Self.rate(transfer.size, $0) } ?? ""
            let whole = size + rate
            guard let path else { return "sent to \(transfer.shownUser): \(whole)" }
            return "stored as \(TerminalText.printable(path)), from \(transfer.shownUser): \(whole)"
        case .refused(let reason):
            return "refused" + (transfer.isUp ? " by \(transfer.shownUser)" : "") + because(reason)
        case .cancelled(let reason): return "broken off" + because(reason)
        case .interrupted: return "interrupted"
        }
    }

    private static func because(_ reason: String?) -> String {
        guard let reason, !reason.isEmpty else { return "" }
        return ": \(TerminalText.printable(reason))"
    }

    private static func rate(_ bytes: Int64, _ time: Duration) -> String {
        time >= .milliseconds(100) ? " (\(ByteCount.text(Int64(Double(bytes) / (time / .seconds(1)))))/s)" : ""
    }

    static func percent(_ transfer: Transfer) -> Int {
        guard transfer.size > 0 else { return 100 }
        // Not whole before it is.
        return min(100, Int(Double(max(0, transfer.bytes)) / Double(transfer.size) * 100))
    }

    private static func bar(_ transfer: Transfer, columns: Int) -> String {
        let full = transfer.size > 0 ? Double(max(0, transfer.bytes)) / Double(transfer.size) : 1
        let filled = min(columns, Int(full * Double(columns)))
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: columns - filled) + "]"
    }

    /// Of constant width, so that nothing jumps.
    private static func facts(_ transfer: Transfer, _ now: Duration) -> String {
        let percent = right("\(percent(transfer)) %", 5)
        let bytes = "of \(right(ByteCount.text(transfer.size), 6))"
        guard let rate = transfer.rate.bytesPerSecond(at: now) else { return "\(percent) \(bytes)" }
        guard rate >= 1 else { return "\(percent) \(bytes)  \(right("nothing moves", 22))" }
        let left = Double(max(0, transfer.size - transfer.bytes)) / rate
        let remaining = left < 360_000 ? "\(ElapsedTime.text(.seconds(left.rounded(.up)))) left" : "days left"
        return "\(percent) \(bytes)  \(right(ByteCount.text(Int64(rate)) + "/s", 9)) \(right(remaining, 12))"
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// docs/galene/send-file.md says what each member means.
    static func json(_ transfer: Transfer, now: Duration) -> [String: JSONValue] {
        var object: [String: JSONValue] = [
            "file": .string(transfer.id), "name": .string(transfer.name), "size": .integer(transfer.size),
            "user": .string(transfer.userID), "username": .string(transfer.user), "bytes": .integer(transfer.bytes),
        ]
        var (event, reason) = ("", String?.none)
        switch transfer.phase {
        case .queued: event = "queued"
        case .offered: event = "offered"
        case .connecting: event = "connecting"
        case .moving: event = "moving"
        case .done(let path):
            event = "done"
            if let path { object["path"] = .string(path) }
        case .refused(let words): (event, reason) = ("refused", words)
        case .cancelled(let words): (event, reason) = ("cancelled", words)
        case .interrupted: event = "interrupted"
        }
        object["event"] = .string(event)
        if let reason { object["reason"] = .string(reason) }
        if let rate = transfer.rate.bytesPerSecond(at: now) { object["bytesPerSecond"] = .integer(Int64(rate)) }
        return object
    }
}
