// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import Foundation
import RTCBase

/// A meeting that fills a terminal: keys in, frames out. It lives in its session's actor.
final class FullScreen: Sendable {
    private let mode: TerminalMode
    private let keys: KeyInput
    private let state: State
    private let writer = DispatchQueue(label: "galene.screen")

    /// Touched in the session's actor alone, which is what `isolated JoinSession` of every method says; unchecked because
    /// the compiler does not know which actor that is.
    private final class State: @unchecked Sendable {
        var view = MeetingView(width: 80, height: 24)
        var editor = LineEditor()
        var screen: Screen
        /// A frame is on its way to the terminal, which takes its time.
        var isWriting = false
        var isDue = false
        var isUrgent = false
        var timer: ContinuousClock.Instant?
        var isStopped = false
        var lastFrame = ContinuousClock.now - .seconds(1)

        init(_ screen: Screen) { self.screen = screen }
    }

    /// Frames are at least so far apart: what happens meanwhile comes with the next.
    private static let frameInterval = Duration.milliseconds(33)
    /// The same of frames in which only pictures are new.
    private static let pictureInterval = Duration.seconds(1 / JoinSession.picturesPerSecond)

    init(mode: TerminalMode, colors: ColorDepth, keys: KeyInput = KeyInput()) {
        self.mode = mode
        self.keys = keys
        state = State(Screen(colors: colors))
    }

    /// Shows the session, and does what the person wants, until the session is over.
    func run(_ session: JoinSession) async -> MeetingEnd {
        let signals = TerminalSignals { event in Task { await self.handle(event, session) } }
        defer { withExtendedLifetime(signals) {} }
        await resized(session)
        let typing = Task {
            while let keys = await keys.next() { for key in keys { await press(key, session) } }
            // The terminal is gone.
            await session.leave()
        }
        let end = await session.run()
        keys.stop()
        await stop(session)
        typing.cancel()
        return end
    }

    private func handle(_ event: TerminalSignals.Event, _ session: isolated JoinSession) {
        switch event {
        case .resized: resized(session)
        case .stopped: suspend(session)
        case .continued:
            // Whoever has stopped the program may have used the terminal meanwhile.
            state.screen.forget()
            draw(session)
        }
    }

    private func resized(_ session: isolated JoinSession) {
        (state.view.width, state.view.height) = mode.size
        state.screen.forget()
        draw(session)
    }

    private func suspend(_ session: isolated JoinSession) {
        writer.sync {}
        try? mode.suspend()
        resized(session)
    }

    /// Nothing more is written.
    private func stop(_ session: isolated JoinSession) {
        state.isStopped = true
        writer.sync {}
    }

    // MARK: Keys

    /// Waits for nothing, so that Ctrl-C is a key whatever is being done.
    private func press(_ key: Key, _ session: isolated JoinSession) {
        defer { draw(session) }
        if case .mode(let mode, let isKnown) = key {
            if mode == 2026 { state.screen.isSynchronized = isKnown }
            return
        }
        state.view.hint = nil
        switch key {
        case .enter: submit(session)
        case .tab: complete(session)
        case .pageUp: state.view.scrollUp()
        case .pageDown: state.view.scrollDown()
        case .escape: state.view.scrollToEnd()
        case .function(1): _ = session.enter("/help")
        case .function(2): state.view.showsPeople.toggle()
        case .function(3): state.view.hint = session.enter("/video")
        case .function(4):
            let isOn = [.on, .starting].contains(session.model.sent.microphone)
            state.view.hint = session.enter(isOn ? "/mute" : "/unmute")
        case .function(5): state.view.hint = session.enter("/camera")
        case .control("C"): session.leave()
        case .control("D"): state.editor.isEmpty ? session.leave() : { _ = state.editor.handle(.delete) }()
        case .control("L"): state.screen.forget()
        case .control("Z"): suspend(session)
        default: _ = state.editor.handle(key)
        }
    }

    private func submit(_ session: isolated JoinSession) {
        let text = state.editor.take()
        state.view.scrollToEnd()
        guard let failure = session.enter(text) else { return }
        state.view.hint = failure
        // It is left to be mended.
        state.editor.set(text)
    }

    private func complete(_ session: isolated JoinSession) {
        guard let found = session.model.completion(of: state.editor.characters, at: state.editor.cursor) else { return }
        state.editor.replace(found.range, with: found.common)
        if found.candidates.count > 1 {
            state.view.hint = found.candidates.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "  ")
        }
    }

    // MARK: Frames

    /// Draws now, or when it may.
    func draw(_ session: isolated JoinSession, isUrgent: Bool = true) {
        let state = state
        guard !state.isStopped else { return }
        state.isDue = true
        state.isUrgent = state.isUrgent || isUrgent
        guard !state.isWriting else { return }
        let now = ContinuousClock.now
        let due = state.lastFrame + (state.isUrgent ? Self.frameInterval : Self.pictureInterval)
        guard due <= now else {
            guard state.timer.map({ due < $0 }) ?? true else { return }
            state.timer = due
            Task {
                try? await Task.sleep(until: due)
                self.timeHasCome(session)
            }
            return
        }
        state.isDue = false
        state.isUrgent = false
        state.lastFrame = now
        let frame = state.view.draw(session.model, state.editor, tiles: session.tiles)
        let bytes = state.screen.update(to: frame.canvas, caret: frame.caret)
        guard !bytes.isEmpty else { return }
        state.isWriting = true
        writer.async { [mode] in
            mode.write(bytes)
            Task { await self.written(session) }
        }
    }

    private func timeHasCome(_ session: isolated JoinSession) {
        state.timer = nil
        if state.isDue { draw(session, isUrgent: false) }
    }

    private func written(_ session: isolated JoinSession) {
        state.isWriting = false
        if state.isDue { draw(session, isUrgent: false) }
    }
}
