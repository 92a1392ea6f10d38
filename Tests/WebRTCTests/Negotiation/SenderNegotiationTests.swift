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

@Suite("Sender's negotiation", .rfc(8829, "5.2"), .row("M-01", "M-03"))
struct SenderNegotiationTests {
    @Test(.row("M-04", "M-08", "M-11", "M-12")) func `the offer is the one of the protocol's skeleton`() throws {
        var negotiation = SenderNegotiation()
        let offer = negotiation.offer(tracks: [camera, microphone], local: transport(lite: true))
        #expect(offer.mids == ["1", "0"])
        let expected = """
            v=0
            o=- 1 1 IN IP4 0.0.0.0
            s=-
            t=0 0
            a=ice-lite
            a=group:BUNDLE 0 1
            a=ice-options:trickle
            a=msid-semantic:WMS *
            a=fingerprint:\(fingerprint())
            a=extmap-allow-mixed
            m=audio 9 UDP/TLS/RTP/SAVPF 111
            c=IN IP4 0.0.0.0
            a=mid:0
            a=setup:actpass
            a=ice-ufrag:oooo
            a=ice-pwd:ourpasswordof22bytes00
            a=rtcp-mux
            a=rtcp-rsize
            a=rtpmap:111 opus/48000/2
            a=fmtp:111 minptime=10;useinbandfec=1
            a=msid:stream microphone
            a=ssrc:1001 cname:cname
            a=ssrc:1001 msid:stream microphone
            a=sendonly
            m=video 9 UDP/TLS/RTP/SAVPF 96
            c=IN IP4 0.0.0.0
            a=mid:1
            a=setup:actpass
            a=ice-ufrag:oooo
            a=ice-pwd:ourpasswordof22bytes00
            a=rtcp-mux
            a=rtcp-rsize
            a=rtpmap:96 VP8/90000
            a=rtcp-fb:96 goog-remb
            a=rtcp-fb:96 nack
            a=rtcp-fb:96 nack pli
            a=rtcp-fb:96 ccm fir
            a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
            a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
            a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
            a=msid:stream camera
            a=ssrc:1002 cname:cname
            a=ssrc:1002 msid:stream camera
            a=sendonly

            """
        #expect(offer.sdp == expected.replacing("\n", with: "\r\n"))
    }

    @Test func `a removed track's section becomes inactive, and a new track gets a new one`() throws {
        var negotiation = SenderNegotiation()
        var screen = camera
        screen.ssrc = 1003
        func offer(_ tracks: [OfferedTrack]) throws -> ([String], [MediaDirection?], [[UInt32]]) {
            let offer = negotiation.offer(tracks: tracks, local: transport())
            let session = try parsed(offer.sdp)
            #expect(session.bundle == session.media.compactMap(\.mid))
            return (
                offer.mids, session.media.map(\.direction),
                session.media.map { $0.attributes.all(SourceAttribute.self).map(\.ssrc) }
            )
        }
        var step = try offer([microphone])
        #expect(step == (["0"], [.sendonly], [[1001, 1001]]))
        step = try offer([microphone, camera])
        #expect(step == (["0", "1"], [.sendonly, .sendonly], [[1001, 1001], [1002, 1002]]))
        step = try offer([camera])
        #expect(step == (["1"], [.inactive, .sendonly], [[], [1002, 1002]]))
        step = try offer([screen])
        #expect(step == (["2"], [.inactive, .inactive, .sendonly], [[], [], [1003, 1003]]))
        // The same track again is the same section.
        step = try offer([screen, microphone])
        #expect(step == (["2", "0"], [.sendonly, .inactive, .sendonly], [[1001, 1001], [], [1003, 1003]]))
        step = try offer([])
        #expect(step == ([], [.inactive, .inactive, .inactive], [[], [], []]))
    }

