// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import LoadMedia
import MediaLoop
import RTCBase
import RTCCrypto
import RTCTestKit
import RTP
import Testing
import WebRTC

/// A server's worker and a client's on the loopback interface, with the descriptions that signalling would carry.
final class Meeting: Sendable {
    static let certificates = (
        server: try! Certificate(unixTime: 1_800_000_000), clients: try! Certificate(unixTime: 1_800_000_000)
    )

    let server: MediaWorker
    let clients: LoadWorker
    let address: IPAddress

    struct Publisher: Sendable {
        let connection: ConnectionID
        let stream: StreamID
        let track: UpTrackInfo
        let events: AsyncStream<ConnectionEvent>
    }

    struct Subscriber: Sendable {
        let connection: ConnectionID
        let stream: StreamID
        let events: AsyncStream<ConnectionEvent>
    }

    init(
        address: IPAddress = .v4Loopback, profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMHMACSHA1_80],
        upLoss: Double = 0
    ) throws {
        self.address = address
        server = try MediaWorker(
            MediaWorker.Configuration(port: 0, addresses: [address]), certificate: Self.certificates.server)
        clients = try LoadWorker(
            certificate: Self.certificates.clients, profiles: profiles, upLoss: PacketLoss(share: upLoss, seed: 7))
        try server.start()
        try clients.start()
    }

    /// Runs a meeting from its start to its end, so that no thread outlives its test.
    static func run(
        address: IPAddress = .v4Loopback, profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMHMACSHA1_80],
        upLoss: Double = 0, _ body: (Meeting) async throws -> Void
    ) async throws {
        let meeting = try Meeting(address: address, profiles: profiles, upLoss: upLoss)
        do {
            try await body(meeting)
        } catch {
            await meeting.end()
            throw error
        }
        await meeting.end()
    }

    private func end() async {
        await clients.shutdown()
        await server.shutdown()
    }

    private func local(_ credentials: ICECredentials, _ certificate: CertificateFingerprint? = nil) -> LocalTransport {
        LocalTransport(
            credentials: credentials, fingerprint: certificate ?? server.fingerprint, isICELite: true,
            candidates: server.candidates)
    }

    /// Publishes a stream and waits for its first packet at the server.
    ///
    /// - Parameters:
    ///   - certificate: which of the server's the publisher has been told of; the newest if `nil`.
    ///   - repeats: whether it sends again what the server asks for.
    func publish(
        rate: Double = 300, burst: Int = 1, owner: UInt64 = 1, certificate: CertificateFingerprint? = nil,
        repeats: Bool = false
    ) async throws -> Publisher {
        var random = SecureRandom()
        let events = server.events(owner: owner)
        let ssrc = UInt32.random(in: 1...(.max), using: &random)
        let opened = try await clients.openSender(
            PacketSourceConfiguration(rate: rate, burst: burst, ssrc: ssrc, cname: "publisher"), from: address)
        var negotiation = SenderNegotiation()
        let offer = negotiation.offer(
            tracks: [
                OfferedTrack(
                    kind: .video, codec: CodecTable.variants(of: .vp8)[0], ssrc: ssrc, streamID: "s", trackID: "t",
                    cname: "publisher")
            ],
            local: LocalTransport(
                credentials: opened.credentials, fingerprint: clients.fingerprint, isICELite: false,
                candidates: [opened.candidate]))
        let credentials = ICECredentials.random(using: &random)
        var answering = ReceiverNegotiation(codecs: [.vp8, .opus])
        let answer = try answering.answer(offer: offer.sdp, local: local(credentials, certificate))
        let stream = try await server.openUpStream(
            owner: owner, local: credentials, certificate: certificate, remote: answer.remote, tracks: answer.tracks)
        if repeats { await clients.repeatPackets(of: opened.id) }
        await clients.setRemote(try negotiation.apply(answer: answer.sdp).remote, of: opened.id)
        for await event in events {
            if case .upTrackStarted(stream, let track) = event {
                return Publisher(connection: opened.id, stream: stream, track: track, events: opened.events)
            }
        }
        throw MeetingError.ended
    }

    func subscribe(
        to track: UpTrackInfo, owner: UInt64 = 1, certificate: CertificateFingerprint? = nil
    ) async throws -> Subscriber {
        var random = SecureRandom()
        let credentials = ICECredentials.random(using: &random)
        let ssrc = UInt32.random(in: 1...(.max), using: &random)
        let codec = CodecTable.offered(track.codec)
        var negotiation = SenderNegotiation()
        let offer = negotiation.offer(
            tracks: [
                OfferedTrack(
                    kind: track.kind, codec: codec, ssrc: ssrc, streamID: "s", trackID: "t",
                    cname: track.cname ?? "")
            ], local: local(credentials, certificate))
        let stream = try await server.openDownStream(
            owner: owner, local: credentials, certificate: certificate,
            tracks: [
                DownTrackParameters(
                    sources: [track.id], mid: offer.mids[0], ssrc: ssrc, payloadType: codec.payloadType,
                    feedback: [.remb, .nack, .pli, .fir])
            ])
        let opened = try await clients.openReceiver(from: address)
        var answering = ReceiverNegotiation(codecs: [.vp8, .opus])
        let answer = try answering.answer(
            offer: offer.sdp,
            local: LocalTransport(
                credentials: opened.credentials, fingerprint: clients.fingerprint, isICELite: false,
                candidates: [opened.candidate]))
        let applied = try negotiation.apply(answer: answer.sdp)
        await clients.setRemote(answer.remote, of: opened.id)
        try await server.connectDownStream(stream, remote: applied.remote, rejected: applied.rejectedMids)
        return Subscriber(connection: opened.id, stream: stream, events: opened.events)
    }

    /// What a connection has sent and received once `condition` holds; what it has after 20 s if it never does.
    func statistics(
        of id: ConnectionID, until condition: @escaping @Sendable (LoadStatistics) -> Bool
    ) async -> LoadStatistics {
        await clients.statistics(of: id, within: .seconds(20), until: condition)
    }
}

enum MeetingError: Error { case ended }
