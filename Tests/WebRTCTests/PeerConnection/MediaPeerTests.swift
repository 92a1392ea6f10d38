// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import MediaFlow
import RTCBase
import RTCTestKit
import RTP
import Testing
import WebRTC

extension PeerTestSupport {
    static let camera = SendingPeer.Track(codec: .vp8, id: "camera")
    static let microphone = SendingPeer.Track(codec: .opus, id: "microphone")

    static func sender(_ tracks: [SendingPeer.Track] = [camera, microphone], seed: UInt64) -> SendingPeer {
        SendingPeer(
            tracks: tracks, streamID: "stream", cname: "cname", configuration: configurations[0],
            random: SeededRandom(seed: seed &+ 1000), now: .zero)
    }

    static func receiver(_ offer: String, codecs: [Codec] = Codec.allCases, seed: UInt64) throws -> ReceivingPeer {
        try ReceivingPeer(
            answering: offer, codecs: codecs, configuration: configurations[1],
            random: SeededRandom(seed: seed &+ 2000), now: .zero)
    }

    /// Offered and answered.
    static func pair(
        _ tracks: [SendingPeer.Track] = [camera, microphone], codecs: [Codec] = Codec.allCases,
        conditions: NetworkConditions = .perfect, seed: UInt64
    ) throws -> MediaPair {
        var sending = sender(tracks, seed: seed)
        let receiving = try receiver(sending.offer(), codecs: codecs, seed: seed)
        try sending.apply(answer: receiving.answer, now: .zero)
        return MediaPair(sending, receiving, conditions, seed: seed)
    }
}

extension PeerPair where First == SendingPeer, Second == ReceivingPeer, First: ~Copyable, Second: ~Copyable {
    /// Another offer and its answer.
    ///
    /// - Parameter change: what becomes of the offer on its way.
    mutating func renegotiate(_ change: (String) -> String = { $0 }) throws {
        try second.peer.answer(change(first.peer.offer()), now: now)
        try first.peer.apply(answer: second.peer.answer, now: now)
        drain()
    }
}

@Suite("A stream from a sending to a receiving peer connection")
struct MediaPeerTests {
    @Test(arguments: 0..<12 as Range<UInt64>)
    func `frames come out whole, once, in order and decodable`(seed: UInt64) throws {
        var pair = try PeerTestSupport.pair(conditions: PeerTestSupport.rough(seed), seed: seed)
        let connects = pair.connect()
        #expect(connects)
        var camera = VirtualCamera()
        try camera.film(&pair, for: .seconds(10))
        #expect(camera.taken >= 450 && camera.takenSounds == 500)
        pair.run(for: .seconds(1))
        let outputs = pair.second.outputs
        let pictures = Viewing(outputs, .vp8)
        let sounds = Viewing(outputs, .opus)
        #expect(pictures.longestGap <= .milliseconds(1200), "\(pictures)")
        #expect(sounds.longestGap <= .milliseconds(400), "\(sounds)")
        // Sound is not asked for again: what is lost is lost.
        #expect(pictures.count >= 400 && sounds.count >= 420, "\(pictures) \(sounds)")
        #expect(pictures.last >= 490 && sounds.last >= 490)
        let stray = pair.second.peer.strayPackets
        #expect(stray == 0)
    }

    @Test func `what cannot be sent yet is refused, and said to be`() throws {
        var sending = PeerTestSupport.sender(seed: 1)
        let before = sending.isAccepted(track: 0)
        #expect(before == nil)
        let picture = NumberedFrame.picture(1, isKeyFrame: true)
        let atOnce = try sending.send(picture, track: 0, capturedAt: .zero, now: .zero)
        #expect(!atOnce)
        let receiving = try PeerTestSupport.receiver(sending.offer(), seed: 1)
        try sending.apply(answer: receiving.answer, now: .zero)
        let answered = sending.isAccepted(track: 0)
        #expect(answered == true)
        let unconnected = try sending.send(picture, track: 0, capturedAt: .zero, now: .zero)
        #expect(!unconnected)
        var pair = MediaPair(sending, receiving, seed: 1)
        let connects = pair.connect()
        #expect(connects)
        let unknown = try pair.first.peer.send(picture, track: 2, capturedAt: pair.now, now: pair.now)
        let negative = try pair.first.peer.send(picture, track: -1, capturedAt: pair.now, now: pair.now)
        let wrongCodec = try pair.first.peer.send(picture, track: 1, capturedAt: pair.now, now: pair.now)
        #expect(!unknown && !negative && !wrongCodec)
        let taken = try pair.first.peer.send(picture, track: 0, capturedAt: pair.now, now: pair.now)
        #expect(taken)
        pair.drain()
        pair.run(for: .seconds(1))
        let numbers = pair.second.outputs.compactMap { NumberedFrame.number($0.frame.frame)?.number }
        #expect(numbers == [1], "nothing of before is sent later")
    }

    @Test func `a track whose codec the peer does not take is refused, the other goes on`() throws {
        var pair = try PeerTestSupport.pair(codecs: [.opus], seed: 2)
        let accepted = [pair.first.peer.isAccepted(track: 0), pair.first.peer.isAccepted(track: 1)]
        #expect(accepted == [false, true])
        let connects = pair.connect()
        #expect(connects)
        var camera = VirtualCamera()
        try camera.film(&pair, for: .seconds(1))
        #expect(camera.taken == 0 && camera.takenSounds == 50)
        let outputs = pair.second.outputs
        #expect(Viewing(outputs, .opus).count >= 45)
        #expect(outputs.allSatisfy { $0.frame.frame.codec == .opus })
    }