    @Test func `identifiers from people cannot break the description`() throws {
        var negotiation = SenderNegotiation()
        var track = microphone
        track.streamID = "my label\r\na=x:é"
        track.trackID = ""
        track.cname = "a\r\nb"
        let session = try parsed(negotiation.offer(tracks: [track], local: transport()).sdp)
        let attributes = session.media[0].attributes
        #expect(attributes.first(MediaStreamIdentifier.self)?.text == "my_label__a_x__ audio")
        #expect(attributes.first(SourceAttribute.self)?.attribute.value == "ab")
        track.streamID = ""
        let again = try parsed(negotiation.offer(tracks: [track], local: transport()).sdp)
        #expect(again.media[0].attributes.first(MediaStreamIdentifier.self)?.stream == "dummy")
    }

    @Test func `a client offers its simulcast encodings without sources`() throws {
        var negotiation = SenderNegotiation()
        var track = camera
        track.rids = ["h", "l"]
        let attributes = try parsed(negotiation.offer(tracks: [track], local: transport()).sdp).media[0].attributes
        #expect(attributes.all(RestrictionIdentifier.self).map(\.text) == ["h send", "l send"])
        #expect(attributes.first(Simulcast.self)?.text == "send h;l")
        #expect(attributes.all(SourceAttribute.self).isEmpty)
    }
}

@Suite("Answers to our offers", .rfc(8829, "5.11"))
struct AppliedAnswerTests {
    /// The shape of Chromium's answer to an offer of one audio and one video section.
    private let chromium = """
        v=0
        o=- 4611731400430051336 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0 1
        a=extmap-allow-mixed
        a=msid-semantic: WMS
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:Chro
        a=ice-pwd:chromiumchromiumchromium
        a=ice-options:trickle
        a=fingerprint:\(fingerprint("11"))
        a=setup:active
        a=mid:0
        a=recvonly
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:111 opus/48000/2
        a=fmtp:111 minptime=10;useinbandfec=1
        m=video 9 UDP/TLS/RTP/SAVPF 96
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:Chro
        a=ice-pwd:chromiumchromiumchromium
        a=ice-options:trickle
        a=fingerprint:\(fingerprint("11"))
        a=setup:active
        a=mid:1
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
        a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
        a=recvonly
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 goog-remb
        a=rtcp-fb:96 nack
        a=rtcp-fb:96 nack pli
        a=rtcp-fb:96 ccm fir

        """

    /// The shape of Firefox's: fingerprint and direction at session level as well.
    private let firefox = """
        v=0
        o=mozilla...THIS_IS_SDPARTA-99.0 8177384215284270417 0 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=sendrecv
        a=fingerprint:\(fingerprint("22"))
        a=group:BUNDLE 0 1
        a=ice-options:trickle
        a=msid-semantic:WMS *
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        c=IN IP4 0.0.0.0
        a=recvonly
        a=extmap-allow-mixed
        a=fmtp:111 maxplaybackrate=48000;stereo=1;useinbandfec=1
        a=ice-pwd:f057170b03d77c6a392ff22361af49fe
        a=ice-ufrag:2175fdee
        a=mid:0
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2
        a=setup:active
        m=video 9 UDP/TLS/RTP/SAVPF 96
        c=IN IP4 0.0.0.0
        a=recvonly
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap-allow-mixed
        a=fmtp:96 max-fs=12288;max-fr=60
        a=ice-pwd:f057170b03d77c6a392ff22361af49fe
        a=ice-ufrag:2175fdee
        a=mid:1
        a=rtcp-fb:96 nack
        a=rtcp-fb:96 nack pli
        a=rtcp-fb:96 ccm fir
        a=rtcp-fb:96 goog-remb
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:96 VP8/90000
        a=setup:active

        """

    private func offering(_ tracks: [OfferedTrack] = [microphone, camera]) -> SenderNegotiation {
        var negotiation = SenderNegotiation()
        _ = negotiation.offer(tracks: tracks, local: transport())
        return negotiation
    }

    @Test func `Chromium's answer is understood`() throws {
        var negotiation = offering()
        #expect(negotiation.isPending)
        let applied = try negotiation.apply(answer: chromium)
        #expect(!negotiation.isPending)
        #expect(applied.accepted.map(\.mid) == ["0", "1"])
        #expect(applied.accepted.map(\.feedback) == [[], .all])
        #expect(applied.accepted.map(\.codecs) == [[microphone.codec], [camera.codec]])
        #expect(applied.accepted.map(\.ssrcs) == [[1001], [1002]])
        #expect(applied.accepted[1].extensions == NegotiatedExtensions(mid: 1, rid: 2, repairedRID: 3))
        #expect(applied.rejectedMids.isEmpty)
        #expect(applied.remote.credentials.ufrag == "Chro")
        #expect(applied.remote.localRole == .server)
        #expect(!applied.iceRestarted)
    }

