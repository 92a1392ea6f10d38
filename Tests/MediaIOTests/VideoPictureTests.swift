// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO
import Testing

struct VideoPictureTests {
    @Test func `a picture has what was drawn, at every edge of every plane`() throws {
        let picture = try VideoPicture(width: 5, height: 3, time: .milliseconds(40)) { luma, u, v in
            for y in 0..<luma.height { for x in 0..<luma.width { luma[x, y] = UInt8(10 * y + x) } }
            for y in 0..<u.height {
                for x in 0..<u.width {
                    u[x, y] = UInt8(100 + 10 * y + x)
                    v[x, y] = UInt8(200 + 10 * y + x)
                }
            }
        }
        #expect((picture.width, picture.height) == (5, 3))
        #expect(picture.time == .milliseconds(40))
        picture.withPlanes { luma, u, v in
            #expect((luma.width, luma.height, u.width, u.height, v.width, v.height) == (5, 3, 3, 2, 3, 2))
            #expect((luma[0, 0], luma[4, 2], u[2, 1], v[2, 1]) == (0, 24, 112, 212))
        }
    }

    @Test(arguments: [(0, 2), (2, 0), (-1, 1), (Int.max, 1)]) func `no picture is empty or beyond all measure`(
        size: (Int, Int)
    ) {
        #expect(throws: MediaError.self) { try VideoPicture(width: size.0, height: size.1, time: .zero) { _, _, _ in } }
    }
}
