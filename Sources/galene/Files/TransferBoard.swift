// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Synchronization

/// Shows files on their way: on a terminal as bars, which are drawn anew, elsewhere a line for each state; as JSON, each
/// event a line of the results.
final class TransferBoard: Sendable {
    private struct State {
        /// Those that are not over.
        var transfers: [Int: Transfer] = [:]
        var next = 0
        var totals = TransferTotals()
        /// Lines that are drawn anew, by their columns.
        var drawn: [Int] = []
        var isPaused = false
        /// What is to be said after the pause.
        var unsaid: [String] = []
    }

    private let state = Mutex(State())
    private let console: Console
    private let isUp: Bool
    private let isJSON: Bool
    private let clock: @Sendable () -> Duration
    private var drawsBars: Bool { console.errors.isTerminal && !isJSON }

    /// How often bars are drawn: more would only flicker.
    private static let interval = Duration.milliseconds(100)
    /// How often a program is told of bytes.
    private static let tellInterval = Duration.seconds(1)
    /// Bars at a time; of the others the number is told.
    private static let maximumBars = 12
    /// What may wait for an answer; others may make offers that are refused all the time.
    private static let maximumUnsaid = 100

    /// - Parameter clock: the time since any moment.
    init(
        _ console: Console, isUp: Bool, json: Bool,
        clock: @escaping @Sendable () -> Duration = TransferBoard.monotonic()
    ) {
        self.console = console
        self.isUp = isUp
        isJSON = json
        self.clock = clock
    }

