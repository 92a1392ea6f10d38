// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import MediaIO

/// A picture of somebody, or the place where it will be.
struct Tile: Sendable, Identifiable {
    let id: String
    /// Below it; may be shown.
    var label: String
    /// `nil` before the first.
    var picture: VideoPicture?
}

/// How a meeting looks on a terminal: model in, cells out.
struct MeetingView {
    var width: Int
    var height: Int
    var showsPeople = true
    /// What is said to the person above what is typed, until the next key.
    var hint: String?
    /// Lines of the chat that are below what is shown.
    private(set) var scroll = 0
    /// Entries of the chat that were there when it was drawn last.
    private var seen = 0
    private var chatHeight = 1
    private var drawn: [String: (time: Duration, blocks: HalfBlocks)] = [:]

    /// Of a message that is being typed.
    static let maximumInputLines = 6
    private static let prompt = "> "

    struct Frame {
        var canvas: Canvas
        var caret: Screen.Position
    }

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    mutating func scrollUp() { scroll += max(1, chatHeight - 1) }
    mutating func scrollDown() { scroll = max(0, scroll - max(1, chatHeight - 1)) }
    mutating func scrollToEnd() { scroll = 0 }

    mutating func draw(_ model: MeetingModel, _ editor: LineEditor, tiles: [Tile] = []) -> Frame {
        let width = min(max(1, width), Canvas.maximumSize)
        let height = min(max(1, height), Canvas.maximumSize)
        var canvas = Canvas(width: width, height: height)
        let typed = TypedText(editor, width: max(1, width - Self.prompt.count))
        let layout = MeetingLayout(
            width: width, height: height,
            .init(
                hasPictures: !tiles.isEmpty, showsPeople: showsPeople, people: model.people.count,
                files: model.files.count, inputLines: min(typed.lines.count, Self.maximumInputLines)))
        drawPictures(tiles, layout.pictures, on: &canvas)
        drawPeople(model, layout.people, on: &canvas)
        drawChat(model, layout.chat, on: &canvas)
        for (row, file) in model.files.suffix(layout.files.height).enumerated() {
            draw(file, x: 0, y: layout.files.y + row, width: layout.column ?? width, on: &canvas)
        }
        drawRules(model, layout, tiles.count, on: &canvas)
        let caret = drawInput(model, typed, layout.input, on: &canvas)
        return Frame(canvas: canvas, caret: caret)
    }

    // MARK: People

    private func drawPeople(_ model: MeetingModel, _ area: Area, on canvas: inout Canvas) {
        guard !area.isEmpty else { return }
        let people = model.sortedPeople
        let fits = people.count <= area.height
        let shown = people.prefix(fits ? area.height : area.height - 1)
        for (row, person) in shown.enumerated() {
            draw(person, isOwn: person.id == model.ownID, row: row, in: area, on: &canvas)
        }
        if !fits {
            canvas.write(
                " and \(people.count - shown.count) more: /who", x: area.x, y: area.maxY - 1, limit: area.maxX,
                style: .dim)
        }
    }

    private func draw(_ person: Person, isOwn: Bool, row: Int, in area: Area, on canvas: inout Canvas) {
        var marks: [(String, Style)] = []
        if person.hasRaisedHand { marks.append(("hand", .color(3, .bold))) }
        if person.isOperator { marks.append(("op", .dim)) }
        if !person.mayWrite, !person.mayPresent { marks.append(("watching", .dim)) }
        if person.isMuted { marks.append(("muted", .dim)) } else if person.sendsSound { marks.append(("♪", .color(2))) }
        if person.sendsVideo { marks.append(("▣", .color(2))) }
        let y = area.y + row
        var x = area.maxX - 1
        for (text, style) in marks.reversed() {
            x -= TextWidth.of(text)
            guard x > area.x + 8 else { break }
            canvas.write(text, x: x, y: y, style: style)
            x -= 1
        }
        canvas.write(
            "●", x: area.x + 1, y: y, style: person.mayPresent ? Self.style(of: person.name, isOwn: isOwn) : .dim)
        let suffix = isOwn ? " (you)" : ""
        let room = x - area.x - 3 - suffix.count
        canvas.write(
            TextWidth.shortened(person.name, to: room) + suffix, x: area.x + 3, y: y, limit: x + 1,
            style: isOwn ? .bold : .plain)
    }

