// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Testing

@testable import galene

@Suite("galene join")
struct JoinCommandTests {
    private func command(_ options: String...) throws -> JoinCommand {
        let parsed = try GaleneCommand.parseAsRoot(["join", "http://127.0.0.1:1/group/demo/"] + options)
        return try #require(parsed as? JoinCommand)
    }

    @Test func `nothing is sent that was not asked for`() throws {
        let command = try command("--audio")
        #expect(command.sentMicrophone == nil && command.sentCamera == nil)
    }

    @Test func `a device, or a source in its place, is sent from the beginning`() throws {
        let devices = try command("--microphone", "--camera")
        #expect(devices.sentMicrophone == .microphone(device: nil) && devices.sentCamera == .camera(device: nil))
        let others = try command("--microphone-source", "microphone:usb", "--camera-source", "film.webm")
        #expect(others.sentMicrophone == .microphone(device: "usb") && others.sentCamera == .file(path: "film.webm"))
        #expect(try command("--camera", "--camera-source", "test:").sentCamera?.name == "test:")
    }

    @Test func `words are kept for those who hear them alone`() throws {
        #expect(try command().settings(isPlain: true, .none).isAnnounced)
        #expect(try !command().settings(isPlain: false, .none).isAnnounced)
    }

    @Test(arguments: ["", "test:big"]) func `what is no source is refused before anything is joined`(text: String) {
        #expect(throws: (any Error).self) { try command("--camera-source", text) }
    }
}