    static func monotonic() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }

    var totals: TransferTotals { state.withLock(\.totals) }

    // MARK: What happens

    func add(_ transfer: Transfer) -> Int {
        state.withLock { state in
            state.next += 1
            state.transfers[state.next] = transfer
            return state.next
        }
    }

    func identify(_ index: Int, as id: String) { state.withLock { $0.transfers[index]?.id = id } }

    func enter(_ phase: Transfer.Phase, _ index: Int) throws(CommandError) {
        let now = clock()
        let transfer = state.withLock { state -> Transfer? in
            guard let before = state.transfers[index]?.phase, before != phase else { return nil }
            state.transfers[index]?.enter(phase, at: now)
            guard phase.isOver else { return state.transfers[index] }
            let transfer = state.transfers.removeValue(forKey: index)
            if let transfer { state.totals.add(transfer) }
            return transfer
        }
        guard let transfer else { return }
        try tell(transfer, now)
    }

    /// What was refused here, and is no transfer.
    func decline(_ transfer: Transfer, _ reason: String) throws(CommandError) {
        var transfer = transfer
        transfer.enter(.refused(reason), at: clock())
        try tell(transfer, clock())
    }

    private func tell(_ transfer: Transfer, _ now: Duration) throws(CommandError) {
        if isJSON {
            try console.output.line(json: TransferLine.json(transfer, now: now))
        } else if transfer.phase.isOver {
            let words = TransferLine.words(transfer)
            let style = console.errors.style
            var isDone = false
            if case .done = transfer.phase { isDone = true }
            try say("\(transfer.shownName): \(isDone ? style.green(words) : style.red(words))")
        } else if drawsBars {
            try draw()
        } else {
            try console.errors.line("\(transfer.shownName): \(TransferLine.words(transfer))")
        }
    }

    func move(_ index: Int, to bytes: Int64) throws(CommandError) {
        let now = clock()
        let transfer = state.withLock { state -> Transfer? in
            state.transfers[index]?.move(to: bytes, at: now)
            guard isJSON, let transfer = state.transfers[index],
                now - (transfer.told ?? transfer.began ?? now) >= Self.tellInterval
            else { return nil }
            state.transfers[index]?.told = now
            return transfer
        }
        guard let transfer else { return }
        var object = TransferLine.json(transfer, now: now)
        object["event"] = "progress"
        try console.output.line(json: object)
    }

    /// The end of all.
    func summarise() throws(CommandError) {
        let totals = totals
        guard totals.count > 0 else { return }
        if isJSON {
            try console.output.line(json: [
                "event": "summary", "files": .integer(Int64(totals.done)), "failed": .integer(Int64(totals.failed)),
                "bytes": .integer(totals.bytes), "seconds": .number(totals.time / .seconds(1)),
            ])
        } else if totals.count > 1 {
            try say(totals.summary(isUp: isUp))
        }
    }

    // MARK: Drawing

    /// Draws until it is cancelled.
    func run() async {
        guard drawsBars else { return }
        while !Task.isCancelled {
            try? draw()
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Says something above the bars.
    func say(_ line: String) throws(CommandError) {
        guard !isJSON else { return }
        guard drawsBars else { return try console.errors.line(line) }
        let (now, size) = (clock(), size)
        try draw { state in
            guard !state.isPaused else {
                if state.unsaid.count < Self.maximumUnsaid { state.unsaid.append(line) }
                return ""
            }
            let erased = Self.erasing(&state, size)
            return erased + line + "\n" + Self.bars(&state, size, now)
        }
    }

    /// While somebody is asked, nothing moves.
    func pause(_ isPaused: Bool) throws(CommandError) {
        guard drawsBars else { return }
        let size = size
        try draw { state in
            state.isPaused = isPaused
            guard !isPaused else { return Self.erasing(&state, size) }
            defer { state.unsaid = [] }
            return state.unsaid.map { $0 + "\n" }.joined()
        }
        if !isPaused { try draw() }
    }

    private func draw() throws(CommandError) {
        let (now, size) = (clock(), size)
        try draw { state in
            let erased = Self.erasing(&state, size)
            return erased + Self.bars(&state, size, now)
        }
    }

    private typealias Size = (columns: Int, rows: Int)
    /// Looked at each time: a window may become another one.
    private var size: Size { (console.columns(), console.rows()) }

    /// Each text goes up from where the one before has ended, so that they have to be written in the order in which they are
    /// made: with the lock held.
    private func draw(_ make: (inout State) -> String) throws(CommandError) {
        try state.withLock { state throws(CommandError) in
            let text = make(&state)
            if !text.isEmpty { try console.errors.raw(text) }
        }
    }

    private static func bars(_ state: inout State, _ size: Size, _ now: Duration) -> String {
        guard !state.isPaused else { return "" }
        let transfers = state.transfers.sorted { $0.key < $1.key }.map(\.value)
        let begun = transfers.filter { $0.phase != .queued }
        let queued = transfers.count - begun.count
        // A line for what has scrolled up, and one for the cursor: what is out of sight cannot be drawn anew.
        let room = max(0, size.rows - 2)
        var shown = min(begun.count, maximumBars)
        if shown + (begun.count > shown ? 1 : 0) + (queued > 0 ? 1 : 0) > room {
            shown = max(0, room - 1 - (queued > 0 ? 1 : 0))
        }
        let names = TransferLine.nameColumns(begun, columns: size.columns)
        var lines = begun.prefix(shown).map {
            // The last column stays empty: some terminals begin another line behind it.
            TransferLine.text($0, names: names, columns: size.columns - 1, now: now)
        }
        if begun.count > shown { lines.append("and \(begun.count - shown) more") }
        if queued > 0 { lines.append("\(queued) more \(queued == 1 ? "waits" : "wait")") }
        lines = lines.prefix(room).map { TerminalText.fitted($0, columns: max(0, size.columns - 1)) }
        state.drawn = lines.map { TextWidth.of($0) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Up to the first bar, and nothing below (ECMA-48 8.3.22 and 8.3.39). In a window that has become narrower a bar has
    /// become several lines.
    private static func erasing(_ state: inout State, _ size: Size) -> String {
        defer { state.drawn = [] }
        let columns = max(1, size.columns)
        let lines = state.drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
        return lines == 0 ? "" : "\u{1b}[\(lines)A\r\u{1b}[J"
    }
}
