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

    @Test(arguments: [true, false])
    func `whoever waits is woken by what is new, as soon as it comes`(isPicture: Bool) async throws {
        let (there, back, picture) = (Gallery(), Gallery(), try picture(1))
        @Sendable func change(_ gallery: Gallery) { isPicture ? gallery.show(picture, of: "a") : gallery.remove("a") }
        /// Much longer than the test takes in which somebody is woken each time.
        let patience = 20.0
        let begun = ContinuousClock.now
        Thread {
            for round in 0..<100 {
                there.wait(after: round, seconds: patience)
                change(back)
            }
        }.start()
        await withCheckedContinuation { done in
            Thread {
                for round in 0..<100 {
                    change(there)
                    back.wait(after: round, seconds: patience)
                }
                done.resume()
            }.start()
        }
        #expect(ContinuousClock.now - begun < .seconds(patience))
    }

    @Test func `nobody waits for what has come already, nor for ever`() throws {
        let gallery = Gallery()
        gallery.show(try picture(1), of: "a")
        gallery.wait(after: -1, seconds: 3600)
        gallery.wait(after: gallery.all.change, seconds: 0.01)
    }
}
