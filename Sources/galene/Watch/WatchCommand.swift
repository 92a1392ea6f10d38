// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import GaleneProtocol

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Watch a meeting in a window, with its sound.",
        discussion: """
            Everybody who publishes is seen in one window, side by side. It needs a screen (X11 or Wayland) and, for the \
            sound, PulseAudio, PipeWire or ALSA. In a terminal without a screen: galene join.

            A meeting:
              galene watch http://127.0.0.1:8443/group/demo/
            Only what one member shares, without sound, in a large window:
              galene watch https://example.org/group/class/ \\
                --from alice --label screenshare --mute --size 1920x1080

            It ends when the window is closed (Escape or q does it), or with Ctrl-C.
            \(CommandError.exitCodes)
            """)

    @OptionGroup var meeting: MeetingOptions
    @Option(
        help: ArgumentHelp("Only streams of this member, by name or client id; may be repeated.", valueName: "user"))
    var from: [String] = []
    @Option(help: ArgumentHelp("Only streams that are called so, as camera or screenshare.", valueName: "label"))
    var label: String?
    @Flag(help: "Without sound.")
    var mute = false
    @Flag(help: "Small pictures, where they are offered: for a narrow network.")
    var low = false
    @Option(
        help: ArgumentHelp("Of the window, in pixels. [default: 960x540]", valueName: "width x height"),
        transform: WindowSize.init(argument:))
    var size = WindowSize(width: 960, height: 540)
    @OptionGroup var duration: DurationOptions
    @OptionGroup var output: OutputOptions

    /// What is asked for of each label.
    var request: [String: [RequestedTrack]] {
        let tracks = [RequestedTrack.audio, low ? .videoLow : .video].filter { !mute || $0 != .audio }
        return label.map { [$0: tracks] } ?? ["": tracks]
    }

    /// Whether a stream is to be seen.
    func isWanted(username: String?, id: String?, label: String) -> Bool {
        (from.isEmpty || from.contains { $0 == username || $0 == id }) && (self.label ?? label) == label
    }

    func run() async throws { try await run(on: .standard, Interruption()) }

    func run(on console: Console, _ interruption: Interruption) async throws {
        let session = WatchSession(self, console)
        _ = try await interruption.race { try await duration.limit { try await session.run() } }
    }
}

struct WindowSize: Hashable, Sendable {
    var width: Int
    var height: Int

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    init(argument: String) throws {
        let sizes = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard sizes.count == 2, let width = sizes[0], let height = sizes[1], (64...8192).contains(width),
            (64...8192).contains(height)
        else { throw CommandError(.usage, "write the size of the window as in 960x540, in pixels") }
        self.init(width: width, height: height)
    }
}
