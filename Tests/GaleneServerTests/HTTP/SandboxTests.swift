// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import ServerFiles
import Testing

@Suite("The sandbox of files", .attack(25), .row("A-01"))
struct SandboxTests {
    let folder = TemporaryFolder()
    let outside = TemporaryFolder()

    func kind(_ path: String) throws -> String {
        switch try Sandbox(path: folder.path + "/root").entry(at: path) {
        case .file(let file)?: String(decoding: file.read(at: 0, count: file.size) ?? [], as: UTF8.self)
        case .directory?: "directory"
        case nil: "nothing"
        }
    }

    init() {
        outside.write("secret", "secret")
        folder.write("secret", "secret")
        folder.write("root/a.txt", "a")
        folder.write("root/sub/b.txt", "b")
        folder.link("root/inside", to: "sub/b.txt")
        folder.link("root/sub/up", to: "../a.txt")
        folder.link("root/folder", to: "sub")
        folder.link("root/escape", to: "../secret")
        folder.link("root/sub/escape", to: "../../secret")
        folder.link("root/absolute", to: outside.path + "/secret")
        folder.link("root/away", to: outside.path)
        folder.link("root/loop", to: "loop")
        folder.link("root/dangling", to: "nowhere")
    }

    @Test(arguments: [
        ("/", "directory"), ("/a.txt", "a"), ("/sub/b.txt", "b"), ("/sub", "directory"), ("/sub/", "directory"),
        ("/inside", "b"), ("/sub/up", "a"), ("/folder/b.txt", "b"), ("/folder", "directory"),
    ])
    func `what is inside is found, through links too`(path: String, expected: String) throws {
        #expect(try kind(path) == expected)
    }

    @Test(arguments: [
        "/../secret", "/sub/../../secret", "/escape", "/sub/escape", "/absolute", "/away/secret", "/loop", "/dangling",
        "/a.txt/b", "/missing", "/..", "/sub/../../root/a.txt",
    ])
    func `nothing leads out`(path: String) throws {
        #expect(try kind(path) == "nothing")
    }

    @Test func `a web root that is missing says so`() {
        #expect(throws: FileFailure.missing) { try Sandbox(path: folder.path + "/none") }
    }

    @Test func `files have the tag of their size and time`() throws {
        guard case .file(let file)? = try Sandbox(path: folder.path).entry(at: "root/a.txt") else {
            Issue.record("no file")
            return
        }
        #expect(file.tag.hasPrefix("\"1-") && file.tag.hasSuffix("\"") && file.tag.count > 20)
    }
}
