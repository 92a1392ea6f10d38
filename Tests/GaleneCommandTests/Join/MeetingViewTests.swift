// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import MediaIO
import RTP
import Testing

@testable import galene

@Suite("How a meeting looks in a terminal")
struct MeetingViewTests {
    private typealias Fixture = MeetingFixture

    private func model() -> MeetingModel {
        var model = Fixture.model([.op, .present, .message])
        model.handle(.user(.add, Fixture.user("lise", "Lise Meitner", sends: [.audio, .video])))
        model.handle(.user(.add, Fixture.user("b", "bob", [.present, .message], ["raisehand": true, "muted": true])))
        model.handle(.user(.add, Fixture.user("o", "Otto", [])))
        model.handle(Fixture.chat("Good morning everybody. Shall we begin with what was left over from last week?"))
        model.handle(Fixture.chat("Yes.\nI have 漢字 too.", from: "b", "bob", after: 60))
        model.handle(Fixture.chat("psst", to: "me", after: 60))
        model.handle(Fixture.chat("waves", from: "me", "ada", kind: .me, after: 120))
        model.handle(Fixture.change([.op, .present, .message], isLocked: true))
        model.handle(Fixture.message(.warning, "please be quiet"))
        return model
    }

    private func drawn(
        _ width: Int, _ height: Int, _ model: MeetingModel, typed: String = "", tiles: [Tile] = []
    ) -> (text: String, caret: Screen.Position) {
        var view = MeetingView(width: width, height: height)
        var editor = LineEditor()
        editor.insert(typed)
        let frame = view.draw(model, editor, tiles: tiles)
        return (frame.canvas.text, frame.caret)
    }

