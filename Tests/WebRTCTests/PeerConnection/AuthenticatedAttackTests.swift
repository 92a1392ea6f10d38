// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import MediaFlow
import RTCBase
import RTCTestKit
import RTP
import SCTP
import Testing
import WebRTC

extension PeerPair where Second == HostilePeer, First: ~Copyable, Second: ~Copyable {
    /// The second end connects and attacks.
    ///
    /// - Returns: how many datagrams the first sent meanwhile.
    mutating func suffer(_ rounds: Int, payloadTypes: [UInt8]) -> Int {
        let connects = connect()
        #expect(connects)
        let before = first.net.sent
        for _ in 0..<rounds {
            for media in second.peer.attack(payloadTypes: payloadTypes, now: now) {
                first.receive(media, from: Self.secondAddress, now: now)
            }
            drain()
            run(for: .milliseconds(5))
        }
        return first.net.sent - before
    }
}

@Suite("Peers that connect and then attack")
struct AuthenticatedAttackTests {
    @Test(.attack(19), arguments: 0..<4 as Range<UInt64>)
    func `a data peer connection survives packets at random`(seed: UInt64) throws {
        let data = PeerTestSupport.offerer(seed: seed)
        var hostile = try HostilePeer(role: .controlled, seed: seed)
        var negotiation = DataNegotiation()
        let local = hostile.local
        let (sdp, agreement) = try negotiation.answer(offer: data.description) { _ in local }
        hostile.transport.setRemote(agreement.remote, now: .zero)
        var pair = PeerPair(data, hostile, seed: seed)
        try pair.first.peer.apply(answer: sdp, now: .zero)
        let sent = pair.suffer(1000, payloadTypes: [96])
        #expect(sent <= 2000, "no more than it was sent")
        let outputs = pair.first.outputs
        #expect(outputs.count <= 100, "\(outputs.count)")
    }

    @Test(.attack(15), .attack(16), .attack(17), arguments: 0..<4 as Range<UInt64>)
    func `a sending peer connection survives RTCP at random`(seed: UInt64) throws {
        var sending = PeerTestSupport.sender(seed: seed)
        var hostile = try HostilePeer(role: .controlled, seed: seed)
        var negotiation = ReceiverNegotiation(codecs: [.vp8, .opus])
        let answer = try negotiation.answer(offer: sending.offer(), local: hostile.local)
        hostile.transport.setRemote(answer.remote, now: .zero)
        try sending.apply(answer: answer.sdp, now: .zero)
        var pair = PeerPair(sending, hostile, seed: seed)
        let sent = pair.suffer(1000, payloadTypes: [96, 111])
        #expect(sent <= 50, "\(sent)")
        let isConnected = pair.first.peer.isConnected
        #expect(isConnected)
    }

    @Test(.attack(15), .attack(16), .attack(17), arguments: 0..<4 as Range<UInt64>)
    func `a receiving peer connection survives media at random`(seed: UInt64) throws {
        var hostile = try HostilePeer(role: .controlling, seed: seed)
        var negotiation = SenderNegotiation()
        let tracks = [Codec.vp8, .h264, .opus].enumerated().map { place, codec in
            OfferedTrack(
                kind: codec.kind, codec: CodecTable.variants(of: codec)[0], ssrc: UInt32(place), streamID: "s",
                trackID: "\(place)", cname: "c")
        }
        let offer = negotiation.offer(tracks: tracks, local: hostile.local)
        let receiving = try PeerTestSupport.receiver(offer.sdp, seed: seed)
        let applied = try negotiation.apply(answer: receiving.answer)
        hostile.transport.setRemote(applied.remote, now: .zero)
        var pair = PeerPair(receiving, hostile, seed: seed)
        let sent = pair.suffer(1000, payloadTypes: tracks.map(\.codec.payloadType))
        // Five seconds of reports, of requests for packets and for key frames.
        #expect(sent <= 2000, "\(sent)")
        let packets = pair.first.peer.statistics.values.reduce(pair.first.peer.strayPackets) {
            $0 + $1.packets + $1.refusedPackets
        }
        #expect(packets >= 250, "they came through: \(packets)")
        let isConnected = pair.first.peer.isConnected
        #expect(isConnected)
    }
}
