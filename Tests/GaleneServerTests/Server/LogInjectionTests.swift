// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneProtocol
import NIOCore
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("The log of a server under attack", .attack(30), .timeLimit(.minutes(1)))
struct LogInjectionTests {
    let folder = TemporaryFolder()

    /// Runs the executable with everything logged, lets clients do their worst, and ends it. - Returns: what it has logged.
    func log(of body: (Int) async throws -> Void) async throws -> String {
        for name in ["data", "groups", "static"] { folder.makeFolder(name) }
        folder.write("groups/demo.json", TestServer.demo)
        folder.write("groups/closed.json", #"{"users":{"ada":{"password":"correct horse","permissions":"op"}}}"#)
        folder.write(
            "data/config.json", #"{"users":{"root":{"password":"battery staple","permissions":"admin"}}}"#)
        let process = ExecutableTests.process
        process.arguments = [
            "-http", "127.0.0.1:0", "-metrics=", "-insecure", "-static", folder.path + "/static", "-data",
            folder.path + "/data",
            "-groups", folder.path + "/groups", "-log-level", "trace",
        ]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        async let logged = Task.detached { errors.fileHandleForReading.readDataToEndOfFile() }.value
        var text = ""
        while !text.contains("media on") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        let port = try #require(text.firstMatch(of: /127\.0\.0\.1:(\d+)/).flatMap { Int($0.output.1) })
        do { try await body(port) } catch { Issue.record(error) }
        process.terminate()
        return String(decoding: await logged, as: UTF8.self)
    }

    @Test func `names cannot write lines, and no secret and no address is written`() async throws {
        let name = "eve\u{202e}\" x=\"\u{200b}"
        let log = try await log { port in
            // A name with what steers a terminal, which the protocol allows, and one with a line of its own, which not.
            let eve = try await RawWebSocket.open(port: port)
            try await eve.send(.handshake(Handshake(id: "eve")))
            try await eve.send(.join(Join(group: "demo", username: name, password: "x")))
            _ = await eve.message { $0.joined != nil }
            try await eve.send(.chat(Chat(value: "what was said")))
            try await eve.send(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))
            try await eve.send(.offer(Offer(id: "t", sdp: "v=0\r\no=- 1 1 IN IP4 203.0.113.77\r\n\nerror: x")))
            try await eve.send(.ping)
            _ = await eve.message { $0 == .pong }

            for line in [
                "mallory\u{1b}[2J\n2026-11-21T00:00:00.000Z notice galene.session: joined", "mallory\r\nx", "m",
            ] {
                let mallory = try await RawWebSocket.open(port: port)
                try await mallory.send(.handshake(Handshake(id: "m")))
                try await mallory.send(.join(Join(group: "closed", username: line, password: "hunter2hunter2")))
                _ = await mallory.message { $0.joined != nil }
                try await mallory.send(.join(Join(group: "closed\n../x", username: "m", token: "s3cr3t-token")))
                _ = await mallory.message { $0.joined != nil }
                try await mallory.client.send(RawWebSocket.frame(1, [0xff]))
                _ = await mallory.closeCode()
            }
            for path in ["/group/closed/?token=s3cr3t-token", "/nowhere%0aerror?token=s3cr3t-token", "/%"] {
                let client = try await RawClient.connect(port: port)
                _ = try await client.request("GET", path)
            }
            let guess = Data("ro\not:hunter2hunter2".utf8).base64EncodedString()
            let client = try await RawClient.connect(port: port)
            let refused = try await client.request(
                "GET", "/galene-api/v0/.stats", ["Authorization": "Basic \(guess)"])
            #expect(refused?.status == 401)
        }
        let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.last == "", "the last line has its end")
        for line in lines.dropLast() {
            #expect(
                line.wholeMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [a-z]+ galene[.a-z]*: .*/) != nil,
                "\(line)")
            #expect(line.unicodeScalars.allSatisfy { !$0.isControl }, "\(line)")
        }
        for secret in [
            "hunter2", "s3cr3t", "battery", "correct horse", "what was said", "127.0.0.1", "203.0.113", guessed,
        ] {
            #expect(!log.contains(secret), "\(secret)")
        }
        #expect(log.contains(#"galene.session: joined connection="1" group="demo" user="eve\u{202e}\" x=\"\u{200b}""#))
        #expect(log.contains(#"user="mallory\u{1b}[2J\n2026-11-21T00:00:00.000Z notice galene.session: joined""#))
        #expect(log.contains(#"galene.admin: refused user="ro\not""#))
    }

    private var guessed: String { Data("ro\not:hunter2hunter2".utf8).base64EncodedString() }
}
