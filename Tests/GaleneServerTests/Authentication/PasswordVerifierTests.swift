// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import GaleneProtocol
import Logging
import NIOCore
import RTCBase
import RTCTestKit
import Synchronization
import Testing

@testable import GaleneServer

/// Derivations that last until the test lets them go, and a note of each that has begun.
final class HeldDerivations: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    private let notes = Mutex<(begun: [String], running: Int, most: Int)>(([], 0, 0))
    private let begun: AsyncStream<String>
    private let input: AsyncStream<String>.Continuation

    init() { (begun, input) = AsyncStream.makeStream() }

    func derive(_ password: String, _ stored: Password) -> Bool {
        notes.withLock {
            $0.begun.append(password)
            $0.running += 1
            $0.most = max($0.most, $0.running)
        }
        input.yield(password)
        gate.wait()
        notes.withLock { $0.running -= 1 }
        return password == "right"
    }

    /// The order in which `count` derivations began, of which each may end when the next is awaited.
    func next(_ count: Int = 1, releasing: Bool = true) async -> [String] {
        var names: [String] = []
        for await name in begun {
            names.append(name)
            if releasing { gate.signal() }
            if names.count == count { break }
        }
        return names
    }

    func release(_ count: Int) { for _ in 0..<count { gate.signal() } }
    var most: Int { notes.withLock { $0.most } }
}

@Suite("Passwords under load", .attack(27), .row("S-46"), .timeLimit(.minutes(2)))
struct PasswordVerifierTests {
    static let hash = Password.bcrypt("not looked at")
    static let here = PasswordVerifier.Lane.network(NetworkPrefix(try! SocketAddress(ipAddress: "192.0.2.1", port: 1))!)
    static let there = PasswordVerifier.Lane.network(
        NetworkPrefix(try! SocketAddress(ipAddress: "192.0.2.2", port: 1))!)

    /// Waits for others to have asked.
    func until(_ condition: () async -> Bool) async {
        while await !condition(), !Task.isCancelled { await Task.yield() }
    }

    @Test func `as many derivations run as there are processors, and the others wait`() async {
        let held = HeldDerivations()
        let verifier = PasswordVerifier(concurrency: 2, derive: held.derive)
        await withTaskGroup(of: Bool?.self) { tasks in
            defer { held.release(100) }
            for number in 0..<20 {
                tasks.addTask {
                    try? await verifier.matches(number == 7 ? "right" : "wrong", Self.hash, from: Self.here)
                }
            }
            await until { await verifier.waitingCount == 18 }
            held.release(20)
            var answers: [Bool?] = []
            for await answer in tasks { answers.append(answer) }
            #expect(answers.count { $0 == true } == 1 && answers.count { $0 == false } == 19)
        }
        #expect(held.most == 2)
        #expect(await verifier.waitingCount == 0)
    }

    @Test func `one network's flood is refused when its lane is full, and another's login is next but one`()
        async throws
    {
        let held = HeldDerivations()
        var limits = Limits()
        limits.waitingPasswordsOfNetwork = 10
        let verifier = PasswordVerifier(limits: limits, concurrency: 1, derive: held.derive)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            // Also when an expectation ends the test early.
            defer { held.release(100) }
            tasks.addTask { _ = try await verifier.matches("first", Self.hash, from: Self.here) }
            #expect(await held.next(releasing: false) == ["first"])
            for _ in 0..<10 { tasks.addTask { _ = try await verifier.matches("flood", Self.hash, from: Self.here) } }
            await until { await verifier.waitingCount == 10 }
            await #expect(throws: PasswordVerifier.Overload.self) {
                try await verifier.matches("too many", Self.hash, from: Self.here)
            }
            tasks.addTask {
                let isRight = try await verifier.matches("right", Self.hash, from: Self.there)
                #expect(isRight)
            }
            await until { await verifier.waitingCount == 11 }
            held.release(1)
            #expect(await held.next(11) == ["flood", "right"] + Array(repeating: "flood", count: 9))
            try await tasks.waitForAll()
        }
    }

    @Test func `passwords that take no derivation are answered while all processors derive`() async throws {
        let held = HeldDerivations()
        let verifier = PasswordVerifier(concurrency: 1, derive: held.derive)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            // Also when an expectation ends the test early.
            defer { held.release(100) }
            tasks.addTask { _ = try await verifier.matches("slow", Self.hash, from: Self.here) }
            #expect(await held.next(releasing: false) == ["slow"])
            #expect(try await verifier.matches("pw", .plain("pw"), from: Self.here))
            #expect(try await !verifier.matches("pw", .plain("other"), from: Self.here))
            #expect(try await verifier.matches("pw", .wildcard, from: Self.here))
            #expect(try await !verifier.matches("pw", nil, from: Self.here))
            held.release(1)
            try await tasks.waitForAll()
        }
    }

    @Test func `people who are in, and who come in without a derivation, notice nothing of a flood`() async {
        let folder = TemporaryFolder()
        folder.write(
            "demo.json",
            #"{"users":{"slow":{"password":{"type":"bcrypt","key":"$2a$09$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y"}}},"wildcard-user":{"password":"pw","permissions":"present"}}"#
        )
        let groups = GroupDirectory(
            directory: folder.path, workers: [FakeMedia()], limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        func join(_ id: String, _ username: String) async -> Bool {
            let request = JoinRequest(
                group: "demo", clientID: id, username: username, password: "pw", token: nil, data: [:])
            let executor = OperationExecutor(groups: groups, mailbox: NotingMember())
            guard case .done = await executor.execute(.join(request)) else { return false }
            return true
        }
        await withTaskGroup(of: Bool.self) { flood in
            for number in 0..<24 { flood.addTask { await join("f\(number)", "slow") } }
            let passwords = groups.authorisation.passwords
            await until { await passwords.waitingCount > 18 }
            #expect(await join("alice", "alice"))
            #expect(await join("bob", "bob"))
            guard case .found(let group) = await groups.group(named: "demo") else { return }
            #expect(await group.chat(Chat(value: "calm"), from: "alice") == nil)
            #expect(await passwords.waitingCount > 0, "the flood is still waiting")
            for await isIn in flood { #expect(!isIn) }
            #expect(await group.memberCount == 2)
        }
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("::1", "127.0.0.1", true),
    ])
    func `addresses of one network share a lane`(one: String, other: String, areOne: Bool) throws {
        let lanes = try [one, other].map { ClientAddress(try SocketAddress(ipAddress: $0, port: 5)).lane }
        #expect((lanes[0] == lanes[1]) == areOne)
        #expect(ClientAddress(try SocketAddress(unixDomainSocketPath: "/s")).lane == .local)
    }

    @Test(
        .row("P-38"),
        arguments: [
            ("192.0.2.1", "192.0.2.1:5"), ("::ffff:192.0.2.1", "192.0.2.1:5"), ("2001:db8::1", "[2001:db8::1]:5"),
        ])
    func `an address as people write it, and not in logs`(address: String, text: String) throws {
        let client = ClientAddress(try SocketAddress(ipAddress: address, port: 5))
        #expect(client.text?.exposed == text)
        #expect(!"\(client)".contains("192") && !"\(client)".contains("2001"))
    }
}
