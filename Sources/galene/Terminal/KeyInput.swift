// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import Foundation
import Synchronization

/// The keys of a terminal, read when they are asked for, on a thread that may wait.
final class KeyInput: Sendable {
    private let descriptor: CInt
    private let queue = DispatchQueue(label: "galene.keys")
    private let parser = Mutex(KeyParser())
    private let isStopped = Mutex(false)

    /// So long a lone ESC waits for what would make a sequence of it, in milliseconds. Over slow networks they come together.
    private static let escapeDelay: CInt = 50
    /// So often it is looked whether anybody still wants keys.
    private static let patience: CInt = 250

    init(descriptor: CInt = STDIN_FILENO) { self.descriptor = descriptor }

    /// No more keys are wanted.
    func stop() { isStopped.withLock { $0 = true } }

    /// - Returns: `nil` when the terminal is gone, or no keys are wanted any more.
    func next() async -> [Key]? {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.read()) }
        }
    }

    private func read() -> [Key]? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !isStopped.withLock(\.self) {
            let isWaiting = parser.withLock { $0.isWaiting }
            var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&ready, 1, isWaiting ? Self.escapeDelay : Self.patience)
            if count < 0, errno != EINTR { return nil }
            guard count > 0 else {
                let keys = isWaiting ? parser.withLock { $0.flush() } : []
                if !keys.isEmpty { return keys }
                continue
            }
            let length = Foundation.read(descriptor, &buffer, buffer.count)
            if length < 0, errno == EINTR || errno == EAGAIN { continue }
            guard length > 0 else { return nil }
            let keys = parser.withLock { $0.parse(buffer[..<length]) }
            if !keys.isEmpty { return keys }
        }
        return nil
    }
}
