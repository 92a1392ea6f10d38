// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import Glibc

/// A file descriptor that is closed when its owner ends.
struct Descriptor: ~Copyable, Sendable {
    let number: CInt

    /// - Parameter number: the result of `call`, which -1 says to have failed.
    init(_ number: CInt, from call: String) throws(SocketError) {
        guard number >= 0 else { throw .last(call) }
        self.number = number
    }

    deinit { close(number) }
}
