// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

private let noon = Timestamp(rfc3339: "2026-11-21T12:00:00Z")

let serverSamples: [Sample<ServerMessage>] = [
    Sample(#"{"type":"handshake","version":["2"]}"#, .handshake(Handshake())),
    Sample(#"{"type":"ping"}"#, .ping),
    Sample(#"{"type":"pong"}"#, .pong),
    Sample(
        #"{"type":"joined","kind":"join","username":"alice","permissions":["present","message"],"status":{"name":"g","locked":true,"clientCount":0},"data":{"k":1},"group":"g","rtcConfiguration":{"iceServers":[{"urls":["turn:t.example"],"username":"u","credential":"c","credentialType":"password"}],"iceTransportPolicy":"relay"}}"#,
        .joined(
            Joined(
                kind: .join, group: "g", username: "alice", permissions: [.present, .message],
                status: GroupStatus(name: "g", locked: true, clientCount: 0), data: ["k": 1],
                rtcConfiguration: RTCConfiguration(
                    iceServers: [.init(urls: ["turn:t.example"], username: "u", credential: "c")],
                    iceTransportPolicy: "relay")))),
    Sample(
        #"{"type":"joined","kind":"fail","error":"need-username","username":"","group":"g","value":"username required"}"#,
        .joined(Joined(kind: .fail, group: "g", error: .needUsername, value: "username required"))),
    Sample(
        #"{"type":"joined","kind":"redirect","username":"","group":"g","value":"https://other.example/group/g/"}"#,
        .joined(Joined(kind: .redirect, group: "g", value: "https://other.example/group/g/"))),
    Sample(
        #"{"type":"joined","kind":"join","username":"","group":"g","rtcConfiguration":{}}"#,
        .joined(Joined(kind: .join, group: "g", rtcConfiguration: RTCConfiguration()))),
    Sample(
        #"{"type":"user","kind":"add","id":"c2","username":"","permissions":["op"],"data":{"raisehand":true}}"#,
        .user(UserChange(kind: .add, id: "c2", username: "", permissions: [.op], data: ["raisehand": true]))),
    Sample(
        #"{"type":"user","kind":"delete","id":"c2","username":"bob"}"#,
        .user(UserChange(kind: .delete, id: "c2", username: "bob"))),
    Sample(
        #"{"type":"offer","id":"s7","replace":"s6","label":"camera","source":"c2","username":"","sdp":"v=0"}"#,
        .offer(Offer(id: "s7", label: "camera", sdp: "v=0", replace: "s6", source: "c2", username: ""))),
    Sample(#"{"type":"answer","id":"s","sdp":"v=0"}"#, .answer(Answer(id: "s", sdp: "v=0"))),
    Sample(
        #"{"type":"ice","id":"s","candidate":{"candidate":"candidate:1","sdpMid":null,"sdpMLineIndex":null,"usernameFragment":"u"}}"#,
        .ice(
            TrickledCandidate(
                id: "s", candidate: CandidateDescription(candidate: "candidate:1", usernameFragment: "u")))),
    Sample(#"{"type":"renegotiate","id":"s"}"#, .renegotiate(id: "s")),
    Sample(#"{"type":"close","id":"s"}"#, .close(id: "s")),
    Sample(#"{"type":"abort","id":"s"}"#, .abort(id: "s")),
    Sample(
        #"{"type":"chat","id":"m","source":"c2","username":"bob","privileged":true,"time":"2026-11-21T12:00:00Z","value":"hi"}"#,
        .chat(Chat(id: "m", source: "c2", username: "bob", value: "hi", privileged: true, time: noon))),
    Sample(
        #"{"type":"chathistory","kind":"caption","id":"m","source":"c2","username":"bob","time":"2026-11-21T14:00:00.5+02:00","value":"hi"}"#,
        .chatHistory(
            Chat(
                kind: .caption, id: "m", source: "c2", username: "bob", value: "hi",
                time: Timestamp(rfc3339: "2026-11-21T12:00:00.5Z"))),
        written:
            #"{"type":"chathistory","kind":"caption","id":"m","source":"c2","username":"bob","time":"2026-11-21T12:00:00Z","value":"hi"}"#
    ),
    Sample(
        #"{"type":"usermessage","kind":"token","error":"not-authorised","dest":"c1","privileged":true,"value":"no"}"#,
        .userMessage(
            UserMessage(kind: .token, dest: "c1", value: "no", privileged: true, error: "not-authorised"))),
    Sample(
        #"{"type":"usermessage","kind":"kicked","id":"c9","dest":"c1","username":"op","privileged":true,"value":"bye"}"#,
        .userMessage(
            UserMessage(kind: .kicked, id: "c9", username: "op", dest: "c1", value: "bye", privileged: true))),
    Sample(#"{"type":"dance"}"#, .unknown(type: "dance")),
]

@Suite("Messages of servers", .row("P-01"))
struct ServerMessageTests {
    @Test(arguments: serverSamples)
    func `a message is understood, written and understood again`(sample: Sample<ServerMessage>) throws {
        let message = try ServerMessage(parsing: sample.text)
        #expect(message == sample.message)
        #expect(String(decoding: message.encoded(), as: UTF8.self) == sample.written)
        let written = try ServerMessage(parsing: message.encoded())
        #expect(written.encoded() == message.encoded())
    }

    @Test func `version 1 of the protocol had times in milliseconds`() throws {
        let text = #"{"type":"chat","time":1795262400000}"#
        guard case .chat(let chat) = try ServerMessage(parsing: text) else {
            Issue.record("not a chat message")
            return
        }
        #expect(chat.time == noon)
    }

    @Test func `a time that makes no sense is no reason to hang up`() throws {
        #expect(try ServerMessage(parsing: #"{"type":"chat","time":"soon"}"#) == .chat(Chat(value: nil)))
    }

    @Test func `one URL of an ICE server may stand for an array`() throws {
        let text = #"{"type":"joined","rtcConfiguration":{"iceServers":[{"urls":"stun:s.example"}]}}"#
        guard case .joined(let joined) = try ServerMessage(parsing: text) else {
            Issue.record("not a joined message")
            return
        }
        #expect(joined.rtcConfiguration?.iceServers == [.init(urls: ["stun:s.example"])])
    }

    @Test(arguments: [
        (#"{"type":"joined","status":[]}"#, "status"), (#"{"type":"joined","status":{"locked":1}}"#, "status.locked"),
        (#"{"type":"joined","rtcConfiguration":{"iceServers":{}}}"#, "rtcConfiguration.iceServers"),
        (#"{"type":"joined","rtcConfiguration":{"iceServers":[{"urls":7}]}}"#, "rtcConfiguration.iceServers.urls"),
        (#"{"type":"user","permissions":"op"}"#, "permissions"), (#"{"type":"usermessage","error":1}"#, "error"),
    ])
    func `a field of the wrong type is an error that names it`(text: String, path: String) throws {
        let error = try #require(throws: FormatError.self) { try ServerMessage(parsing: text) }
        #expect(error.path == path)
    }
}

@Suite("Status of groups")
struct GroupStatusTests {
    @Test func `what has no value is left out, but for the number of clients`() throws {
        let status = GroupStatus(name: "g", location: "https://h.example/group/g/", displayName: "G", clientCount: 0)
        let text = #"{"name":"g","location":"https://h.example/group/g/","displayName":"G","clientCount":0}"#
        #expect(String(decoding: status.encoded(), as: UTF8.self) == text)
        #expect(try GroupStatus(parsing: Array(text.utf8)) == status)
        #expect(String(decoding: GroupStatus(name: "g").encoded(), as: UTF8.self) == #"{"name":"g"}"#)
    }
}

@Suite("Hostile messages", .attack(23))
struct HostileMessageTests {
    private let texts = clientSamples.map(\.text) + serverSamples.map(\.text) + [groupFile, configurationFile]

    @Test func `every truncation of every message is read or refused without trapping`() {
        for text in texts {
            let bytes = Array(text.utf8)
            for length in 0...bytes.count {
                bytes.prefix(length).withUnsafeBytes { MessageFuzzing.run($0) }
            }
        }
    }

    @Test(arguments: 0..<40)
    func `random damage neither traps nor breaks the round trip`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        for text in texts {
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(contentsOf: Array("[{}1e5null\"\\u".utf8.prefix(index % 13)), at: index)
                default: bytes[index] = bytes[Int.random(in: 0..<bytes.count, using: &random)]
                }
            }
            bytes.withUnsafeBytes { MessageFuzzing.run($0) }
        }
    }
}
