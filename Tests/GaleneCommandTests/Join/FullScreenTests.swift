// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import ClientTestKit
import Foundation
import GaleneClient
import ServerTestKit
import Testing

@testable import galene

extension ServerConnection {
    /// Does nothing else until it is released.
    ///
    /// - Returns: whether it was within half a minute.
    fileprivate func hold(_ isHeld: DispatchSemaphore, until release: DispatchSemaphore) -> Bool {
        isHeld.signal()
        return release.wait(timeout: .now() + 30) == .success
    }
}

@Suite("A meeting that fills a terminal", .timeLimit(.minutes(1)))
struct FullScreenTests {
    private static let operators = #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"op"}}"#

    @Test func `keys act while a command is carried out, Ctrl-C too`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            let options = try MeetingOptions.parse([server.page("demo"), "--username", "ada"])
            let meeting = try await options.join(environment: [:])
            let terminal = try PseudoTerminal()
            let mode = TerminalMode(input: terminal.descriptor, output: terminal.descriptor)
            let screen = FullScreen(mode: mode, colors: .none, keys: KeyInput(descriptor: terminal.descriptor))
            let session = await JoinSession(meeting, JoinSession.Options()) { session, _ in screen.draw(session) }
            try mode.enter()
            let running = Task { await screen.run(session) }
            terminal.type("/nope\r")
            #expect(await terminal.shows("command"))

            let (isHeld, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let held = Task { await meeting.connection.hold(isHeld, until: release) }
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    isHeld.wait()
                    continuation.resume()
                }
            }
            // What was wrong is still there.
            terminal.type("\u{15}/raise\rΩ")
            #expect(await terminal.shows("Ω"))
            // Who does not look at a terminal any more holds up what is written to it.
            let rest = Task { await terminal.shows("\u{1b}[?1049l") }
            terminal.type("\u{3}")
            #expect(await running.value == MeetingEnd(.over, ""))
            release.signal()
            #expect(await held.value, "the end has waited for the command")
            mode.leave()
            #expect(await rest.value)
            await meeting.leave()
        }
    }

    @Test func `what is entered is done in its order`() async throws {
        try await RunningServer.run(groups: ["demo": Self.operators]) { server in
            var bob = try await TestMember(server, "bob")
            let ada = try await JoinedPerson.join(server, "ada")
            let end = Task { await ada.session.run() }
            for number in 0..<20 { #expect(await ada.session.enter("\(number)") == nil) }
            #expect(await ada.session.enter("/nope")?.hasPrefix("There is no command") == true)
            #expect(await ada.session.enter("/leave") == nil)
            for number in 0..<20 { #expect(try await bob.chat().text == "\(number)") }
            #expect(await end.value == MeetingEnd(.over, ""))
            await ada.connection.close()
            await bob.leave()
        }
    }
}
