// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

extension MeetingCommand {
    /// What one sends oneself: for what the page has buttons for, and those of spec 13.6.
    static let sending: [MeetingCommand] = [
        MeetingCommand("mute", needs: [.present], worksAlone: true, help: "turn off your microphone") {
            model, _ throws(CommandFailure) in
            guard model.sent.microphone == .on || model.sent.microphone == .starting else {
                throw CommandFailure("Your microphone is off already.")
            }
            return [.send(.microphone(false))]
        },
        MeetingCommand("unmute", needs: [.present], worksAlone: true, help: "turn on your microphone") {
            model, _ throws(CommandFailure) in
            guard model.sent.microphone == .off || model.sent.microphone == .muted else {
                throw CommandFailure("Your microphone is on already.")
            }
            return [.send(.microphone(true))]
        },
        MeetingCommand(
            "camera", needs: [.present], worksAlone: true, "[on|off]", help: "turn your camera on, or off"
        ) { model, line throws(CommandFailure) in
            switch line.all {
            case "": [.send(.camera(model.sent.camera == .off))]
            case "on": [.send(.camera(true))]
            case "off": [.send(.camera(false))]
            default: throw CommandFailure("Type /camera on or /camera off.")
            }
        },
        MeetingCommand("sharescreen", needs: [.present], "[DISPLAY]", help: "share the screen of this computer") {
            _, line in
            [.send(.shareScreen(display: line.all.isEmpty ? nil : line.all))]
        },
        MeetingCommand("unsharescreen", needs: [.present], worksAlone: true, help: "stop sharing") {
            model, _ throws(CommandFailure) in
            guard model.sent.screen != .off else { throw CommandFailure("No screen is shared from here.") }
            return [.send(.unshareScreen)]
        },
        MeetingCommand("presentfile", needs: [.present], "PATH", help: "show a film, or play music, to everybody") {
            _, line throws(CommandFailure) in
            guard !line.all.isEmpty else { throw CommandFailure("Say which file: /presentfile PATH") }
            return [.send(.presentFile(path: line.all))]
        },
        MeetingCommand("unpresentfile", needs: [.present], worksAlone: true, help: "stop showing it") {
            model, _ throws(CommandFailure) in
            guard model.sent.file != .off else { throw CommandFailure("No file is shown from here.") }
            return [.send(.unpresentFile)]
        },
    ]
}
