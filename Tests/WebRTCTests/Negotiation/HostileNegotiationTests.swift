// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import RTCBase
import RTCCrypto
import RTCTestKit
import RTP
import SDP
import Testing
import WebRTC

@Suite("Hostile offers and answers", .attack(22))
struct HostileNegotiationTests {
    private func refusal(_ text: String) -> NegotiationError? {
        var negotiation = ReceiverNegotiation(codecs: [.vp8, .opus])
        do throws(NegotiationError) {
            _ = try negotiation.answer(offer: text, local: transport())
            return nil
        } catch {
            return error
        }
    }

    private let bundle = "a=group:BUNDLE 0 1"

    @Test(.attack(8), .rfc(8122, "5"))
    func `without a trustworthy fingerprint there is no answer`() {
        func with(_ lines: String...) -> NegotiationError? {
            refusal(offer(session: [bundle] + lines.map { "a=" + $0 }, sections: [audioSection, videoSection]))
        }
        let sha1 = "fingerprint:sha-1 " + repeatElement("11", count: 20).joined(separator: ":")
        let md5 = "fingerprint:md5 " + repeatElement("11", count: 16).joined(separator: ":")
        #expect(with() == .missingFingerprint)
        #expect(with(sha1) == .unsupportedFingerprint)
        #expect(with(md5) == .unsupportedFingerprint)
        #expect(with(sha1, "fingerprint:\(fingerprint("11"))") == nil)
        #expect(with("fingerprint:sha-256 11:22") == .malformedFingerprint)
        #expect(with("fingerprint:sha-256") == .malformedFingerprint)
        #expect(with("fingerprint:\(fingerprint("1G"))") == .malformedFingerprint)
        #expect(with("fingerprint:\(fingerprint("11").replacing(":", with: "-"))") == .malformedFingerprint)
        #expect(
            with("fingerprint:\(fingerprint("11"))", "fingerprint:\(fingerprint("22"))") == .conflictingFingerprints)
        #expect(with("fingerprint:\(fingerprint("11"))", "fingerprint:\(fingerprint("11"))") == nil)
        #expect(with("fingerprint:SHA-256 \(fingerprint("aa").dropFirst(8))") == nil)
    }

    @Test(.attack(8)) func `bundled sections with different certificates are refused`() {
        let video = videoSection + ["a=fingerprint:\(fingerprint("22"))"]
        let session = [bundle, "a=fingerprint:\(fingerprint("11"))"]
        #expect(refusal(offer(session: session, sections: [audioSection, video])) == .conflictingFingerprints)
        // An empty fingerprint must not fall back to the session's.
        #expect(
            refusal(offer(session: session, sections: [audioSection + ["a=fingerprint:"], videoSection]))
                == .malformedFingerprint)
    }

    @Test func `without ICE credentials there is no answer`() {
        for line in ["a=ice-ufrag:frag", "a=ice-pwd:passwordpasswordpasswo"] {
            #expect(
                refusal(offer(sections: [audioSection.replacing(line, with: nil), videoSection]))
                    == .missingCredentials)
            #expect(
                refusal(offer(sections: [audioSection.replacing(line, with: line.prefix(12) + "x"), videoSection]))
                    == .missingCredentials)
        }
    }

    @Test func `sections need names of their own`() {
        #expect(refusal(offer(sections: [audioSection.replacing("a=mid:0", with: nil)])) == .missingMid)
        #expect(
            refusal(offer(sections: [audioSection, videoSection.replacing("a=mid:1", with: "a=mid:0")]))
                == .duplicateMid)
        #expect(refusal(offer(sections: [])) == .nothingAcceptable)
    }

    @Test func `what is too large is refused before it is understood`() {
        let sections = [[String]](repeating: ["m=audio 9 RTP/AVP 0"], count: 10_000)
        #expect(
            refusal(offer(sections: sections))
                == .malformed(SDPError(line: 7 + SDPLimits.sections, reason: .sdpTooManySections)))
        let long = audioSection + ["a=crypto:1 " + String(repeating: "x", count: 100_000)]
        #expect(refusal(offer(sections: [long])) == .malformed(SDPError(line: 15, reason: .sdpLineTooLong)))
    }

    @Test func `no more candidates, sources and encodings are taken than the limits say`() throws {
        var video = videoSection + ["a=extmap:5 \(ExtensionMap.rtpStreamID)"]
        video += (0..<100).map { "a=candidate:\($0) 1 udp 1 192.0.2.1 \($0 + 1) typ host" }
        video += (0..<100).map { "a=ssrc:\($0) cname:x" }
        video += (0..<100).map { "a=rid:r\($0) send" }
        video += ["a=simulcast:send " + (0..<100).map { "r\($0)" }.joined(separator: ";")]
        var negotiation = ReceiverNegotiation(codecs: [.vp8])
        let answer = try negotiation.answer(
            offer: offer(session: ["a=group:BUNDLE 1", "a=fingerprint:\(fingerprint("11"))"], sections: [video]),
            local: transport())
        #expect(answer.remote.candidates.count == NegotiationLimits.candidates)
        #expect(answer.tracks[0].ssrcs.count == NegotiationLimits.ssrcs)
        #expect(answer.tracks[0].rids.count == NegotiationLimits.rids)
    }

    @Test(.attack(4)) func `candidates with names, without sense or for RTCP are not taken`() throws {
        let lines = [
            "1 1 udp 1 host.example 5 typ host", "1 1 udp 1 2b88257f.local 5 typ host",
            "1 2 udp 1 192.0.2.1 5 typ host",
            "1 1 sctp 1 192.0.2.1 5 typ host", "1 1 udp 4294967296 192.0.2.1 5 typ host",
            "1 1 udp 1 192.0.2.1 65536 typ host", "1 1 udp 1 192.0.2.1 5 typ other", "1 1 udp 1 192.0.2.1 5", "",
            "1 -1 udp 1 192.0.2.1 5 typ host", "1 1 udp 1 0300.0.2.1 5 typ host",
            "9 1 UDP 7 192.0.2.1 5 typ srflx raddr 10.0.0.1 rport 6 generation 0",
        ]
        var negotiation = ReceiverNegotiation(codecs: [.opus])
        let answer = try negotiation.answer(
            offer: offer(sections: [audioSection + lines.map { "a=candidate:" + $0 }]), local: transport())
        #expect(answer.remote.candidates.map(\.foundation) == ["9"])
        #expect(answer.remote.candidates.first?.relatedAddress?.description == "10.0.0.1:6")
    }

    @Test(arguments: offers)
    func `an offer cut after any line is answered or refused`(name: String) {
        let all = Fixture.text(name).split(whereSeparator: \.isNewline)
        for count in 0...all.count {
            Array(all.prefix(count).joined(separator: "\n").utf8).withUnsafeBytes { NegotiationFuzzing.run($0) }
        }
    }

    @Test(arguments: 0..<40)
    func `random damage neither traps nor breaks an invariant`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var text = Fixture.text(offers[seed % 4])
        if seed % 5 == 4 {
            var receiver = ReceiverNegotiation(codecs: [.vp8, .opus])
            var sender = SenderNegotiation()
            text = try receiver.answer(
                offer: sender.offer(tracks: [microphone, camera], local: transport()).sdp, local: transport()
            ).sdp
        }
        var lines = text.split(whereSeparator: \.isNewline).map { Array($0.utf8) }
        for _ in 0..<6 {
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let line = Int.random(in: 0..<lines.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: lines.remove(at: line)
                case 1: lines.insert(lines[line], at: Int.random(in: 1..<lines.count, using: &random))
                case 2: lines.swapAt(line, Int.random(in: 0..<lines.count, using: &random))
                case 3 where !lines[line].isEmpty:
                    lines[line].remove(at: Int.random(in: lines[line].indices, using: &random))
                default:
                    guard !lines[line].isEmpty else { continue }
                    lines[line][Int.random(in: lines[line].indices, using: &random)] = UInt8.random(
                        in: 0x20...0x7e, using: &random)
                }
            }
            Array(lines.joined(separator: [0x0a])).withUnsafeBytes { NegotiationFuzzing.run($0) }
        }
    }
}
