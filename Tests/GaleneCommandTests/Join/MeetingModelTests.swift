// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import RTP
import Testing

@testable import GaleneClient
@testable import galene

@Suite("A meeting as a person in a terminal knows it")
struct MeetingModelTests {
    private typealias Fixture = MeetingFixture

    private func texts(_ model: MeetingModel) -> [String] { model.entries.map { $0.lines.joined(separator: "\n") } }

    @Test func `oneself comes first, then the others by name`() {
        var model = Fixture.model()
        for (id, name) in [("1", "zoe"), ("2", "Bob"), ("3", "alice"), ("4", "")] {
            model.handle(.user(.add, Fixture.user(id, name)))
        }
        model.handle(.user(.add, Fixture.user("5", "RECORDING", [.system])))
        #expect(model.sortedPeople.map(\.name) == ["ada", "alice", "Anonymous", "Bob", "zoe"])
        model.handle(.user(.delete, Fixture.user("3", "alice")))
        #expect(model.people.count == 4)
    }

    @Test func `what people do is said in words`() {
        var model = Fixture.model()
        model.handle(.user(.add, Fixture.user("1", "Lise")))
        model.handle(.user(.change, Fixture.user("1", "Lise", [.present, .message, .op], ["raisehand": true])))
        model.handle(
            .user(.change, Fixture.user("1", "Lise", [.present, .message], ["muted": true], sends: [.audio, .video])))
        model.handle(.user(.delete, Fixture.user("1", "Lise")))
        #expect(
            model.takeAnnouncements() == [
                "Lise is here.", "Lise has raised a hand.", "Lise is an operator now.", "Lise has lowered the hand.",
                "Lise is no longer an operator.", "The microphone of Lise is off.", "Lise sends video.",
                "Lise has left.",
            ])
        #expect(model.takeAnnouncements().isEmpty)
    }

    @Test func `a message that comes twice is shown once`() {
        var model = Fixture.model()
        model.handle(Fixture.chat("hello", id: "x", isHistory: true))
        model.handle(Fixture.chat("hello", id: "x"))
        model.handle(Fixture.chat("caption", kind: .caption))
        #expect(texts(model) == ["hello"])
    }

    @Test func `private messages and actions are told apart`() {
        var model = Fixture.model()
        model.handle(.user(.add, Fixture.user("lise", "Lise Meitner")))
        model.handle(Fixture.chat("psst", to: "me"))
        model.handle(Fixture.chat("waves", kind: .me))
        model.wrote("yes", to: "lise")
        #expect(model.entries[0].recipient == "ada" && model.entries[1].kind == .action)
        #expect(model.entries[2].isOwn && model.entries[2].recipient == "Lise Meitner")
        #expect(
            model.takeAnnouncements().dropFirst() == [
                "Lise Meitner, privately to you: psst", "Lise Meitner waves", "You, privately to Lise Meitner: yes",
            ])
    }

    @Test func `messages are deleted as operators say`() {
        func model(_ value: JSONValue?) -> [String] {
            var model = Fixture.model()
            model.handle(Fixture.chat("one", from: "1", id: "a"))
            model.handle(Fixture.chat("two", from: "1", id: "b"))
            model.handle(Fixture.chat("three", from: "2", id: "c"))
            model.handle(Fixture.message(.clearChat, value))
            return texts(model)
        }
        #expect(model(["userId": "1"]) == ["three"] && model(["userId": "1", "id": "a"]) == ["two", "three"])
        #expect(model(nil) == ["The chat has been cleared."] && model(["id": "a"]) == ["one", "two", "three"])
    }

    @Test func `only operators and the server can warn, mute and clear`() {
        var model = Fixture.model()
        for kind: UserMessage.Kind in [.warning, .error, .info, .mute, .clearChat, .kicked, .userInfo, .token] {
            model.handle(Fixture.message(kind, "x", isPrivileged: false))
        }
        #expect(model.entries.isEmpty && model.end == nil)
        model.handle(Fixture.message(.warning, "quiet please"))
        model.handle(Fixture.message(.error, "not authorised", from: nil))
        model.handle(Fixture.message(.mute, nil))
        #expect(
            texts(model) == [
                "Lise Meitner says: quiet please", "The server says: not authorised",
                "Lise Meitner asks you to be silent.",
            ])
        model.handle(Fixture.message(.kicked, "go away"))
        #expect(model.end == MeetingEnd(.kicked, "you were removed from the group by Lise Meitner: go away"))
    }

    @Test func `changes of what one may do are told`() {
        var model = Fixture.model()
        model.handle(Fixture.change([.op, .present], isLocked: true))
        #expect(
            texts(model) == [
                "You are an operator now.", "You may no longer write in this group.", "The group has been locked.",
            ])
        #expect(!model.mayWrite && model.isLocked)
    }

    @Test func `a loss is told once, and what is written meanwhile is kept`() {
        var model = Fixture.model()
        model.handle(.reconnecting(ReconnectAttempt(number: 1, delay: .seconds(1), reason: "gone")))
        model.handle(.reconnecting(ReconnectAttempt(number: 2, delay: .seconds(1), reason: "gone")))
        #expect(model.lossText == "connection lost, attempt 2" && model.entries.count == 1)
        #expect(model.submit("hello") == .failure(CommandFailure("Not sent: there is no connection to the meeting.")))
        model.handle(.reconnected)
        #expect(model.lossText == nil && model.submit("hello") == .success([.chat("hello")]))
    }

    @Test func `names, messages and reasons of others cannot act on a terminal`() {
        let evil = "\u{1b}[2Jx\u{9b}31m\u{202e}\u{7}\r\u{2066}\u{feff}"
        var model = Fixture.model()
        model.handle(.user(.add, Fixture.user("1", evil, [.op])))
        model.handle(Fixture.chat(evil, from: "1", evil))
        model.handle(Fixture.chat("a\n" + evil, from: "1", evil, to: "1"))
        model.handle(Fixture.message(.warning, .string(evil), from: evil))
        model.handle(Fixture.message(.userInfo, ["id": "1", "username": .string(evil), "address": .string(evil)]))
        model.handle(
            Fixture.message(.token, ["token": .string(evil), "username": .string(evil), "expires": .string(evil)]))
        model.handle(
            .joined(
                GroupChange(
                    kind: .change, group: "demo", permissions: [], status: GroupStatus(name: "demo", displayName: evil))
            ))
        model.offered("f", isUp: false, name: evil, person: evil, size: 5)
        model.file("f", .cancelled(reason: evil))
        model.handle(Fixture.message(.kicked, .string(evil), from: evil))
        _ = model.submit("/who")
        let shown =
            model.entries.flatMap { $0.lines + [$0.author, $0.recipient ?? ""] } + model.takeAnnouncements()
            + [model.title, model.end?.text ?? ""] + model.sortedPeople.map(\.name)
        for text in shown {
            let bad = text.unicodeScalars.filter {
                [.control, .format].contains($0.properties.generalCategory) && $0 != "\n"
            }
            #expect(bad.isEmpty, "\(text.debugDescription)")
        }
    }

    @Test func `the chat, a message and the announcements are bounded`() {
        var model = Fixture.model()
        model.handle(Fixture.chat(String(repeating: "x\n", count: 5000)))
        #expect(model.entries[0].lines.count == MeetingModel.maximumLines)
        for number in 0..<1500 { model.handle(Fixture.chat("\(number)")) }
        #expect(model.entries.count == MeetingModel.maximumEntries && model.entries.last?.lines == ["1499"])
        #expect(model.takeAnnouncements().count == MeetingModel.maximumEntries)
    }

    @Test(
        .attack(28),
        arguments: [
            // A line of a megabyte; as many characters of two scalars; a single character of half a million scalars.
            ("x", 1 << 20), ("e\u{301}", 1 << 18), ("😀\u{200d}", 1 << 18),
        ])
    func `a message without line breaks is cut too, and says so`(part: String, count: Int) {
        var model = Fixture.model()
        model.handle(Fixture.chat(String(repeating: part, count: count)))
        let lines = model.entries[0].lines
        #expect(lines.count == 2 && lines[1] == MeetingModel.cut)
        #expect(lines[0].count <= MeetingModel.maximumCharacters)
        #expect(
            lines[0].unicodeScalars.count <= MeetingModel.maximumMessageScalars
                && lines[0].unicodeScalars.count >= 10_000)
        #expect(model.takeAnnouncements().allSatisfy { $0.utf8.count < 8 * MeetingModel.maximumMessageScalars })
    }

    @Test func `the longest message that can be typed is shown whole`() {
        var model = Fixture.model()
        let text = String(repeating: "é", count: LineEditor.maximumLength)
        model.handle(Fixture.chat(text))
        #expect(model.entries[0].lines == [text], "it is cut")
    }

    @Test func `nothing is kept to be said where nobody listens`() {
        var model = Fixture.model(isLocked: true, isAnnounced: false)
        for number in 0..<10 { model.handle(Fixture.chat("\(number)")) }
        model.handle(.user(.add, Fixture.user("bob", "bob")))
        #expect(model.takeAnnouncements().isEmpty && model.entries.count == 11)
    }

    @Test func `files are offered, watched and told about`() {
        var model = Fixture.model()
        model.offered("a", isUp: false, name: "report.pdf", person: "Lise", size: 1_234_567)
        model.offered("b", isUp: true, name: "photo.jpg", person: "bob", size: 10)
        #expect(model.files.map(\.number) == [1, 2] && model.files[0].isOffer && !model.files[1].isOffer)
        #expect(
            texts(model)[0].hasPrefix("File 1, report.pdf (1.2 MB) from Lise, is offered to you. /accept 1 takes it"))
        model.file("a", .state(.connected))
        model.file("a", .progress(617_283))
        #expect(model.files[0].percent == 49 && model.files[0].state == .connected)
        model.file("a", .state(.done))
        model.file("a", .stored(path: "./report.pdf"))
        model.file("a", .state(.closed))
        model.file("b", .cancelled(reason: "declined"))
        model.file("b", .state(.closed))
        #expect(model.files.isEmpty)
        #expect(
            texts(model).suffix(2) == [
                "report.pdf (1.2 MB) from Lise is here: ./report.pdf",
                "photo.jpg (10 B) to bob was not transferred: declined",
            ])
    }
}
