// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SDP
import Testing

let offers = [
    "offer-chromium.sdp", "offer-firefox.sdp", "offer-chromium-simulcast.sdp", "offer-firefox-simulcast.sdp",
    "offer-chromium-dc-plain.sdp", "offer-firefox-dc.sdp",
]

/// The text with each line ended by `end`.
func lines(_ text: String, end: String) -> String {
    text.split(whereSeparator: \.isNewline).map { $0 + end }.joined()
}

func parse(_ text: String) throws(SDPError) -> SessionDescription { try SessionDescription(parsing: text) }

@Suite("Session descriptions", .rfc(8866, "5"))
struct SessionDescriptionTests {
    @Test(arguments: offers)
    func `a browser's offer survives parsing and writing unchanged`(name: String) throws {
        let text = lines(Fixture.text(name), end: "\r\n")
        let session = try parse(text)
        #expect(session.text == text)
        #expect(try parse(session.text) == session)
    }

    @Test(arguments: offers)
    func `lines may end with LF alone`(name: String) throws {
        let text = Fixture.text(name)
        #expect(try parse(lines(text, end: "\n")) == parse(lines(text, end: "\r\n")))
    }

    @Test func `the fields are told apart`() throws {
        let session = try parse(Fixture.text("offer-chromium.sdp"))
        #expect(session.origin.sessionID == "2910063151258511417")
        #expect(session.origin.sessionVersion == "2")
        #expect(session.name == "-")
        #expect(session.timing == ["0 0"])
        #expect(session.bundle == ["0", "1", "2"])
        #expect(session.attributes.count == 3)
        #expect(session.media.map(\.kind) == [.audio, .video, .application])
        #expect(session.media.map(\.port) == [34835, 55536, 48575])
        #expect(session.media[0].proto == "UDP/TLS/RTP/SAVPF")
        #expect(session.media[0].payloadTypes == [111, 63, 9, 0, 8, 13, 110, 126])
        #expect(session.media[0].connection == "IN IP4 192.0.2.2")
        #expect(session.media[0].direction == .sendrecv)
        #expect(session.media.map(\.mid) == ["0", "1", "2"])
        #expect(session.media[2].formats == ["webrtc-datachannel"])
        #expect(session.media[2].payloadTypes.isEmpty)
        #expect(session.direction == nil)
        #expect(try parse(Fixture.text("offer-firefox.sdp")).direction == .sendrecv)
    }

    @Test func `lines that nothing interprets are kept, in the order of the grammar`() throws {
        let session = try parse("v=0\na=x\nb=AS:1\ni=hello\nz=0 0\nm=audio 9/2 RTP/AVP 0\nb=AS:2\ni=there\n")
        #expect(
            session.text
                == lines(
                    """
                    v=0
                    o=- 0 0 IN IP4 0.0.0.0
                    s=-
                    i=hello
                    b=AS:1
                    t=0 0
                    z=0 0
                    a=x
                    m=audio 9/2 RTP/AVP 0
                    i=there
                    b=AS:2
                    """, end: "\r\n"))
    }

    @Test func `an unknown attribute is kept with its value, be it empty`() throws {
        let session = try parse("v=0\na=x-new:1:2 3\na=x-empty:\na=x-flag\n")
        #expect(session.attributes == [Attribute("x-new", "1:2 3"), Attribute("x-empty", ""), Attribute("x-flag")])
    }

    @Test(arguments: [
        ("", 0, ParseError.sdpNoVersion),
        ("o=- 0 0 IN IP4 0.0.0.0\n", 1, .sdpNoVersion),
        ("v=1\n", 1, .sdpNoVersion),
        ("v=0\nv=0\n", 2, .sdpMisplacedLine),
        ("v=0\no=- 1 IN IP4 0.0.0.0\n", 2, .sdpBadOrigin),
        ("v=0\no=- one 1 IN IP4 0.0.0.0\n", 2, .sdpBadOrigin),
        ("v=0\nq=1\n", 2, .sdpUnknownLine),
        ("v=0\nmm\n", 2, .sdpNotALine),
        ("v=0\n\na=x\n", 2, .sdpNotALine),
        ("v=0\na=x\u{0}y\n", 2, .sdpControlCharacter),
        ("v=0\na=x\ry\n", 2, .sdpControlCharacter),
        ("v=0\na=:1\n", 2, .sdpBadAttribute),
        ("v=0\na=a b\n", 2, .sdpBadAttribute),
        ("v=0\nm=audio 9 RTP/AVP\n", 2, .sdpBadMedia),
        ("v=0\nm=audio 65536 RTP/AVP 0\n", 2, .sdpBadPort),
        ("v=0\nm=audio -1 RTP/AVP 0\n", 2, .sdpBadPort),
        ("v=0\nm=audio 9/ RTP/AVP 0\n", 2, .sdpBadPort),
        ("v=0\nm=audio 9 RTP/AVP 0\ns=-\n", 3, .sdpMisplacedLine),
        ("v=0\nm=audio 9 RTP/AVP 0\nt=0 0\n", 3, .sdpMisplacedLine),
    ])
    func `a mistake is reported with its line`(text: String, line: Int, reason: ParseError) {
        #expect(throws: SDPError(line: line, reason: reason)) { try parse(text) }
    }
}

