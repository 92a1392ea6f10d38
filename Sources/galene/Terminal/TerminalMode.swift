// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import Synchronization

/// A terminal whose every key comes here, and whose contents are put aside: raw mode and the alternate screen. Whatever way
/// the program ends, the terminal is again as it was.
final class TerminalMode: Sendable {
    /// The one that has to be restored when the process ends. There is one terminal.
    private static let active = Mutex<TerminalMode?>(nil)
    private static let restoreAtExit: Void = {
        atexit { TerminalMode.active.withLock { $0 }?.leave() }
    }()

    private let input: CInt
    private let output: CInt
    private let before = Mutex<termios?>(nil)

    /// The alternate screen, bracketed paste; and the question whether output can appear in one piece.
    private static let enterSequence = "\u{1b}[?1049h\u{1b}[?2004h\u{1b}[?2026$p"
    /// Also the end of a frame that was being written, colours, and the cursor.
    private static let leaveSequence = "\u{1b}[?2026l\u{1b}[?2004l\u{1b}[0m\u{1b}[?25h\u{1b}[?1049l"

    init(input: CInt = STDIN_FILENO, output: CInt = STDOUT_FILENO) {
        self.input = input
        self.output = output
    }

    /// - Throws: ``TerminalError`` where there is no terminal.
    func enter() throws(TerminalError) {
        var attributes = termios()
        guard tcgetattr(input, &attributes) == 0 else { throw TerminalError() }
        let old = attributes
        cfmakeraw(&attributes)
        guard tcsetattr(input, TCSADRAIN, &attributes) == 0 else { throw TerminalError() }
        before.withLock { $0 = old }
        Self.active.withLock { $0 = self }
        Self.restoreAtExit
        write(Array(Self.enterSequence.utf8))
    }

    /// Does nothing if there is nothing to restore.
    func leave() {
        let old = before.withLock { before in
            defer { before = nil }
            return before
        }
        guard var old else { return }
        write(Array(Self.leaveSequence.utf8))
        // What was typed in advance was not meant for a shell.
        tcsetattr(input, TCSAFLUSH, &old)
        Self.active.withLock { $0 = nil }
    }

    /// Stops the process and those that were started with it, as Ctrl-Z does elsewhere, and returns when it goes on; the screen
    /// has to be drawn anew then. Where nobody could make it go on, as without a shell, the system does not stop it.
    func suspend() throws(TerminalError) {
        leave()
        Self.stop()
        try enter()
    }

    /// With SIGTSTP as a program has it that knows nothing of it: for a group without job control, an orphaned one, that does
    /// nothing (POSIX.1-2017, 2.4.3), which SIGSTOP would.
    private static func stop() {
        var (handled, plain) = (sigaction(), sigaction())
        plain.__sigaction_handler.sa_handler = SIG_DFL
        var (signals, mask) = (sigset_t(), sigset_t())
        sigemptyset(&signals)
        sigaddset(&signals, SIGTSTP)
        pthread_sigmask(SIG_BLOCK, &signals, &mask)
        sigaction(SIGTSTP, &plain, &handled)
        kill(0, SIGTSTP)
        // Here it stops, and goes on again.
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        // Another thread may have been given the signal: it stops this one in a moment.
        poll(nil, 0, 20)
        sigaction(SIGTSTP, &handled, nil)
        pthread_sigmask(SIG_SETMASK, &mask, nil)
    }

    /// In cells. 80 by 24 where the terminal does not know.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Waits while the terminal takes nothing; gives up when it is gone.
    func write(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let result = bytes.withUnsafeBytes { Foundation.write(output, $0.baseAddress! + done, bytes.count - done) }
            if result < 0, errno == EINTR { continue }
            if result < 0, errno == EAGAIN {
                var descriptor = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
                poll(&descriptor, 1, 100)
                continue
            }
            guard result > 0 else { return }
            done += result
        }
    }
}

/// There is no terminal.
struct TerminalError: Error {}