    @Test func `fits 80 by 24`() {
        let (text, caret) = drawn(80, 24, model(), typed: "I think")
        #expect(
            text == """
                ─ Monday meeting ─ locked ─────────────────────────────┬ People 4 ─ 1 hand ─────
                                                                       │ ● ada (you)         op
                                                                       │ ● bob       hand muted
                                                                       │ ● Lise Meitner     ♪ ▣
                                                                       │ ● Otto        watching
                                                                       │
                                                                       │
                                                                       │
                                                                       │
                                                                       │
                                                                       │
                                                                       │
                                                                       │
                                                                       │
                 10:02 Lise Meitner: Good morning everybody. Shall we  │
                       begin with what was left over from last week?   │
                 10:03 bob: Yes.                                       │
                       I have 漢字 too.                                │
                 10:03 Lise Meitner → you, privately: psst             │
                 10:04 * ada waves                                     │
                 10:02 The group has been locked.                      │
                 10:02 Lise Meitner says: please be quiet              │
                ─ ada ───────────────────────────────────────── /help · PageUp · Ctrl-C leaves ─
                > I think
                """)
        #expect(caret == Screen.Position(x: 9, y: 23))
    }

    @Test func `fits 20 by 5`() {
        let (text, caret) = drawn(20, 5, model())
        #expect(
            text == """
                Monday meeting  4 h…
                 locked.
                 Lise Meitner says:
                 please be quiet
                > Write to everybody
                """)
        #expect(caret.y == 4)
    }

    @Test(arguments: [
        (1, 1), (2, 1), (1, 30), (300, 2), (5, 4), (30, 6), (61, 8), (110, 9), (1000, 3), (200, 60), (0, 0), (-4, 7),
    ])
    func `has something to show at any size`(width: Int, height: Int) throws {
        var model = model()
        for number in 0..<20 { model.offered("\(number)", isUp: number % 2 == 0, name: "file", person: "bob", size: 5) }
        let picture = try VideoPicture(width: 16, height: 9, time: .zero) { _, _, _ in }
        let tiles = (0..<12).map { Tile(id: "\($0)", label: "bob", picture: $0 % 2 == 0 ? picture : nil) }
        for tiles in [[], tiles] {
            let (_, caret) = drawn(width, height, model, typed: "some words\nof mine", tiles: tiles)
            #expect((0..<max(1, width)).contains(caret.x) && (0..<max(1, height)).contains(caret.y))
        }
    }

    @Test func `pictures stand beside the chat at 200 by 60, above it at 80 by 24`() throws {
        let white = try VideoPicture(width: 32, height: 18, time: .zero) { luma, u, v in
            for y in 0..<18 { for x in 0..<32 { (luma[x, y], u[x / 2, y / 2], v[x / 2, y / 2]) = (235, 128, 128) } }
        }
        let tiles = [Tile(id: "1", label: "bob", picture: white), Tile(id: "2", label: "Lise Meitner connects")]
        for (width, height) in [(200, 60), (80, 24)] {
            let layout = MeetingLayout(width: width, height: height, .init(hasPictures: true, people: 4))
            #expect(layout.pictures.maxX <= layout.chat.x || layout.pictures.maxY < layout.chat.y)
            #expect((width == 200) == (layout.chat.x > 0) && layout.chat.height >= 8)
            var view = MeetingView(width: width, height: height)
            let canvas = view.draw(model(), LineEditor(), tiles: tiles).canvas
            let whites = (0..<height).flatMap { y in (0..<width).map { (x: $0, y: y) } }.filter {
                canvas[$0.x, $0.y].style.background == .rgb(red: 255, green: 255, blue: 255)
            }
            let inside = whites.allSatisfy { $0.x < layout.pictures.maxX && $0.y >= 1 && $0.y < layout.pictures.maxY }
            #expect(whites.count > 100 && inside)
            #expect(canvas.text.contains("Lise Meitner connects") && canvas.text.contains("please be quiet"))
        }
    }

    @Test(arguments: 1...12)
    func `pictures never overlap, and are as large as can be`(count: Int) {
        for (width, height) in [(55, 11), (135, 57), (24, 9), (57, 40)] {
            let area = Area(x: 3, y: 1, width: width, height: height)
            let areas = PictureGrid.areas(count, in: area)
            #expect(areas.count == min(count, PictureGrid.mostTiles))
            for (index, one) in areas.enumerated() {
                #expect(one.x >= area.x && one.y >= area.y && one.maxX <= area.maxX && one.maxY <= area.maxY)
                for other in areas[(index + 1)...] {
                    #expect(one.maxX <= other.x || other.maxX <= one.x || one.maxY <= other.y || other.maxY <= one.y)
                }
            }
        }
        #expect(
            PictureGrid.areas(1, in: Area(x: 0, y: 0, width: 60, height: 20)) == [
                Area(x: 0, y: 0, width: 60, height: 20)
            ])
    }

    @Test func `what is read stays in view when something new comes`() {
        var model = Fixture.model()
        for number in 0..<100 { model.handle(Fixture.chat("message \(number)")) }
        var view = MeetingView(width: 50, height: 12)
        #expect(view.draw(model, LineEditor()).canvas.text.contains("message 99"))
        view.scrollUp()
        let before = view.draw(model, LineEditor()).canvas.text
        #expect(!before.contains("message 99") && before.contains("newer messages below"))
        model.handle(Fixture.chat("something new that is so long that it takes more than one line"))
        #expect(view.draw(model, LineEditor()).canvas.text == before)
        for _ in 0..<100 { view.scrollUp() }
        #expect(view.draw(model, LineEditor()).canvas.text.contains("message 0"))
        view.scrollToEnd()
        #expect(view.draw(model, LineEditor()).canvas.text.contains("one line"))
    }

    @Test func `a long answer is read from its beginning`() {
        var model = Fixture.model([.op, .present, .message])
        var view = MeetingView(width: 60, height: 12)
        _ = view.draw(model, LineEditor())
        _ = model.submit("/help")
        #expect(view.draw(model, LineEditor()).canvas.text.contains("/help – show these commands"))
    }

    @Test func `files show what can be done with them`() {
        var model = Fixture.model()
        model.offered("a", isUp: false, name: "report.pdf", person: "bob", size: 1_234_567)
        #expect(drawn(80, 24, model).text.contains("↓ 1 report.pdf (1.2 MB) from …  /accept 1 or /refuse 1 │"))
        model.file("a", .state(.connected))
        model.file("a", .progress(1_000_000))
        #expect(drawn(80, 24, model).text.contains("████████░░ 81 %"))
    }

    @Test func `who may not write is told so`() {
        #expect(drawn(80, 24, Fixture.model([])).text.contains("> You may not write here; commands begin with /"))
    }
}
