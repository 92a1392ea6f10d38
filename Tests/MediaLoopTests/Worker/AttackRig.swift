// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import RTCBase
import RTCCrypto
import RTCTestKit
import RTP
import SFU
import SRTP
import Testing
import WebRTC

@testable import MediaLoop

/// A worker with publishers and subscribers whose transports are connected, in virtual time: what arrives is encrypted
/// with the publishers' keys, and what leaves goes over the loopback interface and is opened with the subscribers'.
///
/// Whatever a test does, ``turn()`` sees to what has to hold for each packet that leaves: it can be opened with the keys
/// of the one whom it went to, and no index is used for two different packets.
struct AttackRig: ~Copyable {
    var state: WorkerState
    var now = Instant.zero
    private var sink: Peer
    private var clients: [Client] = []
    private let profile: SRTPProfile

    /// One end of a transport, with an address of its own in 127.0.0.0/8.
    final class Client {
        let handle: Handle
        let address: TransportAddress
        /// The router's handle.
        fileprivate(set) var router = Handle.none
        /// Of a subscriber: the router's handles of its tracks.
        fileprivate(set) var tracks: [Handle] = []
        fileprivate var sender: SRTPSender
        fileprivate var receiver: SRTPReceiver
        fileprivate var unwrappers: [UInt32: SequenceUnwrapper] = [:]
        /// What went over the wire to it, so that a retransmission can be told from a repeated index.
        fileprivate var wire: Set<[UInt8]> = []
        /// What it was sent, in clear.
        var packets: [Packet] = []
        var reports: [(at: Instant, message: RTCPMessage)] = []
        /// Packets that it was sent once more.
        var repeated = 0
        var bytesReceived = 0

        fileprivate init(
            handle: Handle, address: TransportAddress, sender: consuming SRTPSender, receiver: consuming SRTPReceiver
        ) {
            self.handle = handle
            self.address = address
            self.sender = sender
            self.receiver = receiver
        }

        func payloads(of ssrc: UInt32) -> [[UInt8]] { packets.filter { $0.ssrc == ssrc }.map(\.payload) }
        var pictureLosses: [(at: Instant, ssrc: UInt32)] {
            reports.compactMap { report in
                if case .pictureLoss(let loss) = report.message { (report.at, loss.mediaSSRC) } else { nil }
            }
        }
        var estimates: [Int] {
            reports.compactMap { report in
                if case .estimatedBitrate(let estimate) = report.message { estimate.bitrate } else { nil }
            }
        }
    }

    struct Packet: Equatable {
        var ssrc: UInt32
        var index: UInt64
        var timestamp: UInt32
        var payload: [UInt8]
    }

    static let certificate = try! Certificate(unixTime: 1_800_000_000)