    @Test(.row("M-13"), arguments: 0..<4 as Range<UInt64>)
    func `a viewer of a simulcast stream gets one encoding, and never a mixture`(seed: UInt64) throws {
        let track = SendingPeer.Track(
            codec: .vp8, id: "camera", encodings: [.init(rid: "h"), .init(rid: "m"), .init(rid: "l")])
        var pair = try PeerTestSupport.pair([track], conditions: PeerTestSupport.rough(seed), seed: seed)
        let connects = pair.connect()
        #expect(connects)
        var camera = VirtualCamera(audio: nil, rids: ["h", "m", "l"])
        try camera.film(&pair, for: .seconds(5))
        let outputs = pair.second.outputs
        let viewing = Viewing(outputs, .vp8)
        #expect(viewing.count >= 200 && viewing.longestGap <= .milliseconds(1200), "\(viewing)")
        let encodings = Set(outputs.compactMap { NumberedFrame.number($0.frame.frame)?.encoding })
        #expect(encodings == [0], "the best")
    }

    @Test func `a track that a later offer gives up ends, and the others go on`() throws {
        var pair = try PeerTestSupport.pair(seed: 3)
        let connects = pair.connect()
        #expect(connects)
        var camera = VirtualCamera()
        try camera.film(&pair, for: .seconds(1))
        // Section 1 is the picture: sound comes first.
        try pair.renegotiate { $0.replacing("m=video 9 ", with: "m=video 0 ") }
        let mids = pair.second.peer.tracks.map(\.mid)
        #expect(mids == ["0"])
        let accepted = [pair.first.peer.isAccepted(track: 0), pair.first.peer.isAccepted(track: 1)]
        #expect(accepted == [false, true], "the answer has refused it")
        let taken = camera.taken
        let start = pair.now + .milliseconds(500)
        try camera.film(&pair, for: .seconds(2))
        #expect(camera.taken == taken)
        let outputs = pair.second.outputs
        #expect(Viewing(outputs, .opus).longestGap <= .milliseconds(100))
        #expect(!outputs.contains { $0.at > start && $0.frame.frame.codec == .vp8 })
    }

    @Test func `a track that a later offer adds comes out beside the first`() throws {
        var sending = PeerTestSupport.sender(seed: 4)
        // The peer sees the picture's section only from the second offer on.
        let hidden = sending.offer().replacing("m=video 9 ", with: "m=video 0 ")
        let receiving = try PeerTestSupport.receiver(hidden, seed: 4)
        var pair = MediaPair(sending, receiving, seed: 4)
        let section = "a=group:BUNDLE 0 1"
        #expect(hidden.contains(section))
        let tracks = pair.second.peer.tracks.map(\.mid)
        #expect(tracks == ["0"])
        try pair.renegotiate()
        let later = pair.second.peer.tracks.map(\.mid)
        #expect(later == ["0", "1"])
        let connects = pair.connect()
        #expect(connects)
        var camera = VirtualCamera()
        try camera.film(&pair, for: .seconds(1))
        let outputs = pair.second.outputs
        #expect(Viewing(outputs, .vp8).count >= 40 && Viewing(outputs, .opus).count >= 40)
    }

    @Test(.row("P-17"), arguments: 0..<4 as Range<UInt64>)
    func `frames go on through ICE restarts`(seed: UInt64) throws {
        var pair = try PeerTestSupport.pair(conditions: PeerTestSupport.rough(seed), seed: seed)
        let connects = pair.connect()
        #expect(connects)
        var camera = VirtualCamera()
        for _ in 0..<3 {
            try camera.film(&pair, for: .seconds(2))
            let before = pair.first.peer.offer()
            pair.first.peer.restartICE(now: pair.now)
            // Frames go on while the offer and its answer are under way.
            try camera.film(&pair, for: .milliseconds(200))
            try pair.renegotiate { offer in
                #expect(Self.credentials(offer) != Self.credentials(before))
                return offer
            }
        }
        try camera.film(&pair, for: .seconds(2))
        pair.run(for: .seconds(1))
        let outputs = pair.second.outputs
        let pictures = Viewing(outputs, .vp8)
        let sounds = Viewing(outputs, .opus)
        #expect(pictures.longestGap <= .milliseconds(1200), "\(pictures)")
        #expect(sounds.longestGap <= .milliseconds(600), "\(sounds)")
        #expect(pictures.last >= camera.number - 10 && sounds.last >= camera.number - 10)
    }

    private static func credentials(_ description: String) -> [Substring] {
        description.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("a=ice-") }
    }

    @Test(.row("P-17")) func `an ICE restart leads back after the network was gone for a minute`() throws {
        var pair = try PeerTestSupport.pair(seed: 6)
        let connects = pair.connect()
        #expect(connects)
        var camera = VirtualCamera()
        try camera.film(&pair, for: .seconds(1))
        pair.conditions.loss = 1
        try camera.film(&pair, for: .seconds(60))
        let isLost = !pair.first.peer.isConnected && !pair.second.peer.isConnected
        #expect(isLost)
        let taken = camera.taken
        try camera.film(&pair, for: .seconds(1))
        #expect(camera.taken == taken, "refused, not lost silently")
        pair.conditions.loss = 0
        pair.first.peer.restartICE(now: pair.now)
        try pair.renegotiate()
        let start = pair.now
        try camera.film(&pair, for: .seconds(5))
        let viewing = Viewing(pair.second.outputs, .vp8, from: start)
        #expect(viewing.count >= 150, "\(viewing)")
        let areConnected = pair.areConnected
        #expect(areConnected)
    }
}
