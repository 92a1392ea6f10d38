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

@Suite("Receiver's negotiation")
struct ReceiverNegotiationTests {
    private func answer(
        _ text: String, codecs: [Codec] = [.vp8, .opus]
    ) throws(NegotiationError) -> ReceiverNegotiation.Answer {
        var negotiation = ReceiverNegotiation(codecs: codecs)
        return try negotiation.answer(offer: text, local: transport())
    }

    @Test func `a section that sends nothing is answered inactive and yields no track`() throws {
        for direction in ["a=inactive", "a=recvonly"] {
            let answer = try answer(
                offer(sections: [audioSection.replacing("a=sendonly", with: direction), videoSection]))
            let session = try parsed(answer.sdp)
            #expect(session.media.map(\.direction) == [.inactive, .recvonly])
            #expect(session.media.map(\.port) == [9, 9])
            #expect(session.bundle == ["0", "1"])
            #expect(answer.tracks.map(\.mid) == ["1"])
        }
    }

    @Test func `a stream all of whose sections are inactive keeps its transport`() throws {
        let answer = try answer(
            offer(sections: [audioSection, videoSection].map { $0.replacing("a=sendonly", with: "a=inactive") }))
        #expect(answer.tracks.isEmpty)
        #expect(answer.remote.credentials.ufrag == "frag")
        #expect(try parsed(answer.sdp).bundle == ["0", "1"])
    }

    @Test func `the session's direction counts where the section says nothing`() throws {
        let answer = try answer(
            offer(
                session: ["a=group:BUNDLE 0", "a=fingerprint:\(fingerprint("11"))", "a=inactive"],
                sections: [audioSection.replacing("a=sendonly", with: nil)]))
        #expect(answer.tracks.isEmpty)
    }

    @Test(.rfc(8843, "7.3")) func `a section outside the bundle is rejected`() throws {
        let answer = try answer(
            offer(
                session: ["a=group:BUNDLE 1", "a=fingerprint:\(fingerprint("11"))"],
                sections: [audioSection, videoSection]))
        let session = try parsed(answer.sdp)
        #expect(session.media.map(\.port) == [0, 9])
        #expect(session.bundle == ["1"])
    }

    @Test(.rfc(8843, "7.3")) func `without a bundle the first section alone is accepted`() throws {
        let answer = try answer(
            offer(session: ["a=fingerprint:\(fingerprint("11"))"], sections: [audioSection, videoSection]))
        #expect(try parsed(answer.sdp).media.map(\.port) == [9, 0])
        #expect(answer.tracks.map(\.mid) == ["0"])
    }

    @Test(.rfc(8843, "6")) func `a bundle-only section is accepted although its port is 0`() throws {
        let video = ["m=video 0 UDP/TLS/RTP/SAVPF 120"] + videoSection.dropFirst()
        #expect(try answer(offer(sections: [audioSection, video + ["a=bundle-only"]])).tracks.count == 2)
        let rejected = try answer(offer(sections: [audioSection, video]))
        #expect(rejected.tracks.map(\.mid) == ["0"])
        #expect(try parsed(rejected.sdp).media.map(\.port) == [9, 0])
    }

    /// Peers that may have to do without bundling give each section credentials of its own.
    @Test(.rfc(8843, "7.3.1")) func `the credentials of the first accepted section of the bundle count`() throws {
        let video = videoSection.replacing("a=ice-ufrag:frag", with: "a=ice-ufrag:other")
        let text = offer(sections: [audioSection, video])
        #expect(try answer(text).remote.credentials.ufrag == "frag")
        #expect(try answer(text, codecs: [.vp8]).remote.credentials.ufrag == "other")
        let reversed = offer(
            session: ["a=group:BUNDLE 1 0", "a=fingerprint:\(fingerprint("11"))"], sections: [audioSection, video])
        #expect(try answer(reversed).remote.credentials.ufrag == "other")
    }

    @Test func `a section that does not multiplex RTCP, or is not RTP over DTLS, is rejected`() throws {
        for video in [
            videoSection.replacing("a=rtcp-mux", with: nil),
            ["m=video 9 UDP/FOO 120"] + videoSection.dropFirst(),
        ] {
            let answer = try answer(offer(sections: [audioSection, video]))
            #expect(try parsed(answer.sdp).media.map(\.port) == [9, 0])
        }
    }

