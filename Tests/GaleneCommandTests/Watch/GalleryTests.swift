// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import Testing

@testable import galene

@Suite("The pictures of galene watch")
struct GalleryTests {
    private func picture(_ luma: UInt8) throws -> VideoPicture {
        try VideoPicture(width: 2, height: 2, time: .zero) { plane, _, _ in plane[0, 0] = luma }
    }

    private func lumas(_ gallery: Gallery) -> [UInt8] {
        gallery.all.pictures.map { $0.withPlanes { luma, _, _ in luma[0, 0] } }
    }

    @Test func `has the newest picture of each stream, in the order in which they came`() throws {
        let gallery = Gallery()
        gallery.show(try picture(1), of: "a")
        gallery.show(try picture(2), of: "b")
        let before = gallery.all.change
        gallery.show(try picture(3), of: "a")
        #expect(lumas(gallery) == [3, 2] && gallery.all.change != before)
        gallery.remove("a")
        #expect(lumas(gallery) == [2])
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `whoever waits is woken by what is new, as soon as it comes`(isPicture: Bool) async throws {
        let gallery = Gallery()
        gallery.show(try picture(1), of: "a")
        let before = gallery.all.change
        let change = await withCheckedContinuation { woken in
            Thread {
                // Much longer than the test may take.
                gallery.wait(after: before, seconds: 3600)
                woken.resume(returning: gallery.all.change)
            }.start()
            if isPicture, let picture = try? picture(2) { gallery.show(picture, of: "b") } else { gallery.remove("a") }
        }
        #expect(change != before)
    }

    @Test func `nobody waits for what has come already, nor for ever`() throws {
        let gallery = Gallery()
        gallery.show(try picture(1), of: "a")
        gallery.wait(after: -1, seconds: 3600)
        gallery.wait(after: gallery.all.change, seconds: 0.01)
    }
}
