// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Glibc
import Testing

/// A network of a test's own, which nothing outside sees and which ends with the thread that made it.
enum NetworkNamespace {
    struct SetupError: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs `body` on a thread in a new namespace, after the commands, of which each is an argument list of `ip` or `tc`.
    static func run(_ commands: [String], _ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let work = Work {
                continuation.resume(
                    with: Result {
                        try enter()
                        for command in commands { try execute(command) }
                        try body()
                    })
            }
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { context in
                    if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                    return nil
                }, Unmanaged.passRetained(work).toOpaque())
            precondition(code == 0, "a test needs a thread")
            pthread_detach(thread)
        }
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static func enter() throws {
        typealias Unshare = @convention(c) (CInt) -> CInt
        let newNetwork: CInt = 0x4000_0000
        // Glibc's module does not show unshare(2).
        guard let symbol = dlsym(nil, "unshare"), unsafeBitCast(symbol, to: Unshare.self)(newNetwork) == 0 else {
            throw SetupError(description: "this test needs the right to make a network namespace: run it as root")
        }
    }

    private static func execute(_ command: String) throws {
        let words = command.split(separator: " ").map(String.init)
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawnp(&process, words[0], nil, nil, &arguments, environ) == 0 else {
            throw SetupError(description: "this test needs the command \(words[0]) (Debian: iproute2)")
        }
        var status: CInt = 0
        waitpid(process, &status, 0)
        guard status == 0 else { throw SetupError(description: "failed in the namespace: \(command)") }
    }
}
