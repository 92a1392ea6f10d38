// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOPosix
import ProgramKit

/// `data-end`: one end of data channels, played by the library for the browser tests. Each message that comes goes back on
/// its channel.
///
/// A line of JSON on standard input is a ``Command``; each line of JSON on standard output is a ``Note``. It ends with
/// its input.
@main
struct DataEnd {
    static func main() async throws {
        let end = try EchoEnd(loop: MultiThreadedEventLoopGroup.singleton.next())
        for await command in StandardInput.commands(Command.self) { try await end.follow(command) }
    }
}