    @Test func `Firefox's answer is understood`() throws {
        var negotiation = offering()
        let applied = try negotiation.apply(answer: firefox)
        #expect(applied.accepted.map(\.mid) == ["0", "1"])
        #expect(applied.accepted[1].feedback == .all)
        #expect(applied.accepted[1].extensions == NegotiatedExtensions(mid: 1))
        #expect(applied.remote.fingerprint.digest.first == 0x22)
        #expect(applied.remote.credentials.ufrag == "2175fdee")
    }

    @Test func `a passive answerer makes us begin the handshake`() throws {
        var negotiation = offering()
        let passive = chromium.replacing("setup:active", with: "setup:passive")
        #expect(try negotiation.apply(answer: passive).remote.localRole == .client)
        var again = offering()
        #expect(throws: NegotiationError.incompatibleSetup) {
            try again.apply(answer: chromium.replacing("setup:active", with: "setup:actpass"))
        }
    }

    /// Firefox writes no attributes but the direction into a section that it rejects.
    @Test func `a rejected section stays rejected, and what it carried is not offered again`() throws {
        var negotiation = offering()
        let lines = chromium.split(separator: "\n")
        let audioOnly = lines.prefix { !$0.hasPrefix("m=video") }.joined(separator: "\n")
            .replacing("BUNDLE 0 1", with: "BUNDLE 0")
        let answer = audioOnly + "\nm=video 0 UDP/TLS/RTP/SAVPF 96\nc=IN IP4 0.0.0.0\na=inactive\n"
        let applied = try negotiation.apply(answer: answer)
        #expect(applied.accepted.map(\.mid) == ["0"])
        #expect(applied.rejectedMids == ["1"])
        let next = negotiation.offer(tracks: [microphone, camera], local: transport())
        let session = try parsed(next.sdp)
        #expect(next.mids == ["0", "1"])
        #expect(session.media.map(\.port) == [9, 0])
        #expect(session.bundle == ["0"])
        #expect(try negotiation.apply(answer: answer).rejectedMids == ["1"])
    }

    @Test func `a section that the peer does not receive, or whose payload type it dropped, is not accepted`() throws {
        for change in [("a=recvonly", "a=inactive"), ("SAVPF 96", "SAVPF 97")] {
            var negotiation = offering([camera])
            let video = chromium.split(separator: "\n").drop { !$0.hasPrefix("m=video") }.joined(separator: "\n")
                .replacing("a=mid:1", with: "a=mid:0").replacing(change.0, with: change.1)
            let applied = try negotiation.apply(answer: "v=0\n" + video)
            #expect(applied.accepted.isEmpty)
            #expect(applied.rejectedMids == ["0"])
            // The section is open all the same.
            let next = negotiation.offer(tracks: [camera], local: transport())
            #expect(try parsed(next.sdp).media[0].port == 9)
        }
    }

    @Test func `new credentials restart ICE, another certificate is refused`() throws {
        var negotiation = offering()
        _ = try negotiation.apply(answer: chromium)
        _ = negotiation.offer(tracks: [microphone, camera], local: transport(ufrag: "newnew"))
        let restarted = chromium.replacing("Chro", with: "Anew")
        #expect(throws: NegotiationError.changedFingerprint) {
            try negotiation.apply(answer: restarted.replacing(fingerprint("11"), with: fingerprint("12")))
        }
        #expect(negotiation.isPending)
        #expect(try negotiation.apply(answer: restarted).iceRestarted)
    }

    @Test func `an answer to no offer, or to another, is refused`() throws {
        var idle = SenderNegotiation()
        #expect(throws: NegotiationError.unexpectedAnswer) { try idle.apply(answer: chromium) }
        var negotiation = offering()
        for (text, error) in [
            ("nonsense", NegotiationError.malformed(SDPError(line: 1, reason: .sdpNoVersion))),
            (chromium.replacing("m=video", with: "m=audio"), .changedSections),
            (chromium.replacing("a=mid:1", with: "a=mid:2"), .changedSections),
            (chromium + "m=audio 9 UDP/TLS/RTP/SAVPF 0\n", .changedSections),
            (chromium.replacing("BUNDLE 0 1", with: "BUNDLE 0"), .notBundled),
            (chromium.replacing("a=group", with: "a=x"), .notBundled),
            (chromium.replacing(" 9 UDP", with: " 0 UDP"), .nothingAcceptable),
            (chromium.replacing("a=ice-pwd", with: "a=x"), .missingCredentials),
            (chromium.replacing("a=fingerprint", with: "a=x"), .missingFingerprint),
        ] {
            #expect(throws: error) { try negotiation.apply(answer: text) }
        }
        _ = try negotiation.apply(answer: chromium)
        #expect(throws: NegotiationError.unexpectedAnswer) { try negotiation.apply(answer: chromium) }
    }
}

