// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import RTCTestKit
import Synchronization
import Testing

@testable import GaleneServer

@Suite("The directory of groups under attack")
struct GroupDirectoryAttackTests {
    let folder = TemporaryFolder()
    let base = BaseURL(proxy: nil, host: "h.example", isTLS: true)
    let composed = "caf\u{e9}"
    let decomposed = "cafe\u{301}"

    func directory(
        limits: Limits = Limits(), clock: @escaping @Sendable () -> Timestamp = { Timestamp(unixSeconds: 0) }
    ) -> GroupDirectory {
        GroupDirectory(
            directory: folder.path, workers: [FakeMedia()], limits: limits,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clock)
    }

    func title(_ name: String, in directory: GroupDirectory) async -> String? {
        guard case .found(let group) = await directory.group(named: name) else { return nil }
        return await group.publicStatus(base: base).displayName
    }

    @Test(.attack(25)) func `a name in other code points is another name`() async {
        #expect(composed == decomposed, "to Swift they are the same")
        folder.write("\(composed).json", #"{"displayName":"Composed"}"#)
        let directory = directory()
        #expect(await title(composed, in: directory) == "Composed")
        #expect(await title(decomposed, in: directory) == nil)
        #expect(await title(composed, in: directory) == "Composed", "asking for the other has changed nothing")
        folder.write("\(decomposed).json", #"{"displayName":"Decomposed"}"#)
        #expect(await title(decomposed, in: directory) == "Decomposed")
        #expect(await title(composed, in: directory) == "Composed")
    }

    @Test(.attack(25)) func `a protected group is not opened by its parent's description under another spelling`() async
    {
        folder.write("open.json", #"{"auto-subgroups":true,"displayName":"Open"}"#)
        folder.write("open/\(composed).json", #"{"displayName":"Protected"}"#)
        let directory = directory()
        guard case .found(let protected) = await directory.group(named: "open/\(composed)"),
            case .found(let other) = await directory.group(named: "open/\(decomposed)")
        else {
            Issue.record("no group")
            return
        }
        #expect(protected !== other)
        #expect(await protected.publicStatus(base: base).displayName == "Protected")
    }

    @Test(.attack(29), .attack(30)) func `what makes no group is read, and told, once for each version of its file`()
        async
    {
        folder.write("broken.json", "{")
        folder.write("plain.json", #"{"displayName":"Plain"}"#)
        let lines = Mutex(0)
        struct Counter: LogHandler {
            let count: @Sendable () -> Void
            var logLevel = Logger.Level.trace
            var metadata = Logger.Metadata()
            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }
            func log(event: LogEvent) { count() }
        }
        let directory = GroupDirectory(
            directory: folder.path, workers: [FakeMedia()], limits: Limits(),
            logger: Logger(label: "test") { _ in Counter(count: { lines.withLock { $0 += 1 } }) })
        for number in 0..<100 {
            for name in ["broken", "broken/\(number)"] {
                let isBroken = if case .broken = await directory.group(named: name) { true } else { false }
                #expect(isBroken)
            }
            guard case .missing = await directory.group(named: "plain/\(number)") else {
                Issue.record("a sub-group that may not be")
                return
            }
        }
        #expect(lines.withLock { $0 } == 1)
        folder.write("broken.json", #"{"auto-subgroups":true,"comment":"longer than before"}"#)
        folder.write("plain.json", #"{"auto-subgroups":true,"displayName":"Plain"}"#)
        for name in ["broken", "broken/x", "plain/x"] {
            guard case .found = await directory.group(named: name) else {
                Issue.record("\(name): the file has changed")
                return
            }
        }
        #expect(await directory.scan().isEmpty)
    }

    @Test(.attack(29)) func `sub-groups that strangers have made give way to groups that somebody wants`() async {
        folder.write("open.json", #"{"auto-subgroups":true}"#)
        folder.write("room.json", "{}")
        var limits = Limits()
        limits.groups = 100
        let now = Mutex<Int64>(1000)
        let directory = directory(limits: limits) {
            now.withLock { now in
                now += 1
                return Timestamp(unixSeconds: now)
            }
        }
        guard case .found(let kept) = await directory.group(named: "open/kept") else {
            Issue.record("no group")
            return
        }
        let request = JoinRequest(group: "open/kept", clientID: "a", username: "a", password: "", token: nil, data: [:])
        let mailbox = MemberMailbox {}
        #expect(
            await kept.join(request, as: .init(username: "a", permissions: [.present]), mailbox: mailbox) == nil)
        for number in 0..<1000 { _ = await directory.group(named: "open/\(number)") }
        #expect(await directory.instantiated.count <= 100)
        guard case .found = await directory.group(named: "room") else {
            Issue.record("strangers keep everybody out of a group with a file of its own")
            return
        }
        guard case .found = await directory.group(named: "open/wanted") else {
            Issue.record("strangers keep everybody out of new sub-groups for ever")
            return
        }
        guard case .found(let again) = await directory.group(named: "open/kept") else {
            Issue.record("no group")
            return
        }
        #expect(again === kept, "where somebody is, nothing is forgotten")
    }
}
