// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@Suite("Names and paths")
struct NameTests {
    @Test(.row("S-21"), .attack(25))
    func `names of groups`() {
        for name in ["room", "room/one", "salle 3", "a.b", "a..", "\u{e9}t\u{e9}", "x%2f"] {
            #expect(GroupName.isValid(name), "\(name)")
        }
        for name in [
            "", "/", "/room", "room/", "./room", "room/.", "../room", "room/..", "room/./one", "room/../one",
            "room//one",
            #"room\one"#, ".room", "room/.one", "a\u{0}b", "a\nb", "a\u{7f}", ".\u{301}a",
            String(repeating: "a", count: 241), String(repeating: "a/", count: 256) + "a",
        ] {
            #expect(!GroupName.isValid(name), "\(name)")
        }
        #expect(GroupName.isValid(String(repeating: "a", count: 240)))
    }

    @Test(.row("S-22"), .attack(30))
    func `names of users`() {
        for name in ["", "a/b", "Alice c/o Bob", " x ", ".a", "a/.b", "...", "\u{1f600}"] {
            #expect(Username.isValid(name), "\(name)")
        }
        for name in ["/a", "a/", "a//b", "a/../b", "..", ".", #"a\b"#, "a\nb", String(repeating: "a", count: 257)] {
            #expect(!Username.isValid(name), "\(name)")
        }
    }

    @Test(
        arguments: [
            ("/x", "/x", nil, ""), ("/.k", "", ".k", ""), ("/.k/", "", ".k", "/"),
            ("/x/y/.k/z/.m", "/x/y", ".k", "/z/.m"),
            ("", "", nil, ""), (".k", ".k", nil, ""), ("/a.b/c", "/a.b/c", nil, ""), ("/..", "", "..", ""),
        ] as [(String, String, String?, String)])
    func `a path is split at the first segment that begins with a dot`(
        path: String, directory: String, kind: String?, remainder: String
    ) {
        let special = SpecialPath(path)
        #expect(special.directory == directory)
        #expect(special.kind.map(String.init) == kind)
        #expect(special.remainder == remainder)
    }
}
