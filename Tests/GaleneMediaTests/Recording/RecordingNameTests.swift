// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import RTCTestKit
import Testing

@testable import GaleneMedia

struct RecordingNameTests {
    private static let moment: Int64 = 1_795_356_207_123_000_000

    private func stem(_ parts: String...) throws -> String {
        RecordingName.stem(
            parts, unixNanoseconds: Self.moment, timeZone: try #require(TimeZone(identifier: "Europe/Paris")))
    }

    @Test func `a file is called by when it began, whose it is and its label`() throws {
        #expect(try stem("Ann", "camera") == "2026-11-22T15-03-27-Ann-camera")
        #expect(try stem("Ann B. Öztürk", "screenshare") == "2026-11-22T15-03-27-Ann B. Öztürk-screenshare")
        #expect(try stem("", "camera") == "2026-11-22T15-03-27-camera")
        #expect(try stem("", "") == "2026-11-22T15-03-27")
    }

    @Test(
        .attack(25),
        arguments: [
            "../../etc/passwd", "..", ".", "/etc/passwd", "..\\..\\x", "a/../b", "\u{0}/x", "~/.ssh/id", "a\u{338}/b",
            "/\u{338}", "\u{202e}gnp.exe", "\u{1b}[31m", "a\nb", ".hidden", "-rf", "a\u{0}b", "C:\\x", "CON:",
            "x*?<>|\"",
            String(repeating: "ä", count: 1000), String(repeating: "/", count: 100), "\u{301}\u{301}", "   ", "…/…",
        ])
    func `no name leads anywhere else, hides the file or breaks a terminal`(name: String) throws {
        for stem in [try stem(name, "camera"), try stem("Ann", name), try stem(name, name)] {
            #expect(stem.hasPrefix("2026-11-22T15-03-27"))
            #expect(stem.utf8.count <= 200)
            for scalar in stem.unicodeScalars {
                #expect(!"/\\\u{0}<>:\"|?*".unicodeScalars.contains(scalar))
                #expect(scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format)
            }
            #expect(!stem.contains("/"))
        }
    }
}
