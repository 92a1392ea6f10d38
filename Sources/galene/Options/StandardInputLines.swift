// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// Standard input by lines. Reading blocks: it has a thread of its own, which the end of the process ends.
enum StandardInputLines {
    /// In bytes. Nobody types or says more; what follows is not read.
    static let maximumLength = 1 << 20

    static let stream = AsyncStream<String> { continuation in
        Thread.detachNewThread {
            read(STDIN_FILENO) { continuation.yield($0) }
            continuation.finish()
        }
    }

    /// The last line needs no line break; what is longer than the maximum ends within a line.
    static func read(_ descriptor: Int32, _ take: (String) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var line: [UInt8] = []
        var total = 0
        while total <= maximumLength {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            total += count
            for byte in buffer[..<count] {
                if byte == UInt8(ascii: "\n") {
                    take(String(decoding: line, as: UTF8.self))
                    line = []
                } else {
                    line.append(byte)
                }
            }
        }
        if !line.isEmpty { take(String(decoding: line, as: UTF8.self)) }
    }
}
