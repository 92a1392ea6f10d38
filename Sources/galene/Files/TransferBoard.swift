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
        /// Lines that are drawn anew.
        var drawn = 0
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
        let columns = console.columns()
        let now = clock()
        try draw { state in
            guard !state.isPaused else {
                if state.unsaid.count < Self.maximumUnsaid { state.unsaid.append(line) }
                return ""
            }
            let erased = Self.erasing(&state)
            return erased + line + "\n" + Self.bars(&state, columns, now)
        }
    }

    /// While somebody is asked, nothing moves.
    func pause(_ isPaused: Bool) throws(CommandError) {
        guard drawsBars else { return }
        try draw { state in
            state.isPaused = isPaused
            guard !isPaused else { return Self.erasing(&state) }
            defer { state.unsaid = [] }
            return state.unsaid.map { $0 + "\n" }.joined()
        }
        if !isPaused { try draw() }
    }

    private func draw() throws(CommandError) {
        let (now, columns) = (clock(), console.columns())
        try draw { state in
            let erased = Self.erasing(&state)
            return erased + Self.bars(&state, columns, now)
        }
    }

    /// Each text goes up from where the one before has ended, so that they have to be written in the order in which they are
    /// made: with the lock held.
    private func draw(_ make: (inout State) -> String) throws(CommandError) {
        try state.withLock { state throws(CommandError) in
            let text = make(&state)
            if !text.isEmpty { try console.errors.raw(text) }
        }
    }

    private static func bars(_ state: inout State, _ columns: Int, _ now: Duration) -> String {
        guard !state.isPaused else { return "" }
        let transfers = state.transfers.sorted { $0.key < $1.key }.map(\.value)
        let begun = transfers.filter { $0.phase != .queued }
        let names = TransferLine.nameColumns(begun, columns: columns)
        var lines = begun.map {
            // The last column stays empty: some terminals begin another line behind it.
            TransferLine.text($0, names: names, columns: columns - 1, now: now)
        }
        let more = lines.count - maximumBars
        if more > 0 { lines = Array(lines.prefix(maximumBars)) + ["and \(more) more"] }
        let queued = transfers.count { $0.phase == .queued }
        if queued > 0 { lines.append("\(queued) more \(queued == 1 ? "waits" : "wait")") }
        state.drawn = lines.count
        return lines.map { $0 + "\n" }.joined()
    }

    /// Up to the first bar, and nothing below (ECMA-48 8.3.22 and 8.3.39).
    private static func erasing(_ state: inout State) -> String {
        defer { state.drawn = 0 }
        return state.drawn == 0 ? "" : "\u{1b}[\(state.drawn)A\r\u{1b}[J"
    }
}
