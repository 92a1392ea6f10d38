// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO
import Testing

@testable import galene

@Suite("Pictures of half blocks")
struct HalfBlocksTests {
    /// - Parameter color: what a place of the picture has, as Y, U and V.
    private func picture(
        _ width: Int, _ height: Int, _ color: (_ x: Int, _ y: Int) -> (UInt8, UInt8, UInt8)
    ) throws -> VideoPicture {
        try VideoPicture(width: width, height: height, time: .zero) { luma, u, v in
            for y in 0..<height {
                for x in 0..<width {
                    let (a, b, c) = color(x, y)
                    luma[x, y] = a
                    u[x / 2, y / 2] = b
                    v[x / 2, y / 2] = c
                }
            }
        }
    }

    /// The bars of SMPTE RP 219 at full intensity in BT.601, and what they are in RGB (ITU-R BT.601-7, table 3).
    @Test(arguments: [
        (UInt8(16), UInt8(128), UInt8(128), 0, 0, 0), (235, 128, 128, 255, 255, 255), (81, 90, 240, 255, 0, 0),
        (145, 54, 34, 0, 255, 0), (41, 240, 110, 0, 0, 255), (210, 16, 146, 255, 255, 0),
        (126, 128, 128, 128, 128, 128),
    ])
    func `have the colours of the picture`(y: UInt8, u: UInt8, v: UInt8, red: Int, green: Int, blue: Int) throws {
        let blocks = HalfBlocks(try picture(16, 16) { _, _ in (y, u, v) }, width: 4, height: 2)
        for pixel in blocks.pixels {
            #expect(
                abs(Int(pixel.red) - red) <= HalfBlocks.step / 2 + 1
                    && abs(Int(pixel.green) - green) <= HalfBlocks.step / 2 + 1)
            #expect(abs(Int(pixel.blue) - blue) <= HalfBlocks.step / 2 + 1)
        }
    }

    @Test func `two pixels are one above the other in a cell`() throws {
        let blocks = HalfBlocks(try picture(8, 8) { _, y in (y < 4 ? 235 : 16, 128, 128) }, width: 2, height: 1)
        var canvas = Canvas(width: 4, height: 2)
        blocks.draw(on: &canvas, x: 1, y: 0)
        #expect(canvas.text == " ▀▀\n")
        #expect(canvas[1, 0].style.foreground == .rgb(red: 255, green: 255, blue: 255))
        #expect(canvas[1, 0].style.background == .rgb(red: 0, green: 0, blue: 0))
    }

    @Test(arguments: [
        (640, 480, 80, 24, 64, 24), (1280, 720, 80, 24, 80, 23), (480, 640, 80, 24, 36, 24), (16, 9, 10, 50, 10, 3),
        (1, 1000, 10, 10, 1, 10),
        (1000, 1, 10, 10, 10, 1), (4, 3, 0, 10, 0, 0), (0, 3, 10, 10, 0, 0),
    ])
    func `keep the picture's ratio`(width: Int, height: Int, columns: Int, rows: Int, w: Int, h: Int) {
        let fit = HalfBlocks.fit(width: width, height: height, into: (columns, rows))
        #expect(fit == (w, h))
    }

    @Test func `are made of pictures smaller and larger than the window`() throws {
        let tiny = try picture(3, 1) { x, _ in (UInt8(16 + x * 100), 128, 128) }
        #expect(HalfBlocks(tiny, width: 9, height: 3).pixels.count == 54)
        let large = try picture(641, 361) { x, _ in (x < 320 ? 16 : 235, 128, 128) }
        let blocks = HalfBlocks(large, width: 20, height: 5)
        #expect(blocks.pixels[0].red == 0 && blocks.pixels[19].red == 255)
        #expect(HalfBlocks(large, width: 0, height: 0).pixels.isEmpty)
    }
}