    @Test func `feedback that is not offered is not accepted; that for all payload types is`() throws {
        let video = videoSection + ["a=rtcp-fb:* nack", "a=rtcp-fb:120 ccm fir", "a=rtcp-fb:99 nack pli"]
        let answer = try answer(offer(sections: [audioSection + ["a=rtcp-fb:109 nack"], video]))
        #expect(answer.tracks.map(\.feedback) == [[], [.nack, .fir]])
        let session = try parsed(answer.sdp)
        #expect(session.media[0].attributes.all(RTCPFeedback.self).isEmpty)
        #expect(session.media[1].attributes.all(RTCPFeedback.self).map(\.text) == ["120 nack", "120 ccm fir"])
    }

    @Test(.rfc(8285, "6")) func `a header extension with an impossible id or meant for us is not accepted`() throws {
        let rid = ExtensionMap.rtpStreamID
        for (line, id) in [
            ("extmap:15 \(rid)", nil), ("extmap:0 \(rid)", nil), ("extmap:4096 \(rid)", nil),
            ("extmap:5/recvonly \(rid)", nil), ("extmap:5 \(rid)", 5), ("extmap:200 \(rid)", 200),
            ("extmap:3 \(rid)", nil),
        ] as [(String, UInt8?)] {
            let answer = try answer(
                offer(sections: [audioSection, videoSection + ["a=extmap:3 urn:x", "a=" + line]]))
            #expect(answer.tracks[1].extensions.rid == id, "\(line)")
        }
    }

    @Test(.rfc(8843, "9.2")) func `sections of one transport agree on the ids of extensions`() throws {
        let second = videoSection.replacing("a=mid:1", with: "a=mid:2")
        let answer = try answer(
            offer(
                session: ["a=group:BUNDLE 1 2", "a=fingerprint:\(fingerprint("11"))"],
                sections: [
                    videoSection + ["a=extmap:4 \(ExtensionMap.mid)"],
                    second + ["a=extmap:5 \(ExtensionMap.mid)", "a=extmap:4 \(ExtensionMap.rtpStreamID)"],
                ]))
        #expect(answer.tracks.map(\.extensions) == [NegotiatedExtensions(mid: 4), NegotiatedExtensions()])
    }

    @Test(.rfc(8853, "5.2")) func `simulcast needs its extension, and rids that are declared`() throws {
        let simulcast = ["a=rid:h send", "a=rid:l send", "a=rid:r recv", "a=simulcast:send h;x;~l;r"]
        let bare = try answer(offer(sections: [audioSection, videoSection + simulcast]))
        #expect(bare.tracks[1].rids == [])
        #expect(try parsed(bare.sdp).media[1].attributes.first(Simulcast.self) == nil)
        let full = try answer(
            offer(sections: [audioSection, videoSection + simulcast + ["a=extmap:5 \(ExtensionMap.rtpStreamID)"]]))
        #expect(full.tracks[1].rids == ["h", "l"])
        #expect(try parsed(full.sdp).media[1].attributes.first(Simulcast.self)?.text == "recv h;l")
    }

    @Test func `the identifiers of older peers stand with the source`() throws {
        let answer = try answer(
            offer(sections: [audioSection + ["a=ssrc:5 cname:who is it", "a=ssrc:5 msid:- track"]]))
        #expect(answer.tracks[0].cname == "who is it")
        #expect(answer.tracks[0].streamID == nil)
        #expect(answer.tracks[0].trackID == "track")
    }

    @Test(
        .rfc(8842, "5.3"),
        arguments: [
            (nil, "active", DTLSRole.client), ("actpass", "active", .client), ("passive", "active", .client),
            ("active", "passive", .server),
        ] as [(String?, String, DTLSRole)])
    func `we begin the handshake unless the offerer wants to`(offered: String?, answered: String, role: DTLSRole) throws
    {
        let audio = audioSection.replacing("a=setup:actpass", with: offered.map { "a=setup:\($0)" })
        let answer = try answer(offer(sections: [audio]))
        #expect(answer.remote.localRole == role)
        #expect(try parsed(answer.sdp).media[0].attributes.first(Setup.self)?.rawValue == answered)
    }

    @Test func `our credentials can be chosen when it is known whether ICE restarts`() throws {
        var negotiation = ReceiverNegotiation(codecs: [.opus])
        var restarts: [Bool] = []
        for ufrag in ["frag", "frag", "newfrag"] {
            let text = offer(sections: [audioSection.replacing("a=ice-ufrag:frag", with: "a=ice-ufrag:\(ufrag)")])
            _ = try negotiation.answer(offer: text) { restarted in
                restarts.append(restarted)
                return transport()
            }
        }
        #expect(restarts == [false, false, true])
    }
}

