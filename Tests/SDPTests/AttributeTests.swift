// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import SDP
import Testing

/// Parses `text`, and holds that it is written back as it was.
private func value<Value: AttributeValue>(_ type: Value.Type, _ text: String) throws -> Value {
    let value = try #require(Value(text))
    #expect(value.text == text)
    return value
}

@Suite("Attributes")
struct AttributeTests {
    @Test(.rfc(5888, "5")) func `a group has its semantics and its members`() throws {
        #expect(try value(MediaGroup.self, "BUNDLE 0 1") == MediaGroup(.bundle, mids: ["0", "1"]))
        #expect(try value(MediaGroup.self, "BUNDLE").mids.isEmpty)
        #expect(MediaGroup("") == nil)
        #expect(MediaGroup("BUNDLE a:b") == nil)
    }

    @Test(.rfc(8866, "6.6")) func `a payload type is mapped to a codec`() throws {
        #expect(
            try value(RTPMap.self, "111 opus/48000/2")
                == RTPMap(payloadType: 111, encodingName: "opus", clockRate: 48000, channels: 2))
        #expect(try value(RTPMap.self, "96 VP8/90000").channels == 1)
        #expect(RTPMap("9 G722/8000/1") == RTPMap(payloadType: 9, encodingName: "G722", clockRate: 8000))
        for text in [
            "128 VP8/90000", "96", "96 VP8", "96 VP8/", "96 VP8/0", "96 VP8/9x", "+1 VP8/90000",
            "96 VP8/99999999999999999999", "96 VP8/90000/0", "96 VP8/90000/1/1", " VP8/90000",
        ] {
            #expect(RTPMap(text) == nil, "\(text)")
        }
    }

    @Test(.rfc(8841, "6")) func `the longest message and the port of SCTP are numbers`() throws {
        #expect(try value(MaximumMessageSize.self, "0").rawValue == 0)
        #expect(MaximumMessageSize(String(repeating: "9", count: 32))?.rawValue == .max)
        for text in ["", "-1", "1 ", "x", String(repeating: "9", count: 33)] {
            #expect(MaximumMessageSize(text) == nil)
        }
        #expect(try value(SCTPPort.self, "5000") == .webRTC)
        for text in ["", "0", "65536", "+1"] { #expect(SCTPPort(text) == nil) }
    }

    @Test(.rfc(8866, "6.15")) func `format parameters are kept and can be taken apart`() throws {
        let parameters = try value(FormatParameters.self, "111 minptime=10; UseInbandFEC=1;x;=1;minptime=2").parameters
        #expect(FormatParameters.values(of: parameters) == ["minptime": "10", "useinbandfec": "1", "x": ""])
    }

    @Test(.rfc(4585, "4.2")) func `feedback may be for one payload type or for all`() throws {
        #expect(try value(RTCPFeedback.self, "96 nack pli") == RTCPFeedback(payloadType: 96, kind: .pli))
        #expect(try value(RTCPFeedback.self, "* ccm fir") == RTCPFeedback(payloadType: nil, kind: .fir))
        #expect(RTCPFeedback("96 ") == nil)
        #expect(RTCPFeedback("300 nack") == nil)
    }

    @Test(.rfc(8285, "8")) func `a header extension may be restricted to a direction`() throws {
        #expect(
            try value(ExtensionMap.self, "4 urn:ietf:params:rtp-hdrext:sdes:mid")
                == ExtensionMap(id: 4, uri: ExtensionMap.mid))
        #expect(try value(ExtensionMap.self, "9/sendonly \(ExtensionMap.rtpStreamID)").direction == .sendonly)
        #expect(try value(ExtensionMap.self, "4096 urn:x a b").parameters == "a b")
        for text in ["0 urn:x", "4", "4/upwards urn:x", "99999 urn:x", "x urn:x"] {
            #expect(ExtensionMap(text) == nil, "\(text)")
        }
    }

    @Test(.rfc(5576, "4")) func `sources have attributes and groups`() throws {
        #expect(
            try value(SourceAttribute.self, "4294967295 cname:a b")
                == SourceAttribute(ssrc: .max, Attribute("cname", "a b")))
        #expect(SourceAttribute("4294967296 cname:x") == nil)
        #expect(SourceAttribute("1") == nil)
        #expect(
            try value(SourceGroup.self, "FID 1 2") == SourceGroup(.flowIdentification, ssrcs: [1, 2]))
        #expect(SourceGroup("FID 1 x") == nil)
    }

    @Test(.rfc(8830, "2")) func `a section belongs to a stream and a track`() throws {
        #expect(
            try value(MediaStreamIdentifier.self, "{f01b} {79d1}")
                == MediaStreamIdentifier(stream: "{f01b}", track: "{79d1}"))
        #expect(try value(MediaStreamIdentifier.self, "- t").stream == "-")
        #expect(try value(MediaStreamIdentifier.self, "s").track == nil)
        #expect(MediaStreamIdentifier("a b c") == nil)
        #expect(MediaStreamIdentifier("") == nil)
    }

    @Test(.rfc(8842, "5.2")) func `the roles of DTLS`() throws {
        #expect(try value(Setup.self, "actpass") == .actpass)
        #expect(Setup("ACTIVE") == .active)
        #expect(Setup("both") == nil)
    }

    @Test(.rfc(8122, "5")) func `a fingerprint is a hash function and a digest`() {
        #expect(Fingerprint("SHA-256 AB:CD") == Fingerprint(hashFunction: "sha-256", digest: "AB:CD"))
        #expect(Fingerprint("sha-256") == nil)
    }

    @Test(.rfc(8839, "5.4")) func `credentials have a least length and few characters`() {
        #expect(ICEUsernameFragment("BT0E")?.rawValue == "BT0E")
        #expect(ICEUsernameFragment("abc") == nil)
        #expect(ICEUsernameFragment("ab:cd") == nil)
        #expect(ICEUsernameFragment(String(repeating: "a", count: 257)) == nil)
        #expect(ICEPassword("53JqKdhCZRmI9PPeaF3YJ7Qx") != nil)
        #expect(ICEPassword("short") == nil)
    }

    @Test(.rfc(8853, "5.1")) func `simulcast lists encodings with alternatives, best first`() throws {
        let simulcast = try value(Simulcast.self, "send h,h2;~m;l recv x")
        #expect(simulcast.send.map { $0.map(\.rid) } == [["h", "h2"], ["m"], ["l"]])
        #expect(simulcast.send.map { $0.map(\.isPaused) } == [[false, false], [true], [false]])
        #expect(simulcast.receive.map { $0.map(\.rid) } == [["x"]])
        for text in ["send", "send h;", "send h send l", "recv ", "both h", "send rid=h"] {
            #expect(Simulcast(text) == nil, "\(text)")
        }
    }

    @Test(.rfc(8851, "4")) func `an encoding has a direction and restrictions`() throws {
        #expect(
            try value(RestrictionIdentifier.self, "h send pt=96;max-width=1")
                == RestrictionIdentifier(id: "h", direction: .send, restrictions: "pt=96;max-width=1"))
        #expect(RestrictionIdentifier("h both") == nil)
        #expect(RestrictionIdentifier("h:h send") == nil)
        #expect(RestrictionIdentifier("\(String(repeating: "h", count: 17)) send") == nil)
    }

    @Test func `the last direction counts, and a malformed attribute is as absent`() {
        let attributes = [Attribute("sendrecv"), Attribute("mid", "a b"), Attribute("mid", "7"), Attribute("recvonly")]
        #expect(MediaDirection(attributes) == .recvonly)
        #expect(attributes.first(MediaIdentifier.self)?.rawValue == "7")
        #expect(MediaDirection([Attribute("sendonly", "x")]) == nil)
    }
}