@Suite("Hostile session descriptions", .attack(22))
struct HostileSessionDescriptionTests {
    @Test func `no more is read than the limits say`() {
        let size = "v=0\n" + String(repeating: "a=x\n", count: SDPLimits.size / 4)
        #expect(throws: SDPError(line: 0, reason: .sdpTooLarge)) { try parse(size) }
        let line = "v=0\na=crypto:" + String(repeating: "x", count: SDPLimits.lineLength)
        #expect(throws: SDPError(line: 2, reason: .sdpLineTooLong)) { try parse(line) }
        let sections = "v=0\n" + String(repeating: "m=audio 9 RTP/AVP 0\n", count: 10_000)
        #expect(throws: SDPError(line: SDPLimits.sections + 2, reason: .sdpTooManySections)) { try parse(sections) }
        let attributes = "v=0\n" + String(repeating: "a=x\n", count: 10_000)
        #expect(throws: SDPError(line: SDPLimits.attributes + 2, reason: .sdpTooManyAttributes)) {
            try parse(attributes)
        }
        let formats = "v=0\nm=audio 9 RTP/AVP" + String(repeating: " 0", count: 1000)
        #expect(throws: SDPError(line: 2, reason: .sdpTooManyFormats)) { try parse(formats) }
    }

    @Test func `what is just within the limits is read`() throws {
        let text =
            "v=0\na=x:" + String(repeating: "x", count: SDPLimits.lineLength - 4) + "\n"
            + String(repeating: "m=audio 9 RTP/AVP 0\n", count: SDPLimits.sections)
        #expect(try parse(text).media.count == SDPLimits.sections)
    }

    /// Each line of each fixture is cut at each byte, in the shortest description that can hold it: what comes before
    /// a line does not change how it is read.
    @Test(arguments: offers)
    func `every truncation of every line is read or refused without trapping`(name: String) {
        for line in Fixture.text(name).split(whereSeparator: \.isNewline) {
            let start = Array((line.hasPrefix("a=") ? "v=0\nm=video 9 UDP/TLS/RTP/SAVPF 96\n" : "v=0\n").utf8)
            for length in 0...line.utf8.count {
                (start + line.utf8.prefix(length)).withUnsafeBytes { SDPFuzzing.run($0) }
            }
        }
    }

    @Test(arguments: offers)
    func `every description that ends with a whole line is read`(name: String) throws {
        let all = Fixture.text(name).split(whereSeparator: \.isNewline)
        for count in 1...all.count {
            _ = try parse(all.prefix(count).map { $0 + "\r\n" }.joined())
        }
    }

    @Test(arguments: 0..<40)
    func `random damage neither traps nor breaks the round trip`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var bytes = Fixture.bytes(offers[seed % offers.count])
        for _ in 0..<10 {
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 2: bytes.remove(at: index)
                default:
                    bytes.insert([0x20, 0x2f, 0x3a, 0x3b, 0x0d, 0x0a].randomElement(using: &random) ?? 0, at: index)
                }
            }
            bytes.withUnsafeBytes { SDPFuzzing.run($0) }
        }
    }
}
