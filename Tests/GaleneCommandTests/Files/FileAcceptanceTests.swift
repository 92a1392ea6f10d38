// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Testing

@testable import galene

@Suite("Which files are taken")
struct FileAcceptanceTests {
    @Test func `everything, unless something is said`() {
        var acceptance = FileAcceptance()
        for _ in 0..<100 { #expect(acceptance.judge(user: "", id: "1", size: .max) == .accept) }
    }

    @Test func `those of some members, by name or id`() {
        var acceptance = FileAcceptance(from: ["alice", "7f"])
        #expect(acceptance.judge(user: "alice", id: "1", size: 1) == .accept)
        #expect(acceptance.judge(user: "bob", id: "7f", size: 1) == .accept)
        guard case .refuse = acceptance.judge(user: "Alice", id: "7", size: 1) else {
            Issue.record("another one was taken for alice")
            return
        }
    }

    @Test func `no larger ones, and no more`() {
        var acceptance = FileAcceptance(maximumSize: 1000, left: 2)
        #expect(
            acceptance.judge(user: "a", id: "1", size: 1001)
                == .refuse("the file is too large: at most 1.0 kB are taken"))
        #expect(acceptance.judge(user: "a", id: "1", size: 1000) == .accept)
        #expect(acceptance.judge(user: "a", id: "1", size: 0) == .accept)
        #expect(acceptance.judge(user: "a", id: "1", size: 0) == .refuse("no more files are taken"))
    }

    @Test func `what somebody says yes to counts, not what was asked about`() {
        var acceptance = FileAcceptance(asks: true, left: 1)
        for _ in 0..<3 { #expect(acceptance.judge(user: "a", id: "1", size: 0) == .ask) }
        #expect(acceptance.approve() == .accept)
        #expect(acceptance.approve() == .refuse("no more files are taken"))
    }
}
