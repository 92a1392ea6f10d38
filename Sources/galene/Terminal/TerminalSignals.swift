// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import Foundation

/// What the system tells a program that fills a terminal: another size (SIGWINCH), stop (SIGTSTP), go on (SIGCONT).
final class TerminalSignals {
    enum Event: Sendable {
        case resized, stopped, continued
    }

    private let sources: [any DispatchSourceSignal]

    init(_ handle: @escaping @Sendable (Event) -> Void) {
        let events: [(Int32, Event)] = [(SIGWINCH, .resized), (SIGTSTP, .stopped), (SIGCONT, .continued)]
        sources = events.map { number, event in
            // What is ignored does not act by itself, and is told all the same.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { handle(event) }
            source.resume()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }
}
