// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import RTCTestKit
import SDP
import Testing
import WebRTC

@Suite("Negotiation of data channels", .rfc(8841, "10"), .row("F-02"))
struct DataNegotiationTests {
    @Test(arguments: [
        ("offer-chromium-dc-plain.sdp", "qh0G", 262_144, 0), ("offer-firefox-dc.sdp", "18e73e9d", 1_073_741_823, 0),
        // Beside media, of which nothing is taken.
        ("offer-chromium.sdp", "", 262_144, 2), ("offer-firefox.sdp", "", 1_073_741_823, 2),
    ])
    func `browsers' offers are understood and answered`(
        name: String, ufrag: String, size: Int, place: Int
    ) throws {
        var negotiation = DataNegotiation()
        let (sdp, agreement) = try negotiation.answer(offer: Fixture.text(name)) { _ in transport(lite: false) }
        #expect(ufrag.isEmpty || agreement.remote.credentials.ufrag == ufrag)
        #expect(agreement.maximumMessageSize == size)
        #expect(agreement.remotePort == 5000)
        #expect(agreement.remote.localRole == .client)
        #expect(!agreement.iceRestarted)
        let answer = try parsed(sdp)
        #expect(answer.media.count == place + 1)
        for (index, section) in answer.media.enumerated() { #expect(section.port == (index == place ? 9 : 0)) }
        let section = answer.media[place]
        #expect(section.formats == ["webrtc-datachannel"] && section.proto == "UDP/DTLS/SCTP")
        #expect(section.attributes.first(Setup.self) == .active)
        #expect(section.attributes.first(SCTPPort.self) == .webRTC)
        #expect(section.attributes.first(MaximumMessageSize.self)?.rawValue == 262_144)
        #expect(answer.bundle == [section.mid ?? ""])
        // The same again changes nothing.
        let again = try negotiation.answer(offer: Fixture.text(name)) { _ in transport(lite: false) }
        #expect(again.agreement == agreement)
    }

    @Test func `our offer is answered by ourselves`() throws {
        var one = DataNegotiation()
        var other = DataNegotiation()
        let offer = one.offer(local: transport(lite: false))
        #expect(throws: NegotiationError.self) { try other.apply(answer: offer) }
        let (answer, theirs) = try other.answer(offer: offer) { _ in transport(lite: false) }
        let ours = try one.apply(answer: answer)
        #expect(ours.remote.localRole == .server && theirs.remote.localRole == .client)
        #expect(ours.maximumMessageSize == DataNegotiation.maximumMessageSize)
        #expect(throws: NegotiationError.unexpectedAnswer) { try one.apply(answer: answer) }
    }

    @Test func `new credentials restart ICE, another certificate is refused`() throws {
        let offer = Fixture.text("offer-chromium-dc-plain.sdp")
        var negotiation = DataNegotiation()
        _ = try negotiation.answer(offer: offer) { _ in transport(lite: false) }
        let restarted = try negotiation.answer(
            offer: offer.replacingFirst("a=ice-ufrag:qh0G", with: "a=ice-ufrag:other")
        ) { iceRestarted in
            #expect(iceRestarted)
            return transport(lite: false)
        }
        #expect(restarted.agreement.iceRestarted)
        #expect(throws: NegotiationError.changedFingerprint) {
            try negotiation.answer(offer: offer.replacingFirst("sha-256 83:", with: "sha-256 84:")) { _ in
                transport(lite: false)
            }
        }
        #expect(throws: NegotiationError.incompatibleSetup) {
            try negotiation.answer(offer: offer.replacingFirst("setup:actpass", with: "setup:active")) { _ in
                transport(lite: false)
            }
        }
        #expect(throws: NegotiationError.changedSections) {
            try negotiation.answer(offer: offer.replacingFirst("a=mid:0", with: "a=mid:1")) { _ in
                transport(lite: false)
            }
        }
    }

    @Test(arguments: [
        ("a=max-message-size:262144", "a=max-message-size:0", Int.max),
        ("a=max-message-size:262144", "a=max-message-size:99999999999999999999999", .max),
        ("a=max-message-size:262144", "a=max-message-size:many", 65536),
        ("a=max-message-size:262144\r\n", "", 65536),
    ])
    func `the longest message is what the peer says, or what the RFC says for it`(
        line: String, other: String, size: Int
    ) throws {
        let offer = Fixture.text("offer-chromium-dc-plain.sdp").replacingFirst(line, with: other)
        var negotiation = DataNegotiation()
        let (_, agreement) = try negotiation.answer(offer: offer) { _ in transport(lite: false) }
        #expect(agreement.maximumMessageSize == size)
    }

    @Test(arguments: [
        ("m=application 9 ", "m=application 0 "), ("UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 5000"),
        ("m=application", "m=audio"), ("a=fingerprint:sha-256", "a=fingerprint:md5"), ("a=mid:0\r\n", ""),
        ("a=setup:actpass", "a=setup:holdconn"), ("a=ice-pwd", "a=ice-pw"), ("v=0", "w=0"),
    ])
    func `what cannot be answered is refused in words, and changes nothing`(line: String, other: String) throws {
        let offer = Fixture.text("offer-chromium-dc-plain.sdp")
        var negotiation = DataNegotiation()
        let error = #expect(throws: NegotiationError.self) {
            try negotiation.answer(offer: offer.replacingFirst(line, with: other)) { _ in transport(lite: false) }
        }
        #expect(error?.description.isEmpty == false)
        _ = try negotiation.answer(offer: offer) { _ in transport(lite: false) }
    }

    @Test func `an answer that is none of ours is refused`() throws {
        let offer = Fixture.text("offer-chromium-dc-plain.sdp")
        var negotiation = DataNegotiation()
        _ = negotiation.offer(local: transport(lite: false))
        // Nobody has begun: a second offer.
        #expect(throws: NegotiationError.incompatibleSetup) { try negotiation.apply(answer: offer) }
        let answer = offer.replacingFirst("setup:actpass", with: "setup:active")
        #expect(throws: NegotiationError.changedSections) {
            try negotiation.apply(answer: answer.replacingFirst("a=mid:0", with: "a=mid:x"))
        }
        #expect(throws: NegotiationError.nothingAcceptable) {
            try negotiation.apply(answer: answer.replacingFirst("m=application 9", with: "m=application 0"))
        }
        #expect(try negotiation.apply(answer: answer).remote.localRole == .server)
    }
}

extension String {
    /// The text with the first occurrence of a part replaced, which must be there.
    fileprivate func replacingFirst(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else {
            Issue.record("there is no \(part)")
            return self
        }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
