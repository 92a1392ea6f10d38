// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Where what is in a meeting stands on a terminal of some size. What has no room has an empty area.
struct MeetingLayout: Hashable {
    /// The first row: a rule with the group's name in it.
    var header: Area
    var pictures = Area(x: 0, y: 0, width: 0, height: 0)
    var chat: Area
    var people = Area(x: 0, y: 0, width: 0, height: 0)
    /// Between pictures or people and the chat; one row.
    var chatRule = Area(x: 0, y: 0, width: 0, height: 0)
    var files: Area
    /// Above what is typed.
    var inputRule: Area
    var input: Area
    /// The column between left and right.
    var column: Int?

    /// What is to be shown.
    struct Contents: Hashable {
        var hasPictures = false
        var showsPeople = true
        var people = 1
        var files = 0
        /// Lines that are being typed.
        var inputLines = 1
    }

    /// From so many columns on, pictures and chat stand side by side.
    static let wide = 110
    /// From so many columns on there is room for the list of people.
    private static let leastForPeople = 60
    /// From so many rows on there is room for rules.
    private static let leastForRules = 7
    private static let leastForPictures = (width: 24, height: 9)

    init(width: Int, height: Int, _ contents: Contents) {
        let rule = height >= Self.leastForRules ? 1 : 0
        let head = height >= 4 ? 1 : 0
        let inputRows = max(1, min(contents.inputLines, height / 4))
        let fileRows = height >= Self.leastForRules ? min(contents.files, height / 6) : 0
        header = Area(x: 0, y: 0, width: width, height: head)
        input = Area(x: 0, y: height - inputRows, width: width, height: inputRows)
        inputRule = Area(x: 0, y: input.y - rule, width: width, height: rule)
        files = Area(x: 0, y: inputRule.y - fileRows, width: width, height: fileRows)
        let body = Area(x: 0, y: head, width: width, height: max(0, files.y - head))
        chat = body
        let showsPeople = contents.showsPeople && width >= Self.leastForPeople && body.height >= 4
        let hasPictures =
            contents.hasPictures && width >= Self.leastForPictures.width && body.height >= Self.leastForPictures.height
        if hasPictures, width >= Self.wide {
            placeSideBySide(in: body, people: showsPeople ? contents.people : 0)
        } else {
            placeStacked(in: body, hasPictures: hasPictures, showsPeople: showsPeople)
        }
    }

    /// Pictures at the left; people above the chat at the right.
    private mutating func placeSideBySide(in body: Area, people count: Int) {
        let side = min(max(body.width * 3 / 10, 40), 64)
        let left = body.width - side - 1
        column = left
        pictures = Area(x: 0, y: body.y, width: left, height: body.height)
        let rows = count > 0 ? min(count, body.height / 3) : 0
        people = Area(x: left + 1, y: body.y, width: side, height: rows)
        chatRule = Area(x: left + 1, y: people.maxY, width: side, height: rows > 0 ? 1 : 0)
        chat = Area(x: left + 1, y: chatRule.maxY, width: side, height: body.maxY - chatRule.maxY)
    }

    /// Pictures above the chat at the left; people at the right.
    private mutating func placeStacked(in body: Area, hasPictures: Bool, showsPeople: Bool) {
        var left = body.width
        if showsPeople {
            let side = min(max(body.width * 3 / 10, 22), 32)
            left = body.width - side - 1
            column = left
            people = Area(x: left + 1, y: body.y, width: side, height: body.height)
        }
        // Text does not touch what stands beside it.
        chat.width = showsPeople ? left - 1 : left
        guard hasPictures else { return }
        pictures = Area(x: 0, y: body.y, width: left, height: body.height * 11 / 20)
        chatRule = Area(x: 0, y: pictures.maxY, width: left, height: 1)
        chat = Area(x: 0, y: chatRule.maxY, width: chat.width, height: body.maxY - chatRule.maxY)
    }
}

/// Places for pictures of about 16 by 9, as large as can be.
enum PictureGrid {
    /// More would be too small to see anybody in.
    static let mostTiles = 9

    /// - Returns: one area for each, with a row below the picture for a name.
    static func areas(_ count: Int, in area: Area) -> [Area] {
        let count = min(count, mostTiles)
        guard count > 0, !area.isEmpty else { return [] }
        var best = (columns: 1, size: -1.0)
        for columns in 1...count {
            let rows = (count + columns - 1) / columns
            // A cell is two pixels high.
            let width = Double(area.width / columns - 1)
            let height = Double((area.height / rows - 1) * 2)
            let size = min(width / 16, height / 9)
            if size > best.size { best = (columns, size) }
        }
        let rows = (count + best.columns - 1) / best.columns
        return (0..<count).map { index in
            let (row, column) = (index / best.columns, index % best.columns)
            // The last row may have fewer: they stand in its middle.
            let inRow = row == rows - 1 ? count - row * best.columns : best.columns
            let shift = (best.columns - inRow) * area.width / best.columns / 2
            let (left, right) = (column * area.width / best.columns, (column + 1) * area.width / best.columns)
            let (top, bottom) = (row * area.height / rows, (row + 1) * area.height / rows)
            return Area(x: area.x + left + shift, y: area.y + top, width: right - left, height: bottom - top)
        }
    }
}
