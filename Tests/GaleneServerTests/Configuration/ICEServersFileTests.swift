// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("The servers that clients may use")
struct ICEServersFileTests {
    let folder = TemporaryFolder()
    let now = Timestamp(unixSeconds: 1_893_369_600)

    private func file() -> ICEServersFile {
        ICEServersFile(dataDirectory: folder.path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test(.row("N-01", "P-52")) func `without a file there is none, and the message says nothing of any`() {
        let configuration = file().configuration(now: now)
        #expect(configuration == RTCConfiguration())
    }

    @Test(.row("N-02", "P-52")) func `a shared secret becomes a name that holds for a day`() throws {
        folder.write(
            "ice-servers.json",
            #"[{"urls":["turn:t"],"username":"galene","credential":"north-star","credentialType":"hmac-sha1"}]"#)
        let server = try #require(file().configuration(now: now).iceServers.first)
        #expect(server.username == "1893456000:galene" && server.credential == "jiHKR4MkgVffijbL56p+sUiQuDY=")
        #expect(server.credentialType == "password")
        folder.write(
            "ice-servers.json", #"[{"urls":["turn:t"],"credential":"north-star","credentialType":"hmac-sha1"}]"#)
        #expect(file().configuration(now: now).iceServers.first?.username == "1893456000")
    }

    @Test(.row("N-03")) func `a changed file counts from the next client on, and a broken one names no server`() {
        let file = file()
        let names = { file.configuration(now: now).iceServers.flatMap(\.urls) }
        folder.write("ice-servers.json", #"[{"urls":["stun:a"]}]"#)
        #expect(names() == ["stun:a"])
        folder.write("ice-servers.json", #"[{"urls":["stun:b"]},{"urls":["ftp:c"]}]"#)
        #expect(names() == ["stun:b"])
        folder.write("ice-servers.json", "[")
        #expect(names() == [])
        folder.remove("ice-servers.json")
        #expect(names() == [])
    }

    @Test(.row("N-01", "P-07", "P-52")) func `members are told with every joined message`() async throws {
        folder.write("groups/demo.json", #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"op"}}"#)
        folder.write("ice-servers.json", #"[{"urls":["turn:t"],"username":"u","credential":"c"}]"#)
        let groups = GroupDirectory(
            directory: folder.path + "/groups", workers: [FakeMedia()], iceServers: file(), limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: { now })
        var client = MeetingClient("a", groups)
        client.receive(#"{"type":"join","kind":"join","group":"demo","username":"a"}"#)
        await client.settle()
        client.receive(#"{"type":"groupaction","kind":"lock"}"#)
        await client.settle()
        let joined = client.harness.sent.compactMap(\.joined)
        #expect(joined.map(\.kind) == [.join, .change])
        let text = String(decoding: ServerMessage.joined(joined[1]).encoded(), as: UTF8.self)
        for joined in joined {
            #expect(joined.rtcConfiguration?.iceServers.first?.credential == "c", "\(text)")
        }
        #expect(
            text.contains(
                #""rtcConfiguration":{"iceServers":[{"urls":["turn:t"],"username":"u","credential":"c","credentialType":"password"}]}"#
            ))
    }
}