@Suite("Renegotiation by the receiver", .rfc(8829, "5.3.2"))
struct ReceiverRenegotiationTests {
    @Test func `a series of offers: added, removed, restarted, rejected`() throws {
        var negotiation = ReceiverNegotiation(codecs: [.vp8, .opus])
        let inactive = audioSection.replacing("a=sendonly", with: "a=inactive")
        let second = videoSection.replacing("a=mid:1", with: "a=mid:2")
        let bundle = ["a=group:BUNDLE 0 1 2", "a=fingerprint:\(fingerprint("11"))"]
        func step(_ sections: [[String]]) throws -> ([String], Bool, [UInt16], String) {
            let answer = try negotiation.answer(offer: offer(session: bundle, sections: sections), local: transport())
            let session = try parsed(answer.sdp)
            return (
                answer.tracks.map(\.mid), answer.iceRestarted, session.media.map(\.port), session.origin.sessionVersion
            )
        }
        #expect(try step([audioSection]) == (["0"], false, [9], "1"))
        #expect(try step([audioSection, videoSection]) == (["0", "1"], false, [9, 9], "2"))
        #expect(try step([inactive, videoSection]) == (["1"], false, [9, 9], "3"))
        #expect(try step([inactive, videoSection, second]) == (["1", "2"], false, [9, 9, 9], "4"))
        let restarted = [audioSection, videoSection, second].map {
            $0.replacing("a=ice-pwd:passwordpasswordpasswo", with: "a=ice-pwd:anotheranotheranothera")
        }
        #expect(try step(restarted) == (["0", "1", "2"], true, [9, 9, 9], "5"))
        #expect(try step(restarted) == (["0", "1", "2"], false, [9, 9, 9], "6"))
        // The offerer gives a section up without a word; then uses its place anew.
        let empty = ["m=video 0 UDP/TLS/RTP/SAVPF 0", "a=inactive"]
        #expect(try step([restarted[0], empty, restarted[2]]) == (["0", "2"], false, [9, 0, 9], "7"))
        let third = restarted[1].replacing("a=mid:1", with: "a=mid:7")
        let answer = try negotiation.answer(
            offer: offer(
                session: ["a=group:BUNDLE 0 7 2", "a=fingerprint:\(fingerprint("11"))"],
                sections: [restarted[0], third, restarted[2]]), local: transport())
        #expect(answer.tracks.map(\.mid) == ["0", "7", "2"])
    }

    @Test func `an offer that does not continue the one before is refused, and changes nothing`() throws {
        var negotiation = ReceiverNegotiation(codecs: [.vp8, .opus])
        let text = offer(sections: [audioSection, videoSection])
        _ = try negotiation.answer(offer: text, local: transport())
        for sections in [
            [audioSection], [videoSection, audioSection],
            [audioSection.replacing("a=mid:0", with: "a=mid:9"), videoSection],
        ] {
            #expect(throws: NegotiationError.changedSections) {
                try negotiation.answer(offer: offer(sections: sections), local: transport())
            }
        }
        #expect(try negotiation.answer(offer: text, local: transport()).tracks.count == 2)
    }

    @Test(.attack(8)) func `another certificate is refused`() throws {
        var negotiation = ReceiverNegotiation(codecs: [.opus])
        _ = try negotiation.answer(offer: offer(sections: [audioSection]), local: transport())
        let other = offer(
            session: ["a=group:BUNDLE 0", "a=fingerprint:\(fingerprint("12"))"],
            sections: [audioSection.replacing("a=ice-ufrag:frag", with: "a=ice-ufrag:newfrag")])
        #expect(throws: NegotiationError.changedFingerprint) {
            try negotiation.answer(offer: other, local: transport())
        }
    }

    @Test(.rfc(8842, "5.3")) func `the role in the handshake stays`() throws {
        var negotiation = ReceiverNegotiation(codecs: [.opus])
        func answer(_ setup: String) throws -> DTLSRole {
            try negotiation.answer(
                offer: offer(sections: [audioSection.replacing("a=setup:actpass", with: "a=setup:\(setup)")]),
                local: transport()
            ).remote.localRole
        }
        #expect(try answer("active") == .server)
        #expect(try answer("actpass") == .server)
        #expect(throws: NegotiationError.incompatibleSetup) { try answer("passive") }
        #expect(throws: NegotiationError.incompatibleSetup) { try answer("holdconn") }
    }
}
