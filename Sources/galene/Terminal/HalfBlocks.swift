// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO

/// Pictures of characters: each is an upper half block, whose colours are two pixels, one above the other. Such a pixel is
/// nearly square, because a character is twice as high as wide.
struct HalfBlocks: Hashable, Sendable {
    /// In cells.
    let width: Int
    let height: Int
    /// Of the pixels, in rows; twice as many rows as cells.
    let pixels: [Pixel]

    struct Pixel: Hashable, Sendable {
        var red: UInt8
        var green: UInt8
        var blue: UInt8
    }

    /// Colours are given in so many steps a channel: what nobody sees is not sent each time that a camera's noise changes it.
    static let step = 8
    /// Of each pixel so many points of the picture are looked at, along each side.
    private static let maximumSamples = 4

    /// The largest size in cells that fits, with the picture's own ratio of width to height.
    static func fit(width: Int, height: Int, into area: (width: Int, height: Int)) -> (width: Int, height: Int) {
        guard width > 0, height > 0, area.width > 0, area.height > 0 else { return (0, 0) }
        let rows = area.height * 2
        if area.width * height <= rows * width {
            // As wide as the area.
            let pixels = max(1, (area.width * height + width / 2) / width)
            return (area.width, min(area.height, (pixels + 1) / 2))
        }
        return (min(area.width, max(1, (rows * width + height / 2) / height)), area.height)
    }

    /// - Parameters:
    ///   - width: in cells.
    ///   - height: in cells.
    init(_ picture: VideoPicture, width: Int, height: Int) {
        self.width = max(0, width)
        self.height = max(0, height)
        let (columns, rows) = (self.width, self.height * 2)
        pixels = picture.withPlanes { luma, u, v in
            var result: [Pixel] = []
            result.reserveCapacity(columns * rows)
            for row in 0..<rows {
                let ys = Self.samples(row, of: rows, over: luma.height)
                for column in 0..<columns {
                    let xs = Self.samples(column, of: columns, over: luma.width)
                    var (sumY, sumU, sumV, count) = (0, 0, 0, 0)
                    var y = ys.first
                    while y < ys.end {
                        var x = xs.first
                        while x < xs.end {
                            sumY += Int(luma[x, y])
                            sumU += Int(u[x / 2, y / 2])
                            sumV += Int(v[x / 2, y / 2])
                            count += 1
                            x += xs.step
                        }
                        y += ys.step
                    }
                    result.append(Pixel(y: sumY / count, u: sumU / count, v: sumV / count))
                }
            }
            return result
        }
    }

    /// Which of so many points belong to one of so many places: at least one.
    private static func samples(_ index: Int, of count: Int, over size: Int) -> (first: Int, end: Int, step: Int) {
        let first = index * size / count
        let end = max(first + 1, (index + 1) * size / count)
        return (first, end, max(1, (end - first) / maximumSamples))
    }

    func draw(on canvas: inout Canvas, x: Int, y: Int) {
        for row in 0..<height {
            for column in 0..<width {
                let upper = pixels[row * 2 * width + column].color
                let lower = pixels[(row * 2 + 1) * width + column].color
                let cell =
                    upper == lower
                    ? Cell(text: " ", width: 1, style: Style(background: upper))
                    : Cell(text: "▀", width: 1, style: Style(foreground: upper, background: lower))
                canvas.place(cell, x: x + column, y: y + row)
            }
        }
    }
}

extension HalfBlocks.Pixel {
    /// From BT.601's limited range to full RGB, in steps of ``HalfBlocks/step``.
    fileprivate init(y: Int, u: Int, v: Int) {
        // The coefficients of ITU-R BT.601 in parts of 1024: 255/219 = 1192, 1.596 = 1634, 0.391 = 401, 0.813 = 833,
        // 2.018 = 2066.
        let (c, d, e) = (1192 * (y - 16), u - 128, v - 128)
        func channel(_ value: Int) -> UInt8 {
            let value = min(255, max(0, (value + 512) / 1024))
            // Black and white stay what they are.
            return UInt8(min(255, (value + HalfBlocks.step / 2) / HalfBlocks.step * HalfBlocks.step))
        }
        self.init(red: channel(c + 1634 * e), green: channel(c - 401 * d - 833 * e), blue: channel(c + 2066 * d))
    }

    fileprivate var color: TerminalColor { .rgb(red: red, green: green, blue: blue) }
}
