// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneProtocol
import Synchronization

/// Where a command writes: whole lines, at once. Standard output is for results, standard error for how it goes.
final class LineWriter: Sendable {
    /// Whether somebody looks at it.
    let isTerminal: Bool
    let style: TextStyle
    private let write: @Sendable ([UInt8]) throws(CommandError) -> Void
    private let turn = Mutex(())

    /// - Parameter write: all the bytes, or an error.
    init(
        isTerminal: Bool, style: TextStyle = .plain, write: @escaping @Sendable ([UInt8]) throws(CommandError) -> Void
    ) {
        self.isTerminal = isTerminal
        self.style = style
        self.write = write
    }

    convenience init(descriptor: Int32) {
        let isTerminal = isatty(descriptor) == 1
        self.init(
            isTerminal: isTerminal,
            style: .of(isTerminal: isTerminal, environment: ProcessInfo.processInfo.environment)
        ) { bytes throws(CommandError) in try Self.write(bytes, to: descriptor) }
    }

    static let standardOutput = LineWriter(descriptor: STDOUT_FILENO)
    static let standardError = LineWriter(descriptor: STDERR_FILENO)

    /// A line, or several; nothing of others may be in it that is not printable.
    ///
    /// - Throws: ``CommandError`` of kind ``CommandError/Kind/outputClosed`` when nobody reads any more.
    func line(_ text: String) throws(CommandError) { try raw(text + "\n") }

    /// An object a line, keys sorted.
    func line(json object: [String: JSONValue]) throws(CommandError) {
        try line(TerminalText.printable(json: JSONValue.object(object).encoded()))
    }

    /// As it is.
    func raw(_ text: String) throws(CommandError) {
        let result = turn.withLock { _ in
            Result { () throws(CommandError) in try write(Array(text.utf8)) }
        }
        try result.get()
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(CommandError) {
        var done = 0
        while done < bytes.count {
            let result = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress! + done, bytes.count - done)
            }
            if result >= 0 {
                done += result
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            case EPIPE: throw CommandError(.outputClosed, "nobody reads the output")
            default:
                throw CommandError(.failed, "the output cannot be written: \(String(cString: strerror(errno)))")
            }
        }
    }
}
