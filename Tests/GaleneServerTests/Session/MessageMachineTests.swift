// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneProtocol
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("The machine of messages", .attack(24))
struct MessageMachineTests {
    /// Next to this file, so that it is read in reviews.
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("message-machine.txt")

    @Test(.row("P-05", "P-09", "P-28", "P-48"))
    func `every message in every state does what the table says`() async throws {
        let table = await MessageMachine().table()
        guard let written = try? String(contentsOf: Self.file, encoding: .utf8) else {
            try table.write(to: Self.file, atomically: true, encoding: .utf8)
            Issue.record(
                "\(Self.file.lastPathComponent) was missing and has been written: read it before it is committed")
            return
        }
        guard written != table else { return }
        for difference in Self.differences(written, table).prefix(20) { Issue.record("\(difference)") }
        Issue.record(
            "if this is meant: delete Tests/GaleneServerTests/Session/message-machine.txt, run this test twice")
    }

    /// Lines that are in one table alone, with the message that they are about.
    private static func differences(_ old: String, _ new: String) -> [String] {
        func cells(_ table: String) -> [String] {
            var message = ""
            return table.split(separator: "\n").map { line in
                if !line.hasPrefix(" ") { message = String(line) }
                return "\(message)\(line.hasPrefix(" ") ? " — \(line.drop { $0 == " " })" : "")"
            }
        }
        let (old, new) = (cells(old), cells(new))
        return old.filter { !new.contains($0) }.map { "expected: \($0)" }
            + new.filter { !old.contains($0) }.map { "got: \($0)" }
    }

    @Test func `the table has every kind of message`() {
        let kinds = MessageMachine.messages.compactMap { message -> String? in
            guard let parsed = try? ClientMessage(parsing: message.json) else { return nil }
            return String(describing: parsed).split(separator: "(").first.map(String.init)
        }
        #expect(
            Set(kinds) == [
                "handshake", "ping", "pong", "join", "request", "requestStream", "offer", "answer", "ice",
                "renegotiate",
                "close", "abort", "chat", "userMessage", "userAction", "groupAction", "unknown",
            ])
    }

    /// What must hold whatever the table says: it is read by people, who overlook things.
    @Test(arguments: MessageMachine.permissionSets.filter { !["op", "[op]"].contains($0) })
    func `without op nothing happens to others but words`(permissions: String) async {
        let machine = MessageMachine()
        for message in MessageMachine.messages {
            let outcome = await machine.outcome(of: message.json, in: .member(permissions))
            let told = outcome.split(separator: "; ").filter { $0.hasPrefix("bob: ") }.map { $0.dropFirst(5) }
            for line in told {
                let isHarmless =
                    line.hasPrefix("chat") || line.hasPrefix("user change me") || line.hasPrefix("user delete me")
                    || line.contains("from me")
                #expect(isHarmless && !line.contains("privileged"), "\(message.title): \(line)")
            }
        }
    }

    @Test(.row("P-05"), arguments: ["source", "username"])
    func `no message passes for another's, whatever its type`(field: String) async throws {
        let machine = MessageMachine()
        for message in MessageMachine.messages {
            guard var fields = try? JSONValue(parsing: message.json).objectValue else { continue }
            // `join` says who one wants to be.
            if field == "username", fields["type"] == "join" { continue }
            guard (try? ClientMessage(parsing: message.json)) != nil else { continue }
            fields[field] = "bob"
            let text = String(decoding: JSONValue.object(fields).encoded(), as: UTF8.self)
            for state in [MessageMachine.State.outside, .member("observe"), .member("op")] {
                let outcome = await machine.outcome(of: text, in: state)
                let isRefused = outcome.contains("closed 1002 “spoofed")
                #expect(isRefused, "\(message.title), \(state.name): \(outcome)")
                #expect(!outcome.contains("from bob"))
            }
        }
    }
}