    /// Somebody's colour, the same in every meeting.
    static func style(of name: String, isOwn: Bool) -> Style {
        guard !isOwn else { return .bold }
        // FNV-1a.
        let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return .color(palette[Int(hash % UInt32(palette.count))], .bold)
    }

    /// Of the person's own sixteen those that can be read on most backgrounds, without red, which is for alarms, and yellow,
    /// which is for what needs attention.
    private static let palette: [UInt8] = [2, 4, 5, 6]

    // MARK: Pictures

    private mutating func drawPictures(_ tiles: [Tile], _ area: Area, on canvas: inout Canvas) {
        let areas = PictureGrid.areas(tiles.count, in: area)
        drawn = drawn.filter { id, _ in tiles.contains { $0.id == id } }
        for (tile, place) in zip(tiles, areas) {
            let room = (width: place.width - 1, height: place.height - 1)
            let label = TextWidth.shortened(tile.label, to: place.width - 1)
            guard let picture = tile.picture else {
                canvas.write(
                    label, x: place.x + max(0, place.width - TextWidth.of(label)) / 2, y: place.y + room.height / 2,
                    limit: place.maxX, style: .dim)
                continue
            }
            let size = HalfBlocks.fit(width: picture.width, height: picture.height, into: room)
            var blocks = drawn[tile.id]
            if blocks?.time != picture.time || blocks?.blocks.width != size.width
                || blocks?.blocks.height != size.height
            {
                blocks = (picture.time, HalfBlocks(picture, width: size.width, height: size.height))
            }
            guard let blocks else { continue }
            drawn[tile.id] = blocks
            let (x, y) = (place.x + (place.width - size.width) / 2, place.y + (room.height - size.height) / 2)
            blocks.blocks.draw(on: &canvas, x: x, y: y)
            canvas.write(
                label, x: place.x + max(0, place.width - TextWidth.of(label)) / 2, y: y + size.height, limit: place.maxX
            )
        }
    }

    // MARK: Files

    private func draw(_ file: FileEntry, x: Int, y: Int, width: Int, on canvas: inout Canvas) {
        let text = "\(file.isUp ? "↑" : "↓") \(file.number) \(file.headline)"
        let state: String
        switch file.state {
        case .inviting: state = file.isUp ? "waiting" : "/accept \(file.number) or /refuse \(file.number)"
        case .connected, .done:
            let filled = file.percent / 10
            state =
                String(repeating: "█", count: filled) + String(repeating: "░", count: 10 - filled)
                + " \(file.percent) %"
        default: state = "connecting"
        }
        let room = max(8, width - 3 - TextWidth.of(state))
        let end = canvas.write(TextWidth.shortened(text, to: room), x: x, y: y, limit: width, style: .color(6))
        canvas.write(state, x: end + 2, y: y, limit: width, style: file.isOffer ? .color(3) : .plain)
    }

    // MARK: Chat

