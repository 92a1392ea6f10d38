// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The lines between the parts, and what is said in them: of the group, the people, and of oneself.
extension MeetingView {
    func drawRules(_ model: MeetingModel, _ layout: MeetingLayout, _ tiles: Int, on canvas: inout Canvas) {
        let isRuled = !layout.inputRule.isEmpty
        if let column = layout.column {
            canvas.fill(
                Area(x: column, y: layout.header.maxY, width: 1, height: layout.inputRule.y - layout.header.maxY),
                style: .dim, with: "│")
        }
        if !layout.header.isEmpty {
            rule(layout.header, isRuled: isRuled, on: &canvas)
            var facts = [(model.title, Style.bold)]
            if layout.people.isEmpty { facts.append(("\(model.people.count) here", .plain)) }
            if model.isLocked { facts.append(("locked", .color(3))) }
            if let loss = model.lossText { facts.append((loss, .color(3, .bold))) }
            let limit = (layout.people.isEmpty ? nil : layout.column) ?? canvas.width
            titles(facts, in: layout.header, limit: limit, isRuled: isRuled, on: &canvas)
            if let column = layout.column, !layout.people.isEmpty {
                canvas.write("┬", x: column, y: 0, style: .dim)
                let hands = model.people.values.count(where: \.hasRaisedHand)
                var facts = [("People \(model.people.count)", Style.bold)]
                if hands > 0 { facts.append((hands == 1 ? "1 hand" : "\(hands) hands", .color(3))) }
                titles(
                    facts, in: Area(x: column, y: 0, width: layout.people.width, height: 1), limit: canvas.width,
                    isRuled: isRuled, on: &canvas)
            } else if let column = layout.column {
                canvas.write("┬", x: column, y: 0, style: .dim)
            }
        }
        if !layout.chatRule.isEmpty {
            rule(layout.chatRule, isRuled: true, on: &canvas)
            if let column = layout.column {
                canvas.write(layout.chatRule.x > column ? "├" : "┤", x: column, y: layout.chatRule.y, style: .dim)
            }
            var facts = [("Chat", Style.bold)]
            let hidden = tiles - PictureGrid.mostTiles
            if hidden > 0 { facts.append(("\(hidden) pictures not shown", .dim)) }
            titles(facts, in: layout.chatRule, limit: layout.chatRule.maxX, isRuled: true, on: &canvas)
        }
        guard isRuled else { return }
        rule(layout.inputRule, isRuled: true, on: &canvas)
        if let column = layout.column { canvas.write("┴", x: column, y: layout.inputRule.y, style: .dim) }
        if let hint {
            titles([(hint, .color(3))], in: layout.inputRule, limit: canvas.width, isRuled: true, on: &canvas)
        } else if scroll > 0 {
            titles(
                [("newer messages below: PageDown, Escape", .color(3))], in: layout.inputRule, limit: canvas.width,
                isRuled: true, on: &canvas)
        } else {
            let help = " /help · PageUp · Ctrl-C leaves "
            let x = canvas.width - TextWidth.of(help) - 1
            let hasRoom = x > canvas.width / 2
            if hasRoom { canvas.write(help, x: x, y: layout.inputRule.y, style: .dim) }
            titles(
                [(model.ownName, .bold)] + Self.facts(model.sent), in: layout.inputRule,
                limit: hasRoom ? x : canvas.width, isRuled: true, on: &canvas)
        }
    }

    /// What is sent from here, in the order of what matters.
    static func facts(_ sent: SentMedia) -> [(String, Style)] {
        let file = sent.fileName.isEmpty ? "file" : sent.fileName
        let states = [
            ("microphone", sent.microphone), ("camera", sent.camera), ("screen", sent.screen), (file, sent.file),
        ]
        let facts: [(String, Style)] = states.compactMap { name, state in
            switch state {
            case .off: nil
            case .starting: ("\(name) …", .dim)
            case .on: ("\(name) on", .color(2))
            case .muted: ("\(name) off", .color(3))
            }
        }
        return facts + (sent.rate.map { [($0, .dim)] } ?? [])
    }

    private func rule(_ area: Area, isRuled: Bool, on canvas: inout Canvas) {
        canvas.fill(area, style: .dim, with: isRuled ? "─" : " ")
    }

    private func titles(
        _ facts: [(String, Style)], in area: Area, limit: Int, isRuled: Bool, on canvas: inout Canvas
    ) {
        var x = area.x + (isRuled ? 1 : 0)
        for (text, style) in facts {
            let room = min(limit, canvas.width) - x - (isRuled ? 3 : 0)
            guard room > 3 else { return }
            let shown = TextWidth.shortened(text, to: room)
            x = canvas.write(isRuled ? " \(shown) " : "\(shown)  ", x: x, y: area.y, style: style) + (isRuled ? 1 : 0)
        }
    }
}