    private init(
        profile: SRTPProfile, socket: consuming DatagramSocket, sink: consuming Peer, context: DTLSContext
    ) {
        self.profile = profile
        self.sink = sink
        state = WorkerState(
            socket: socket, certificate: context,
            wallClock: WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero), limits: WorkerLimits())
    }

    init(profile: SRTPProfile = .aeadAES128GCM) throws {
        let context = try DTLSContext(certificate: Self.certificate)
        // One message a packet: what the kernel makes of runs is not what is tested here.
        let sink = try Peer(coalescing: false)
        self.init(profile: profile, socket: try DatagramSocket(port: 0), sink: sink, context: context)
    }

    // MARK: Who is there

    mutating func publisher(_ tracks: [NegotiatedTrack]) throws -> Client {
        let client = try client { state, handle in
            .up(publisher: state.router.addPublisher(stream: handle, reporterSSRC: state.random.next()))
        }
        guard let stream = state.streams.pointer(client.handle) else { throw MediaError.noSuchStream }
        if case .up(let publisher) = stream.pointee.direction { client.router = publisher }
        stream.pointee.binder = SourceBinder(tracks: tracks)
        return client
    }

    /// - Parameter tracks: what each is fed from, and the SSRC under which it goes out.
    mutating func subscriber(_ tracks: [(sources: [Handle], ssrc: UInt32)]) throws -> Client {
        let client = try client { state, handle in .down(subscriber: state.router.addSubscriber(stream: handle)) }
        guard let stream = state.streams.pointer(client.handle) else { throw MediaError.noSuchStream }
        if case .down(let subscriber) = stream.pointee.direction { client.router = subscriber }
        for (number, track) in tracks.enumerated() {
            let handle = state.router.addDownTrack(
                DownTrackConfiguration(
                    sources: track.sources, ssrc: track.ssrc, payloadType: 96,
                    firstSequenceNumber: UInt16(truncatingIfNeeded: number &* 30_000 &+ 2000)),
                subscriber: client.router)
            client.tracks.append(try #require(handle))
        }
        state.router.setActive(true, subscriber: client.router)
        return client
    }

    private mutating func client(
        _ direction: (inout WorkerState, Handle) -> MediaStream.Direction
    ) throws -> Client {
        let number = UInt8(clients.count + 2)
        let keys = SRTPMasterKeys(
            profile: profile, clientKey: bytes(number, profile.keyLength),
            clientSalt: bytes(number, profile.saltLength),
            serverKey: bytes(100 &+ number, profile.keyLength), serverSalt: bytes(100 &+ number, profile.saltLength))
        let address = sink.address(IPAddress(v4: 0x7f00_0000 | UInt32(number)))
        let path = ICEPath(remote: address, local: .v4Loopback)
        let transport = try TransportSession(measuring: keys, path: path, context: state.certificate)
        let handle = state.streams.insert(
            MediaStream(
                owner: 1, transport: transport, direction: .down(subscriber: .none), ufrag: "client\(number)"))
        let made = direction(&state, handle)
        guard let stream = state.streams.pointer(handle) else { throw MediaError.noSuchStream }
        stream.pointee.direction = made
        stream.pointee.path = Path(remote: address, local: .v4Loopback)
        state.route(address, to: handle)
        let client = Client(
            handle: handle, address: address, sender: try SRTPSender(keys, as: .dtlsClient),
            receiver: try SRTPReceiver(keys, as: .dtlsClient))
        clients.append(client)
        return client
    }

    private func bytes(_ seed: UInt8, _ count: Int) -> [UInt8] { (0..<count).map { seed &* 7 &+ UInt8($0) } }

    /// The router's handles of the tracks that a publisher has begun, in the order in which it did.
    func tracks(of client: Client) -> [Handle] {
        state.streams.pointer(client.handle)?.pointee.started.map(\.id.handle) ?? []
    }

    // MARK: What they do

    /// Sends a packet as somebody does who computes the roll-over counter as the server will.
    mutating func send(
        _ payload: [UInt8], from client: Client, ssrc: UInt32, sequence: UInt16, timestamp: UInt32 = 0,
        marker: Bool = false, payloadType: UInt8 = 96, extensions: [(id: UInt8, text: String)] = []
    ) {
        let index = client.unwrappers[ssrc, default: SequenceUnwrapper()].unwrap(SequenceNumber(sequence))
        var elements: [UInt8] = []
        for (id, text) in extensions {
            let length = UInt8(text.utf8.count - 1)
            elements += [id << 4 | length] + Array(text.utf8)
        }
        while elements.count % 4 != 0 { elements.append(0) }
        var packet: [UInt8] = [extensions.isEmpty ? 0x80 : 0x90, (marker ? 0x80 : 0) | payloadType]
        packet += [UInt8(sequence >> 8), UInt8(truncatingIfNeeded: sequence)]
        for word in [timestamp, ssrc] { packet += [24, 16, 8, 0].map { UInt8(word >> $0 & 255) } }
        if !extensions.isEmpty { packet += [0xbe, 0xde, 0, UInt8(elements.count / 4)] + elements }
        guard let datagram = client.sender.protectRTP(packet + payload, index: index) else { return }
        datagram.withUnsafeBytes { state.receiveRTP($0, from: client.address, now: now) }
    }

    mutating func send(_ messages: RTCPMessage..., from client: Client) {
        var compound = RTCPCompoundBuilder(maximumSize: 1400)
        for message in messages { _ = compound.append(message) }
        guard let datagram = client.sender.protectRTCP(compound.bytes) else { return }
        datagram.withUnsafeBytes { state.receiveRTCP($0, from: client.address, now: now) }
    }

    /// Lets the worker send what follows from all that, and opens it.
    mutating func turn() {
        let before = state.sendBatch.counters
        state.executePlan(now: now)
        state.sendFeedback(now: now)
        state.sendBatch.flush(to: state.socket)
        let after = state.sendBatch.counters
        #expect(after.dropped == before.dropped && after.refused == before.refused, "the kernel did not take a packet")
        for arrival in sink.receive(after.datagrams - before.datagrams) { open(arrival) }
    }

    /// What is due once a second, and more often for whoever wants to.
    mutating func report() {
        for client in clients { state.sendReport(client.handle, now: now) }
        turn()
    }

    private func open(_ arrival: Arrival) {
        guard let client = clients.first(where: { $0.address.address == arrival.local }) else {
            Issue.record("a packet to nobody")
            return
        }
        client.bytesReceived += arrival.bytes.count
        guard !(192...223).contains(arrival.bytes[1]) else {
            let (result, clear) = client.receiver.unprotectRTCP(arrival.bytes)
            guard case .packet = result, let messages = try? RTCPMessage.parse(clear.span.bytes) else {
                Issue.record("RTCP that its receiver cannot open: \(result)")
                return
            }
            client.reports += messages.map { (now, $0) }
            return
        }
        let (result, clear) = client.receiver.unprotect(arrival.bytes)
        switch result {
        case .packet(_, let index):
            client.wire.insert(arrival.bytes)
            guard let header = try? clear.withUnsafeBytes({ try RTPHeader(parsingProtected: $0) }) else {
                Issue.record("not RTP")
                return
            }
            client.packets.append(
                Packet(
                    ssrc: header.ssrc, index: index, timestamp: header.timestamp,
                    payload: Array(clear[header.headerLength...])))
        case .rejected(.replayed):
            // The index has been there: then it must be the same packet, byte for byte.
            client.repeated += 1
            let isTheSame = client.wire.contains(arrival.bytes)
            #expect(isTheSame, "two packets under one key, SSRC and index")
        case .rejected(let reason):
            Issue.record("RTP that its receiver cannot open: \(reason)")
        }
    }
}

