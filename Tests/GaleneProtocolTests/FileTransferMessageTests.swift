// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@Suite("Messages about files", .row("F-01", "F-07", "F-09"))
struct FileTransferMessageTests {
    private func parse(_ json: String) throws -> FileTransferMessage {
        try FileTransferMessage(JSONValue(parsing: json))
    }

    @Test func `each kind is read, and written as it was read`() throws {
        let messages: [(String, FileTransferMessage)] = [
            (
                #"{"type":"invite","version":["1"],"id":"x","name":"a.txt","size":3,"mimetype":"text/plain"}"#,
                .invite(.init(id: "x", name: "a.txt", size: 3, mimeType: "text/plain"))
            ),
            (#"{"type":"offer","version":["1"],"id":"x","sdp":"v=0"}"#, .offer(id: "x", version: "1", sdp: "v=0")),
            (#"{"type":"answer","id":"x","sdp":"v=0"}"#, .answer(id: "x", sdp: "v=0")),
            (
                #"{"type":"ice","id":"x","candidate":{"candidate":"c","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":null}}"#,
                .ice(id: "x", candidate: CandidateDescription(candidate: "c", sdpMid: "0", sdpMLineIndex: 0))
            ),
            (#"{"type":"ice","id":"x","candidate":null}"#, .ice(id: "x", candidate: nil)),
            (#"{"type":"cancel","id":"x","message":"no"}"#, .cancel(id: "x", message: "no")),
            (#"{"type":"cancel","id":"x"}"#, .cancel(id: "x", message: nil)),
        ]
        for (json, message) in messages {
            #expect(try parse(json) == message)
            #expect(try message.value == JSONValue(parsing: json))
            #expect(message.id == "x")
        }
    }

    @Test func `versions come as a list, a text or a number`() throws {
        for version in [#"["1"]"#, #""1""#, "1"] {
            let message = try parse(#"{"type":"offer","version":\#(version),"id":"x","sdp":"v"}"#)
            #expect(message == .offer(id: "x", version: "1", sdp: "v"))
        }
    }

    @Test(arguments: ["upice", "downice", "reject", "abort"]) func `what old programs say is known as such`(
        type: String
    ) throws {
        #expect(try parse(#"{"type":"\#(type)","id":"x"}"#) == .obsolete(id: "x"))
    }

    @Test(
        .attack(19),
        arguments: [
            #"{}"#, #"[]"#, #""x""#, #"{"type":"invite"}"#, #"{"type":"invite","id":"x"}"#,
            #"{"type":"invite","id":"x","size":-1}"#, #"{"type":"invite","id":"x","size":1.5}"#,
            #"{"type":"invite","id":"x","size":"3"}"#, #"{"type":"invite","id":"","size":3}"#,
            #"{"type":"dance","id":"x"}"#, #"{"type":"ice","id":"x","candidate":"c"}"#, #"{"type":"offer","id":7}"#,
            #"{"type":"ice","id":"x","candidate":{"candidate":"c","sdpMLineIndex":99999}}"#,
        ])
    func `whatever else is refused`(json: String) {
        #expect(throws: FormatError.self) { try parse(json) }
    }
}
