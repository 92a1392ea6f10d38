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
        let (a, b) = (gallery.enter("a"), gallery.enter("b"))
        gallery.show(try picture(2), b)
        gallery.show(try picture(1), a)
        let before = gallery.all.change
        gallery.show(try picture(3), a)
        #expect(lumas(gallery) == [3, 2] && gallery.all.change != before)
        gallery.leave(a)
        #expect(lumas(gallery) == [2])
        gallery.show(try picture(4), a)
        #expect(lumas(gallery) == [2], "who has left shows nothing more")
    }

    @Test func `what replaces a stream has its place, whatever the order in which the two come and go`() throws {
        let gallery = Gallery()
        let (a, b) = (gallery.enter("a"), gallery.enter("b"))
        gallery.show(try picture(1), a)
        gallery.show(try picture(2), b)
        let next = gallery.enter("a")
        gallery.show(try picture(9), a)
        gallery.leave(a)
        gallery.show(try picture(3), next)
        #expect(lumas(gallery) == [3, 2])
        gallery.leave(next)
        gallery.show(try picture(4), gallery.enter("a"))
        #expect(lumas(gallery) == [4, 2])
    }

    @Test func `places of those who have gone do not pile up`() throws {
        let gallery = Gallery()
        let first = gallery.enter("first")
        gallery.show(try picture(1), first)
        for number in 0..<1000 { gallery.leave(gallery.enter("\(number)")) }
        gallery.show(try picture(2), gallery.enter("last"))
        #expect(lumas(gallery) == [1, 2])
    }

    @Test(arguments: [true, false])
    func `whoever waits is woken by what is new, as soon as it comes`(isPicture: Bool) async throws {
        let (there, back, picture) = (Gallery(), Gallery(), try picture(1))
        @Sendable func change(_ gallery: Gallery) {
            let ticket = gallery.enter("a")
            isPicture ? gallery.show(picture, ticket) : gallery.leave(ticket)
        }
        /// Much longer than the test takes in which somebody is woken each time.
        let patience = Duration.seconds(20)
        let begun = ContinuousClock.now
        Thread {
            for round in 0..<100 {
                there.wait(after: round, for: patience)
                change(back)
            }
        }.start()
        await withCheckedContinuation { done in
            Thread {
                for round in 0..<100 {
                    change(there)
                    back.wait(after: round, for: patience)
                }
                done.resume()
            }.start()
        }
        #expect(ContinuousClock.now - begun < patience)
    }

    @Test func `nobody waits for what has come already, nor for ever`() throws {
        let gallery = Gallery()
        gallery.show(try picture(1), gallery.enter("a"))
        gallery.wait(after: -1, for: .seconds(3600))
        gallery.wait(after: gallery.all.change, for: .milliseconds(10))
    }
}