    private mutating func drawChat(_ model: MeetingModel, _ area: Area, on canvas: inout Canvas) {
        chatHeight = area.height
        guard !area.isEmpty else { return }
        let added = model.entryCount - seen
        // Who reads what is older goes on reading it when something new comes.
        if scroll > 0, added > 0 {
            for entry in model.entries.suffix(added) { scroll += lines(of: entry, model, width: area.width).count }
        }
        // An answer that is longer than the chat is read from its beginning.
        if scroll == 0, added > 0, let answer = model.entries.last, answer.kind == .answer {
            scroll = max(0, self.lines(of: answer, model, width: area.width).count - area.height)
        }
        seen = model.entryCount
        var lines: [ChatLine] = []
        for entry in model.entries.reversed() {
            guard lines.count < area.height + scroll else { break }
            lines.insert(contentsOf: self.lines(of: entry, model, width: area.width), at: 0)
        }
        scroll = max(0, min(scroll, lines.count - area.height))
        let shown = lines.dropLast(scroll).suffix(area.height)
        // The newest stands at the bottom, next to what is typed.
        let y = area.maxY - shown.count
        for (row, line) in shown.enumerated() {
            var x = area.x
            for (text, style) in line.parts {
                x = canvas.write(text, x: x, y: y + row, limit: area.maxX, style: style)
            }
        }
        if model.entries.isEmpty {
            canvas.write(
                "No messages yet.", x: area.x + 1, y: area.maxY - 1, limit: area.maxX, style: .dim)
        }
    }

    private struct ChatLine {
        var parts: [(String, Style)]
    }

    /// The time, who, and what; what does not fit stands below it, beside the time.
    private func lines(of entry: ChatEntry, _ model: MeetingModel, width: Int) -> [ChatLine] {
        let time = model.time(entry)
        let hasTime = width >= 30 && !time.isEmpty
        let indent = hasTime ? TextWidth.of(time) + 2 : width >= 12 ? 1 : 0
        let body: Style =
            switch entry.kind {
            case .message, .action, .answer: .plain
            case .notice: .dim
            case .warning: .color(3)
            }
        var head: (String, Style)?
        switch entry.kind {
        case .message:
            let who =
                entry.recipient.map { entry.isOwn ? "You → \($0), privately" : "\(entry.author) → you, privately" }
                ?? entry.author
            head = (
                TextWidth.shortened(who, to: max(4, width - indent - 3)) + ":",
                Self.style(of: entry.author, isOwn: entry.isOwn)
            )
        case .action:
            head = (
                TextWidth.shortened("* \(entry.author)", to: max(4, width - indent - 2)),
                Self.style(of: entry.author, isOwn: entry.isOwn)
            )
        case .answer, .notice, .warning: break
        }
        let room = max(1, width - indent)
        // A place for the name is kept by what is no space, so that it is not broken.
        let space = head.map { String(repeating: "\u{a0}", count: min(room, TextWidth.of($0.0))) + " " } ?? ""
        var wrapped = entry.lines.enumerated().flatMap { index, line in
            TextWrapping.lines(of: (index == 0 ? space : "") + line, width: room)
        }
        if wrapped.isEmpty { wrapped = [space] }
        return wrapped.enumerated().map { index, text in
            guard index == 0 else { return ChatLine(parts: [(String(repeating: " ", count: indent) + text, body)]) }
            var parts = [(hasTime ? " \(time) " : String(repeating: " ", count: indent), Style.dim)]
            if let head {
                parts.append(head)
                parts.append((String(text.dropFirst(TextWidth.of(head.0))), body))
            } else {
                parts.append((text, body))
            }
            return ChatLine(parts: parts)
        }
    }

    // MARK: What is typed

    private func drawInput(
        _ model: MeetingModel, _ typed: TypedText, _ area: Area, on canvas: inout Canvas
    ) -> Screen.Position {
        let first = min(max(0, typed.row - area.height + 1), max(0, typed.lines.count - area.height))
        canvas.write(Self.prompt, x: 0, y: area.y, style: .color(2, .bold))
        for (row, line) in typed.lines.dropFirst(first).prefix(area.height).enumerated() {
            canvas.write(line, x: Self.prompt.count, y: area.y + row)
        }
        if typed.isEmpty {
            let text = model.mayWrite ? "Write to everybody" : "You may not write here; commands begin with /"
            canvas.write(text, x: Self.prompt.count, y: area.y, style: .dim)
        }
        return Screen.Position(
            x: min(canvas.width - 1, Self.prompt.count + typed.column), y: area.y + typed.row - first)
    }
}
