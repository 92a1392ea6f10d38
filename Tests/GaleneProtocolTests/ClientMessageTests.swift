// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

/// A message as the reference or a browser writes it, what it means, and how we write it.
struct Sample<Message: Sendable>: Sendable, CustomTestStringConvertible {
    var text: String
    var message: Message
    var written: String

    init(_ text: String, _ message: Message, written: String? = nil) {
        self.text = text
        self.message = message
        self.written = written ?? text
    }

    var testDescription: String { text }
}

let clientSamples: [Sample<ClientMessage>] = [
    Sample(#"{"type":"handshake","version":["2"],"id":"c1"}"#, .handshake(Handshake(id: "c1"))),
    Sample(#"{"type":"ping"}"#, .ping),
    Sample(#"{"type":"pong","extra":{"a":[1]}}"#, .pong, written: #"{"type":"pong"}"#),
    Sample(
        #"{"type":"join","kind":"join","group":"g","username":"alice","password":"pw"}"#,
        .join(Join(group: "g", username: "alice", password: "pw"))),
    Sample(
        #"{"type":"join","kind":"join","group":"g","username":"","data":{"raisehand":true}}"#,
        .join(Join(group: "g", username: "", data: ["raisehand": true]))),
    Sample(
        #"{"type":"join","kind":"join","group":"g","token":"t","username":null}"#, .join(Join(group: "g", token: "t")),
        written: #"{"type":"join","kind":"join","group":"g","token":"t"}"#),
    Sample(#"{"type":"join","kind":"leave","group":"g"}"#, .join(Join(kind: .leave, group: "g"))),
    Sample(
        #"{"type":"request","request":{"":["audio","video"],"screenshare":["video-low"]}}"#,
        .request(StreamSelection(["": [.audio, .video], "screenshare": [.videoLow]]))),
    Sample(#"{"type":"request","request":{}}"#, .request(StreamSelection([:]))),
    Sample(
        #"{"type":"requestStream","id":"s","request":["audio"]}"#,
        .requestStream(StreamOverride(id: "s", tracks: [.audio]))),
    Sample(
        #"{"type":"requestStream","id":"s","request":[]}"#, .requestStream(StreamOverride(id: "s", tracks: []))),
    Sample(
        #"{"type":"requestStream","id":"s","request":null}"#, .requestStream(StreamOverride(id: "s", tracks: nil)),
        written: #"{"type":"requestStream","id":"s"}"#),
    Sample(
        #"{"type":"offer","kind":"","id":"s","replace":null,"label":"camera","source":"c1","username":"","sdp":"v=0"}"#,
        .offer(Offer(id: "s", label: "camera", sdp: "v=0", source: "c1", username: "")),
        written: #"{"type":"offer","id":"s","label":"camera","source":"c1","username":"","sdp":"v=0"}"#),
    Sample(
        #"{"type":"offer","kind":"renegotiate","id":"s","replace":"r","sdp":"v=0\r\n"}"#,
        .offer(Offer(id: "s", sdp: "v=0\r\n", replace: "r", kind: "renegotiate"))),
    Sample(#"{"type":"answer","id":"s","sdp":"v=0"}"#, .answer(Answer(id: "s", sdp: "v=0"))),
    Sample(
        #"{"type":"ice","id":"s","candidate":{"candidate":"candidate:1","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":null}}"#,
        .ice(
            TrickledCandidate(
                id: "s", candidate: CandidateDescription(candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0)))),
    Sample(
        #"{"type":"ice","id":"s","candidate":null}"#, .ice(TrickledCandidate(id: "s", candidate: nil)),
        written: #"{"type":"ice","id":"s"}"#),
    Sample(#"{"type":"renegotiate","id":"s"}"#, .renegotiate(id: "s")),
    Sample(#"{"type":"close","id":"s"}"#, .close(id: "s")),
    Sample(#"{"type":"abort","id":"s"}"#, .abort(id: "s")),
    Sample(#"{"type":"abort"}"#, .abort(id: "")),
    Sample(
        #"{"type":"chat","kind":"me","id":"m","source":"c1","dest":"c2","username":"a","noecho":true,"value":"hi"}"#,
        .chat(Chat(kind: .me, id: "m", source: "c1", username: "a", dest: "c2", value: "hi", noEcho: true))),
    Sample(
        #"{"type":"chat","source":"c1","username":"a","value":{"any":[9007199254740993]}}"#,
        .chat(Chat(source: "c1", username: "a", value: ["any": [9_007_199_254_740_993]]))),
    Sample(
        #"{"type":"usermessage","kind":"mute","source":"c1","dest":null,"username":"a","value":null}"#,
        .userMessage(UserMessage(kind: .mute, source: "c1", username: "a")),
        written: #"{"type":"usermessage","kind":"mute","source":"c1","username":"a"}"#),
    Sample(
        #"{"type":"useraction","kind":"kick","source":"c1","dest":"c2","username":"a","value":"bye"}"#,
        .userAction(UserAction(kind: .kick, source: "c1", username: "a", dest: "c2", value: "bye"))),
    Sample(
        #"{"type":"groupaction","kind":"lock","source":"c1","username":"a","value":"later"}"#,
        .groupAction(GroupAction(kind: .lock, source: "c1", username: "a", value: "later"))),
    Sample(#"{"type":"groupaction","kind":"dance"}"#, .groupAction(GroupAction(kind: .init(rawValue: "dance")))),
    Sample(#"{"type":"dance"}"#, .unknown(type: "dance")),
    Sample(#"{}"#, .unknown(type: "")),
]

@Suite("Messages of clients", .row("P-01"))
struct ClientMessageTests {
    @Test(arguments: clientSamples)
    func `a message is understood, written and understood again`(sample: Sample<ClientMessage>) throws {
        let message = try ClientMessage(parsing: sample.text)
        #expect(message == sample.message)
        #expect(String(decoding: message.encoded(), as: UTF8.self) == sample.written)
        #expect(try ClientMessage(parsing: message.encoded()) == message)
    }

    @Test(arguments: [
        ("[]", ""), ("null", ""), ("1", ""), (#"{"type":1}"#, "type"), (#"{"type":"ping","id":5}"#, "id"),
        (#"{"type":"join","group":["g"]}"#, "group"), (#"{"type":"join","data":"x"}"#, "data"),
        (#"{"type":"handshake","version":"2"}"#, "version"), (#"{"type":"handshake","version":[2]}"#, "version"),
        (#"{"type":"chat","noecho":"yes"}"#, "noecho"), (#"{"type":"chat","time":true}"#, "time"),
        (#"{"type":"request","request":["audio"]}"#, "request"),
        (#"{"type":"request","request":{"":"audio"}}"#, "request"),
        (#"{"type":"request","request":{"":[1]}}"#, "request"),
        (#"{"type":"requestStream","id":"s","request":{}}"#, "request"),
        (#"{"type":"ice","id":"s","candidate":"x"}"#, "candidate"),
        (#"{"type":"ice","id":"s","candidate":{"candidate":1}}"#, "candidate.candidate"),
        (#"{"type":"ice","id":"s","candidate":{"sdpMLineIndex":-1}}"#, "candidate.sdpMLineIndex"),
        (#"{"type":"ice","id":"s","candidate":{"sdpMLineIndex":0.5}}"#, "candidate.sdpMLineIndex"),
        (#"{"type":"dance","permissions":[null]}"#, "permissions"),
    ])
    func `a field of the wrong type is an error that names it`(text: String, path: String) throws {
        let error = try #require(throws: FormatError.self) { try ClientMessage(parsing: text) }
        #expect(error.path == path)
        #expect(throws: FormatError.self) { try ClientEnvelope(parsing: text) }
    }

    @Test func `null is the same as absent, for every field`() throws {
        let names = [
            "version", "kind", "error", "id", "replace", "source", "dest", "username", "password", "token",
            "privileged", "permissions", "status", "data", "group", "value", "noecho", "time", "sdp", "candidate",
            "label", "request", "rtcConfiguration",
        ]
        let nulls = names.map { ",\"\($0)\":null" }.joined()
        for sample in clientSamples {
            guard case .object(let members) = try JSONValue(parsing: sample.text) else { continue }
            let type = members["type"]?.stringValue ?? ""
            #expect(
                try ClientMessage(parsing: "{\"type\":\"\(type)\"\(nulls)}")
                    == ClientMessage(parsing: "{\"type\":\"\(type)\"}"))
        }
    }

    @Test func `the envelope says who claims to have sent it, whatever the message`() throws {
        let envelope = try ClientEnvelope(parsing: #"{"type":"ping","source":"c2","username":"bob"}"#)
        #expect(envelope.source == "c2")
        #expect(envelope.username == "bob")
        #expect(envelope.message == .ping)
        let anonymous = try ClientEnvelope(parsing: #"{"type":"ping","source":"","username":""}"#)
        #expect(anonymous.source == nil)
        #expect(anonymous.username == "")
    }
}
