// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import GaleneClient

struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Take part in a meeting in this terminal.",
        discussion: """
            Shows the people, the chat and, in colours, the pictures. What you type goes to everybody; what begins with a \
            slash is a command: /help lists them, /leave leaves.

            Keys: Tab completes commands and names, Up calls back what you wrote, Alt-Enter begins another line, PageUp \
            and PageDown read older messages, F2 hides the list of people, F3 turns pictures on and off, F4 your microphone, \
            F5 your camera, Ctrl-L draws anew, Ctrl-C leaves.

            As ada:
              galene join https://example.org/group/demo/ --username ada
            To hear and be heard, see and be seen:
              galene join https://example.org/group/demo/ --audio --microphone --camera
            With a test pattern in place of a camera:
              galene join https://example.org/group/demo/ --camera-source test:
            For a screen reader, or where nothing but lines can be shown:
              galene join https://example.org/group/demo/ --plain
            By the token of an invitation, with sound, and files to a directory of their own:
              GALENE_TOKEN=abc galene join https://example.org/group/demo/ \\
                --audio --directory ~/Downloads

            \(CommandError.exitCodes)
            """)

    @OptionGroup var options: MeetingOptions
    @Flag(help: "Line by line, in words, without colours and pictures.")
    var plain = false
    @Flag(name: .customLong("no-video"), help: "Receive no pictures; /video turns them on.")
    var noVideo = false
    @Flag(help: "Play what is said on the loudspeakers of this computer.")
    var audio = false
    @Flag(help: "Send the sound of the microphone; without it /unmute does.")
    var microphone = false
    @Flag(help: "Send the pictures of the camera; without it /camera does.")
    var camera = false
    @Option(
        help: ArgumentHelp("The same from elsewhere: microphone:NAME, test:, a file.", valueName: "source"),
        completion: .file(), transform: PublishedSource.init(argument:))
    var microphoneSource: PublishedSource?
    @Option(
        help: ArgumentHelp("The same from elsewhere: camera:/dev/video2, screen, test:, a film.", valueName: "source"),
        completion: .file(), transform: PublishedSource.init(argument:))
    var cameraSource: PublishedSource?
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where files that you accept are put.", valueName: "directory"),
        completion: .directory)
    var directory = "."

    /// What is to be opened, if anything.
    var sentMicrophone: PublishedSource? { microphoneSource ?? (microphone ? .microphone(device: nil) : nil) }
    var sentCamera: PublishedSource? { cameraSource ?? (camera ? .camera(device: nil) : nil) }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let isPlain = plain || environment["TERM"] == "dumb" || isatty(STDOUT_FILENO) == 0 || isatty(STDIN_FILENO) == 0
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw CommandError(.usage, "\(directory) is not a directory")
        }
        let interruption = Interruption()
        let options = options
        guard
            let meeting = try await interruption.race({
                try await options.join { $0.reconnectPolicy = ReconnectPolicy() }
            })
        else { return }
        let colors = ColorDepth(environment: environment)
        let settings = settings(isPlain: isPlain, colors)
        do {
            let end =
                isPlain
                ? try await runPlain(meeting, settings, interruption)
                : try await runFullScreen(meeting, settings, interruption, colors)
            await meeting.leave()
            try say(end)
        } catch {
            await meeting.leave()
            throw error
        }
    }

    func settings(isPlain: Bool, _ colors: ColorDepth) -> JoinSession.Options {
        JoinSession.Options(
            directory: directory, canShowPictures: !isPlain && colors != .none, wantsPictures: !noVideo,
            wantsSound: audio, isAnnounced: isPlain, microphone: sentMicrophone, camera: sentCamera)
    }

    private func runPlain(
        _ meeting: Meeting, _ settings: JoinSession.Options, _ interruption: Interruption
    ) async throws -> MeetingEnd? {
        let transcript = PlainTranscript(to: .standardOutput)
        let session = try await transcript.join(meeting, settings)
        return try await interruption.race { await transcript.run(session) }
    }

    private func runFullScreen(
        _ meeting: Meeting, _ settings: JoinSession.Options, _ interruption: Interruption, _ colors: ColorDepth
    ) async throws -> MeetingEnd? {
        let mode = TerminalMode()
        let screen = FullScreen(mode: mode, colors: colors)
        let session = await JoinSession(meeting, settings) { session, change in
            screen.draw(session, isUrgent: change == .model)
        }
        do {
            try mode.enter()
        } catch {
            throw CommandError(.failed, "this is no terminal that could be filled: use --plain")
        }
        interruption.setLastResort { mode.leave() }
        defer { mode.leave() }
        return try await interruption.race { await screen.run(session) }
    }

    /// The last word, after the terminal is as it was.
    private func say(_ end: MeetingEnd?) throws(CommandError) {
        guard let end, end.kind != .over || !end.text.isEmpty else { return }
        switch end.kind {
        case .over: try LineWriter.standardError.line("The meeting is over: \(end.text)")
        case .kicked, .failed: throw CommandError(.failed, end.text)
        }
    }
}
