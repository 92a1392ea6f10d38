// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import RTCTestKit
import Synchronization
import Testing

@testable import GaleneServer

@Suite("The directory of groups")
struct GroupDirectoryTests {
    let folder = TemporaryFolder()

    func directory(workers: Int = 1) -> GroupDirectory {
        GroupDirectory(
            directory: folder.path, workers: (0..<workers).map { _ in FakeMedia() }, limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    let base = BaseURL(proxy: nil, host: "h.example", isTLS: true)

    @Test(.row("S-20", "S-54")) func `finds groups in folders, and nothing hidden`() async {
        folder.write("room.json", "{}")
        folder.write("deep/down.json", "{}")
        folder.write(".secret.json", "{}")
        folder.write("notes.txt", "{}")
        let directory = directory()
        for (name, expected) in [
            ("room", true), ("deep/down", true), ("deep", false), (".secret", false), ("notes", false),
            ("notes.txt", false), ("../room", false), ("room/", false),
        ] {
            let isFound = if case .found = await directory.group(named: name) { true } else { false }
            #expect(isFound == expected, "\(name)")
        }
        #expect(await directory.scan().isEmpty)
    }

    @Test(.row("S-33")) func `sub-groups inherit where they may`() async {
        folder.write("open.json", #"{"auto-subgroups":true,"public":true,"displayName":"Open","description":"x"}"#)
        folder.write("shut.json", "{}")
        let directory = directory()
        guard case .found(let group) = await directory.group(named: "open/a/b") else {
            Issue.record("no sub-group")
            return
        }
        let status = await group.publicStatus(base: base)
        #expect(status.displayName == "Open" && status.description == nil && status.clientCount == nil)
        guard case .missing = await directory.group(named: "shut/a") else {
            Issue.record("a sub-group that may not be")
            return
        }
    }

    @Test(.row("S-23")) func `a changed file is read again, a removed one ends an empty group`() async {
        folder.write("room.json", #"{"displayName":"Old"}"#)
        let directory = directory()
        guard case .found(let first) = await directory.group(named: "room") else {
            Issue.record("no group")
            return
        }
        folder.write("room.json", #"{"displayName":"Newer"}"#)
        guard case .found(let second) = await directory.group(named: "room") else {
            Issue.record("no group")
            return
        }
        #expect(first === second)
        #expect(await second.publicStatus(base: base).displayName == "Newer")
        folder.remove("room.json")
        guard case .missing = await directory.group(named: "room") else {
            Issue.record("the group is still there")
            return
        }
    }

    @Test(.row("S-20")) func `a malformed file is reported with its field, and its group is closed`() async {
        folder.write("bad.json", #"{"users":{"alice":{"permissions":"king"}}}"#)
        folder.write("typo.json", #"{"pubic":true}"#)
        let directory = directory()
        let problems = await directory.scan()
        #expect(problems.contains { $0.contains("bad.json") && $0.contains("users.alice.permissions") })
        #expect(problems.contains { $0.contains("typo.json") && $0.contains("pubic") })
        guard case .broken = await directory.group(named: "bad") else {
            Issue.record("a broken group opened")
            return
        }
    }

    @Test(.row("A-10", "S-25")) func `public groups are listed by name`() async {
        folder.write("b.json", #"{"public":true}"#)
        folder.write("a/z.json", #"{"public":true,"redirect":"https://else.example/"}"#)
        folder.write("c.json", "{}")
        let statuses = await directory().publicStatuses(base: base)
        #expect(statuses.map(\.name) == ["a/z", "b"])
        #expect(statuses[0].redirect == "https://else.example/" && statuses[0].location == nil)
        #expect(statuses[1].location == "https://h.example/group/b/" && statuses[1].clientCount == 0)
    }

    @Test func `groups are spread over the workers`() async {
        let directory = directory(workers: 2)
        var media: [ObjectIdentifier] = []
        for number in 0..<4 {
            folder.write("g\(number).json", "{}")
            guard case .found(let group) = await directory.group(named: "g\(number)"),
                let fake = group.media as? FakeMedia
            else { continue }
            media.append(ObjectIdentifier(fake))
        }
        #expect(Set(media).count == 2 && media[0] == media[2] && media[1] == media[3])
    }

    // MARK: Time

    @Test(.row("S-12", "S-23", "P-08")) func `what nobody looks at is read again from time to time`() async {
        folder.write("open.json", #"{"auto-subgroups":true,"wildcard-user":{"password":{"type":"wildcard"}}}"#)
        let directory = directory()
        let member = NotingMember()
        guard case .found(let group) = await directory.group(named: "open/a") else {
            Issue.record("no group")
            return
        }
        let request = JoinRequest(group: "open/a", clientID: "a", username: "a", password: "", token: nil, data: [:])
        #expect(await group.join(request, as: .init(username: "a", permissions: []), mailbox: member) == nil)
        _ = member.take()
        await directory.refresh()
        #expect(member.take().isEmpty)
        folder.write("open.json", #"{"auto-subgroups":true,"displayName":"New"}"#)
        await directory.refresh()
        #expect(member.story() == ["changed New []"])
        folder.write("open.json", #"{"auto-subgroups":true,"displayName":"Newest","autokick":true}"#)
        await directory.refresh()
        #expect(member.story() == ["changed Newest []", "kicked by -: there are no operators in this group"])
    }

    @Test(.row("S-12")) func `the directory looks by itself`() async throws {
        folder.write("room.json", "{}")
        var limits = Limits()
        limits.housekeeping = .milliseconds(1)
        let directory = GroupDirectory(
            directory: folder.path, workers: [FakeMedia()], limits: limits,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        guard case .found(let group) = await directory.group(named: "room") else { return }
        let (names, input) = AsyncStream.makeStream(of: String.self)
        let member = ReportingMember {
            if case .changed(let state) = $0 { input.yield(state.status.displayName ?? "") }
        }
        let request = JoinRequest(group: "room", clientID: "a", username: "a", password: "", token: nil, data: [:])
        #expect(await group.join(request, as: .init(username: "a", permissions: []), mailbox: member) == nil)
        let running = Task { try await directory.run() }
        folder.write("room.json", #"{"displayName":"New"}"#)
        var reported = names.makeAsyncIterator()
        #expect(await reported.next() == "New")
        running.cancel()
        _ = await running.result
    }

    @Test(.row("S-51")) func `a group that is idle for as long as messages live is forgotten, unless it is public`()
        async
    {
        folder.write("a.json", #"{"max-history-age":100}"#)
        folder.write("b.json", #"{"max-history-age":100,"public":true}"#)
        let now = Mutex(Timestamp(unixSeconds: 1000))
        let directory = GroupDirectory(
            directory: folder.path, workers: [FakeMedia()], limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: { now.withLock { $0 } })
        guard case .found(let first) = await directory.group(named: "a") else { return }
        _ = await directory.group(named: "b")
        now.withLock { $0 = Timestamp(unixSeconds: 1100) }
        await directory.refresh()
        #expect(await directory.instantiated.count == 2)
        now.withLock { $0 = Timestamp(unixSeconds: 1101) }
        await directory.refresh()
        #expect(await directory.instantiated.map(\.name) == ["b"])
        guard case .found(let second) = await directory.group(named: "a") else { return }
        #expect(first !== second)
        // Whoever had found it before does not end up alone in it.
        let request = JoinRequest(group: "a", clientID: "a", username: "a", password: "", token: nil, data: [:])
        #expect(
            await first.join(request, as: .init(username: "a", permissions: [.op]), mailbox: NotingMember()) == .retired
        )
    }

    @Test(.row("S-51")) func `a group in which somebody is stays`() async {
        folder.write("a.json", #"{"max-history-age":1}"#)
        let now = Mutex(Timestamp(unixSeconds: 1000))
        let directory = GroupDirectory(
            directory: folder.path, workers: [FakeMedia()], limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: { now.withLock { $0 } })
        guard case .found(let group) = await directory.group(named: "a") else { return }
        let request = JoinRequest(group: "a", clientID: "a", username: "a", password: "", token: nil, data: [:])
        let member = NotingMember()
        #expect(await group.join(request, as: .init(username: "a", permissions: []), mailbox: member) == nil)
        now.withLock { $0 = Timestamp(unixSeconds: 9000) }
        folder.remove("a.json")
        await directory.refresh()
        #expect(await directory.instantiated.count == 1, "nobody is put out because a file is gone")
        guard case .missing = await directory.group(named: "a") else {
            Issue.record("others may come")
            return
        }
        await group.leave("a", mailbox: member)
        await directory.refresh()
        #expect(await directory.instantiated.isEmpty)
    }

    @Test(.row("A-10", "S-25")) func `a public group without a file is not listed any more`() async {
        folder.write("a.json", #"{"public":true}"#)
        let directory = directory()
        #expect(await directory.publicStatuses(base: base).count == 1)
        folder.remove("a.json")
        #expect(await directory.publicStatuses(base: base).isEmpty)
        // A sub-group whose file is gone would be its parent's, which allows none.
        folder.write("b.json", "{}")
        folder.write("b/c.json", #"{"public":true}"#)
        let second = self.directory()
        #expect(await second.publicStatuses(base: base).map(\.name) == ["b/c"])
        folder.remove("b/c.json")
        #expect(await second.publicStatuses(base: base).isEmpty)
        _ = await second.group(named: "b/c")
        #expect(await second.instantiated.isEmpty)
    }

    @Test(.row("S-11")) func `a server that is about to stop has locked every group, and those to come`() async {
        folder.write("a.json", "{}")
        folder.write("b.json", "{}")
        let directory = directory()
        guard case .found(let a) = await directory.group(named: "a") else { return }
        await directory.lockAll()
        guard case .found(let b) = await directory.group(named: "b") else { return }
        for group in [a, b] { #expect(await group.lock == "the server is shutting down") }
    }
}

/// A member that passes on what it is told.
private final class ReportingMember: GroupMember {
    private let report: @Sendable (GroupEvent) -> Void
    init(report: @escaping @Sendable (GroupEvent) -> Void) { self.report = report }
    func post(_ event: GroupEvent) { report(event) }
}
