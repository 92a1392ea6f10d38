// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import NIOPosix

/// `data-channel-end send BYTES | receive BYTES`: one end of a connection that moves so many bytes through one data channel,
/// for `Benchmarks/data-channels`.
///
/// What it has to say to the other end it writes to standard output, line by line, and what that has to say comes on standard
/// input. Its last line says what the transfer took.
@main
struct DataChannelEnd {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let bytes = Int(arguments[2]), bytes > 0,
            let role = End.Role(rawValue: arguments[1])
        else {
            FileHandle.standardError.write(Data("usage: data-channel-end send|receive BYTES\n".utf8))
            exit(2)
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let end = try End(role, bytes: bytes, loop: group.next())
        Thread.detachNewThread {
            while let line = readLine() { end.take(line) }
            // Whoever started us is gone.
            exit(1)
        }
        try await end.run()
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}
