// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTP
import Testing

@testable import GaleneClient
@testable import galene

@Suite("What one sends oneself, as a person in a terminal knows it")
struct SendingModelTests {
    private typealias Fixture = MeetingFixture

    private func sending(
        _ microphone: SentMedia.State = .off, camera: SentMedia.State = .off, screen: SentMedia.State = .off,
        file: SentMedia.State = .off, name: String = ""
    ) -> SentMedia {
        SentMedia(microphone: microphone, camera: camera, screen: screen, file: file, fileName: name)
    }

    @Test func `what was asked for begins with the meeting, both in one stream`() {
        var model = Fixture.model()
        #expect(model.begin(microphone: true, camera: true) == [.send(.cameraAndMicrophone)])
        #expect(model.begin(microphone: true, camera: false) == [.send(.microphone(true))])
        #expect(model.begin(microphone: false, camera: true) == [.send(.camera(true))])
        #expect(model.begin(microphone: false, camera: false).isEmpty && model.entries.isEmpty)
    }

    @Test func `who may not present is told who can change that`() {
        var model = Fixture.model([.message])
        #expect(model.begin(microphone: true, camera: false).isEmpty)
        let text = "You may not use camera and microphone here: an operator can allow it with /present."
        #expect(model.entries.map(\.lines) == [[text]])
        for command in ["/mute", "/unmute", "/camera", "/sharescreen", "/presentfile a"] {
            #expect(model.submit(command) == .failure(CommandFailure(text)))
        }
    }

    @Test func `each change is said once, and measuring says nothing`() {
        var model = Fixture.model()
        for state in [
            sending(.starting, camera: .starting), sending(.on, camera: .starting), sending(.on, camera: .on),
            sending(.muted, camera: .on), sending(.on, camera: .on, screen: .starting), sending(.on, screen: .on),
            sending(.on, file: .on, name: "film.webm"), sending(),
        ] {
            _ = model.sends(state)
            var measured = state
            measured.bitsPerSecond = 480_400
            _ = model.sends(measured)
        }
        #expect(
            model.takeAnnouncements() == [
                "Your microphone is on.", "Your camera is on.", "Your microphone is off.", "Your microphone is on.",
                "Your camera is off.", "Your screen is shared.", "Your screen is no longer shared.",
                "film.webm is shown to everybody.", "Your microphone is off.", "film.webm is no longer shown.",
            ])
        #expect(model.entries.isEmpty)
    }

    @Test func `a device that does not open is no device that was on`() {
        var model = Fixture.model()
        _ = model.sends(sending(.starting, camera: .starting))
        _ = model.sends(sending())
        #expect(model.takeAnnouncements().isEmpty)
    }

    @Test func `others are told of a microphone that is off, as our page tells them`() {
        var model = Fixture.model()
        func tells(_ isMuted: JSONValue) -> [MeetingEffect] {
            [.userAction(.setData, on: "me", value: ["muted": isMuted])]
        }
        #expect(model.sends(sending(.on)).isEmpty)
        #expect(model.sends(sending(.muted)) == tells(true))
        // The server has said it to everybody, oneself included.
        #expect(model.handle(.user(.change, Fixture.user("me", "ada", [.present], ["muted": true]))).isEmpty)
        #expect(model.sends(sending(.on)) == tells(.null))
        // It was said on a connection that has been lost, and so once more on the next.
        #expect(model.handle(.user(.add, Fixture.user("me", "ada", [.present], ["muted": true]))) == tells(.null))
        #expect(model.handle(.user(.change, Fixture.user("me", "ada", [.present]))).isEmpty)
        #expect(model.sends(sending(camera: .on)) == tells(true), "a camera without sound")
        #expect(model.sends(sending(screen: .on)).isEmpty)
    }

    @Test func `an operator mutes, and nobody else`() {
        var model = Fixture.model()
        #expect(model.handle(Fixture.message(.mute, nil)).isEmpty)
        _ = model.sends(sending(.on))
        #expect(model.handle(Fixture.message(.mute, nil, isPrivileged: false)).isEmpty)
        #expect(model.handle(Fixture.message(.mute, nil)) == [.send(.microphone(false))])
        // One that is about to open shall not be heard either.
        _ = model.sends(sending(.starting))
        #expect(model.handle(Fixture.message(.mute, nil, from: nil)) == [.send(.microphone(false))])
        #expect(
            model.entries.map(\.lines) == [
                ["Lise Meitner asks you to be silent."],
                ["Lise Meitner has muted your microphone. /unmute turns it on again."],
                ["The server has muted your microphone. /unmute turns it on again."],
            ])
    }

    @Test func `who may no longer present sends nothing any more, and is told once`() {
        var model = Fixture.model()
        _ = model.sends(sending(.on, camera: .on))
        #expect(model.handle(Fixture.change([.message])) == [.send(.nothing)])
        model.wasRefused()
        #expect(model.handle(Fixture.change([.message, .present])).isEmpty, "a camera does not turn on by itself")
        model.wasRefused()
        #expect(
            model.entries.map(\.lines) == [
                ["You may no longer use camera and microphone."], ["You may now use camera and microphone."],
                ["The server does not take what you send."],
            ])
    }

    @Test func `nobody waits for a connection to be silent`() {
        var model = Fixture.model()
        _ = model.sends(sending(.on, camera: .on))
        model.handle(.reconnecting(ReconnectAttempt(number: 1, delay: .seconds(1), reason: "gone")))
        #expect(model.submit("/mute") == .success([.send(.microphone(false))]))
        #expect(model.submit("/camera off") == .success([.send(.camera(false))]))
        #expect(model.submit("/raise") == .failure(.notConnected))
        #expect(model.sends(sending(.muted)).isEmpty, "there is nobody to tell")
        #expect(model.handle(.reconnected) == [.userAction(.setData, on: "me", value: ["muted": true])])
    }

    @Test func `one's own state stands with one's name`() {
        var model = Fixture.model()
        var view = MeetingView(width: 90, height: 24)
        var state = sending(.muted, camera: .on, screen: .starting)
        state.bitsPerSecond = 480_400
        _ = model.sends(state)
        let rule = view.draw(model, LineEditor()).canvas.text.split(separator: "\n").first { $0.hasPrefix("─ ada ─") }
        #expect(rule?.hasPrefix("─ ada ─ microphone off ─ camera on ─ screen … ─") == true, "\(rule ?? "")")
        model.handle(.user(.change, Fixture.user("me", "ada", [.present], ["muted": true], sends: [.audio, .video])))
        _ = model.submit("/who")
        #expect(model.entries.last?.lines == ["ada (you), sends video, microphone is off, 480 kbit/s"])
    }
}
