// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import Testing

@testable import GaleneClient

@Suite("Names that others give to files", .row("F-11"))
struct FileNameTests {
    @Test(
        .attack(19),
        arguments: [
            ("picture.jpg", "picture.jpg"), ("../../etc/passwd", "passwd"), ("C:\\Windows\\win.ini", "win.ini"),
            ("/", "file"), ("", "file"), (".", "file"), ("..", "file"), (".bashrc", "bashrc"), ("...x", "x"),
            ("a\u{0}b\n\u{1b}[31mc", "ab[31mc"), ("a\u{202e}gpj.exe", "agpj.exe"), ("a<b>:c|d?e*\"f", "a_b__c_d_e__f"),
            ("trailing. . ", "trailing"), ("  spaced  ", "spaced"), ("日本語.txt", "日本語.txt"), ("a/b/", "file"),
            ("/\u{200d}../\u{200d}.config/\u{200d}autostart/\u{200d}x.desktop", "x.desktop"), ("a/\u{301}b", "b"),
            (".\u{308}x", "x"), ("\u{e0041}/\u{e0042}../x", "x"), ("\\\u{200c}y", "y"),
        ])
    func `are fit for a directory of ours`(name: String, expected: String) {
        #expect(FileName.sanitized(name) == expected)
    }

    @Test func `are never longer than a file system takes, and keep their ending`() {
        let long = String(repeating: "é", count: 1000) + ".jpeg"
        let name = FileName.sanitized(long)
        #expect(name.utf8.count <= FileName.maximumLength && name.hasSuffix(".jpeg"))
        let ending = FileName.sanitized("x." + String(repeating: "y", count: 1000))
        #expect(ending.utf8.count <= FileName.maximumLength)
        // One character of a thousand scalars is no room for a name.
        let stacked = FileName.sanitized("a" + String(repeating: "\u{301}", count: 1000))
        #expect(stacked.utf8.count <= FileName.maximumLength)
    }

    @Test func `are numbered before their ending`() {
        #expect(FileName.numbered("picture.jpg", 0) == "picture.jpg")
        #expect(FileName.numbered("picture.jpg", 2) == "picture (2).jpg")
        #expect(FileName.numbered("archive", 1) == "archive (1)")
    }
}