/// Payloads as an encoder would make them, as far as forwarding looks at them.
enum Frames {
    /// VP8 with picture id, TL0PICIDX and temporal layer (RFC 7741 section 4.2), and a frame tag (RFC 6386 section 9.1).
    static func vp8(
        picture: UInt16, isKeyFrame: Bool = false, startsFrame: Bool = true, tl0: UInt8 = 0, layer: UInt8 = 0,
        isSync: Bool = false, fill: [UInt8] = [0xaa, 0xaa]
    ) -> [UInt8] {
        [
            startsFrame ? 0x90 : 0x80, 0xe0, 0x80 | UInt8(picture >> 8 & 0x7f), UInt8(truncatingIfNeeded: picture), tl0,
            layer << 6 | (isSync ? 0x20 : 0),
        ] + (isKeyFrame ? [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00] : [0x11, 0x02, 0x00]) + fill
    }

    /// VP9 of two spatial layers, a packet each (RFC 9628 section 4.2), not flexible.
    static func vp9(
        picture: UInt16, isKeyFrame: Bool = false, tl0: UInt8 = 0, temporal: UInt8 = 0, spatial: UInt8 = 0,
        isSwitchPoint: Bool = false, fill: [UInt8] = [0xaa, 0xaa]
    ) -> [UInt8] {
        let isInter: UInt8 = isKeyFrame ? 0 : 0x40
        let layers = temporal << 5 | (isSwitchPoint ? 0x10 : 0) | spatial << 1 | (spatial > 0 ? 1 : 0)
        return [
            0xac | isInter, 0x80 | UInt8(picture >> 8 & 0x7f), UInt8(truncatingIfNeeded: picture), layers, tl0,
        ] + (isKeyFrame && spatial == 0 ? [0x82, 0x49, 0x83, 0x42] : [0x86, 0x00, 0x40, 0x92]) + fill
    }

    /// A section that names its SSRC.
    static func track(_ ssrc: UInt32, _ codec: Codec = .vp8) -> NegotiatedTrack {
        NegotiatedTrack(
            mid: "0", kind: codec.kind, codecs: [NegotiatedCodec(codec: codec, payloadType: 96)],
            feedback: codec.kind == .video ? [.remb, .nack, .pli, .fir] : [], ssrcs: [ssrc])
    }

    /// A section of two simulcast encodings, which their packets name.
    static func simulcast(_ rids: [String] = ["h", "l"], _ codec: Codec = .vp8) -> NegotiatedTrack {
        var track = track(0, codec)
        track.mid = "1"
        track.ssrcs = []
        track.rids = rids
        track.extensions = NegotiatedExtensions(mid: 4, rid: 10)
        return track
    }
}