@Suite("Both sides of a stream", .row("M-01"))
struct SymmetryTests {
    @Test func `offer, answer and its application agree through a series`() throws {
        var sender = SenderNegotiation()
        var receiver = ReceiverNegotiation(codecs: [.vp8, .vp9, .opus])
        var second = camera
        second.ssrc = 1003
        second.codec = NegotiatedCodec(codec: .vp9, payloadType: 98, parameters: "profile-id=0")
        var unknown = camera
        unknown.ssrc = 1004
        unknown.codec = NegotiatedCodec(codec: .av1, payloadType: 35)
        let series: [[OfferedTrack]] = [
            [microphone], [microphone, camera], [camera], [microphone, second], [], [microphone, second, unknown],
        ]
        for tracks in series {
            let offer = sender.offer(tracks: tracks, local: transport(ufrag: "lite", digest: 1, lite: true))
            let answer = try receiver.answer(offer: offer.sdp, local: transport(ufrag: "client", digest: 2))
            let applied = try sender.apply(answer: answer.sdp)
            #expect(applied.accepted == answer.tracks)
            #expect(applied.accepted.count + applied.rejectedMids.count == tracks.count)
            #expect(answer.remote.isICELite)
            #expect(!applied.remote.isICELite)
            #expect(answer.remote.localRole == .client)
            #expect(applied.remote.localRole == .server)
            #expect(answer.remote.credentials.ufrag == "lite")
            #expect(applied.remote.credentials.ufrag == "client")
            #expect(applied.remote.fingerprint == transport(digest: 2).fingerprint)
            #expect(!applied.iceRestarted && !answer.iceRestarted)
        }
    }

    @Test func `simulcast is agreed on by both`() throws {
        var sender = SenderNegotiation()
        var receiver = ReceiverNegotiation(codecs: [.vp8])
        var track = camera
        track.rids = ["h", "l"]
        let answer = try receiver.answer(
            offer: sender.offer(tracks: [track], local: transport()).sdp, local: transport(lite: true))
        let applied = try sender.apply(answer: answer.sdp)
        #expect(answer.tracks[0].rids == ["h", "l"])
        #expect(applied.accepted[0].rids == ["h", "l"])
        #expect(applied.accepted[0].extensions == answer.tracks[0].extensions)
    }

    @Test func `a stream whose tracks change too often is told so`() throws {
        var sender = SenderNegotiation()
        var receiver = ReceiverNegotiation(codecs: [.opus, .vp8])
        for number in 0..<SDPLimits.sections {
            #expect(sender.hasRoom(for: 1) && !sender.hasRoom(for: SDPLimits.sections - number + 1))
            var track = camera
            track.ssrc = UInt32(number)
            let offer = sender.offer(tracks: [track], local: transport())
            // The last offer, with all of its sections, can still be parsed.
            guard number % 32 == 31 else { continue }
            _ = try sender.apply(answer: receiver.answer(offer: offer.sdp, local: transport()).sdp)
        }
        #expect(sender.hasRoom(for: 0) && !sender.hasRoom(for: 1))
    }
}
