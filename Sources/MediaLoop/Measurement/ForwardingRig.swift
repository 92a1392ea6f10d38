// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
public import RTCBase
public import RTCCrypto
import RTP
import SFU
import SRTP
import WebRTC

/// The worker's own packet path with its transports already connected: one publisher, many subscribers, and a supply of
/// encrypted packets, so that benchmarks and allocation counts measure what runs in production and nothing else.
///
/// Nothing here is a copy of the packet path: packets enter where the socket's batch would hand them over, and leave
/// through the worker's own send batch.
@_spi(Measurement)
public struct ForwardingRig: ~Copyable {
    private var state: WorkerState
    /// The publisher's end.
    private var sender: SRTPSender
    private let packets: UnsafeMutableRawBufferPointer
    private let profile: SRTPProfile
    private let packetLength: Int
    private let supply: Int
    private var position = 0
    private var nextIndex: UInt64 = 0

    private static let ssrc: UInt32 = 0x5757_0001
    private static let publisherAddress = TransportAddress(IPAddress(v4: 0xc000_0201), port: 5000)

    private init(
        state: consuming WorkerState, sender: consuming SRTPSender, profile: SRTPProfile, supply: Int, packetLength: Int
    ) {
        self.state = state
        self.sender = sender
        self.profile = profile
        self.supply = supply
        self.packetLength = packetLength + profile.tagLength
        packets = .allocate(byteCount: supply * PacketPool.slotSize, alignment: 64)
        restock()
    }

    /// - Parameters:
    ///   - subscribers: each with keys of its own.
    ///   - destinations: where subscribers' packets go, taken in turn; with `discards` they only tell runs apart.
    ///   - local: the source address of packets; the unspecified one leaves it to routing.
    ///   - discards: true leaves out the system call that sends.
    ///   - supply: packets that ``forward(_:)`` can take in before ``restock()``.
    ///   - packetLength: bytes of an RTP packet before encryption.
    public static func make(
        subscribers: Int, profile: SRTPProfile, destinations: [TransportAddress], local: IPAddress, discards: Bool,
        supply: Int = 4096, packetLength: Int = 1150
    ) throws -> ForwardingRig {
        let certificate = try Certificate(unixTime: 1_800_000_000)
        var state = WorkerState(
            socket: try DatagramSocket(port: 0), certificate: try DTLSContext(certificate: certificate),
            wallClock: WallClock(unixNanoseconds: 0, at: .zero), limits: WorkerLimits())
        if discards { state.sendBatch.transmission = .discard }
        let publisher = try state.measuredStream(
            profile: profile, seed: 1, path: ICEPath(remote: publisherAddress, local: local)
        ) { state, handle in
            .up(publisher: state.router.addPublisher(stream: handle, reporterSSRC: 1))
        }
        state.streams.pointer(publisher)?.pointee.binder = SourceBinder(tracks: [
            NegotiatedTrack(
                mid: "0", kind: .video, codecs: [NegotiatedCodec(codec: .vp8, payloadType: 96)],
                feedback: [.remb, .nack, .pli, .fir], ssrcs: [ssrc])
        ])
        state.route(publisherAddress, to: publisher)
        let sender = try SRTPSender(WorkerState.measuredKeys(profile: profile, seed: 1), as: .dtlsClient)
        var rig = ForwardingRig(
            state: state, sender: sender, profile: profile, supply: supply, packetLength: packetLength)
        // The first packet makes the track that subscribers then ask for.
        _ = rig.forward(1)
        guard let source = rig.state.firstTrack(of: publisher) else { throw MediaError.noSuchStream }
        for number in 0..<subscribers {
            _ = try rig.state.measuredStream(
                profile: profile, seed: UInt64(number) + 2,
                path: ICEPath(remote: destinations[number % destinations.count], local: local)
            ) { state, handle in
                let subscriber = state.router.addSubscriber(stream: handle)
                _ = state.router.addDownTrack(
                    DownTrackConfiguration(
                        source: source, ssrc: UInt32(number) + 1000, payloadType: 96,
                        firstSequenceNumber: UInt16(truncatingIfNeeded: number)),
                    subscriber: subscriber)
                state.router.setActive(true, subscriber: subscriber)
                return .down(subscriber: subscriber)
            }
        }
        rig.restock()
        return rig
    }

    deinit { packets.deallocate() }

    /// Encrypts a new supply of packets, as a publisher would. Not to be measured.
    public mutating func restock() {
        let payloadLength = packetLength - profile.tagLength - 12
        var payload = [UInt8](repeating: 0x5a, count: payloadLength)
        for number in 0..<supply {
            let slot = packets.baseAddress! + number * PacketPool.slotSize
            // A key frame every 64 packets keeps newcomers served; each packet is a picture of its own.
            let pictureID = UInt16(truncatingIfNeeded: nextIndex) & 0x7fff
            payload.replaceSubrange(
                0..<7,
                with: [
                    0x90, 0x80, 0x80 | UInt8(pictureID >> 8), UInt8(truncatingIfNeeded: pictureID),
                    nextIndex % 64 == 0 ? 0x10 : 0x11, 0x02, 0x00,
                ])
            if nextIndex % 64 == 0 {
                payload.replaceSubrange(7..<14, with: [0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00])
            }
            RTPHeader.writeFixed(
                to: slot, marker: true, payloadType: 96,
                sequenceNumber: SequenceNumber(UInt16(truncatingIfNeeded: nextIndex)),
                timestamp: UInt32(truncatingIfNeeded: nextIndex &* 300), ssrc: Self.ssrc)
            let index = nextIndex
            _ = payload.withUnsafeBytes {
                sender.protect(
                    headerLength: 12, payload: $0, ssrc: Self.ssrc, index: index, into: slot,
                    capacity: PacketPool.slotSize)
            }
            nextIndex += 1
        }
        position = 0
    }

    /// Packets that are left before ``restock()`` must come.
    public var remaining: Int { supply - position }

    /// Takes in a burst of packets as one wake-up of the loop would, and forwards it to everybody.
    ///
    /// - Returns: packets forwarded.
    public mutating func forward(_ burst: Int) -> Int {
        let before = state.counters.packetsForwarded
        take(burst, now: Instant(nanoseconds: Int64(nextIndex) &* 1000))
        state.executePlan(now: .zero)
        state.sendBatch.flush(to: state.socket)
        return Int(state.counters.packetsForwarded &- before)
    }

    private mutating func take(_ burst: Int, now: Instant) {
        for _ in 0..<min(burst, remaining) {
            let datagram = UnsafeRawBufferPointer(
                start: packets.baseAddress! + position * PacketPool.slotSize, count: packetLength)
            state.receiveRTP(datagram, from: Self.publisherAddress, now: now)
            position += 1
        }
    }

    /// System calls that sent, and messages in them, since the start.
    public var sendCounters: SendBatch.Counters { state.sendBatch.counters }
    /// What was dropped on the way; all zero in a sound measurement.
    public var counters: WorkerCounters { state.counters }
}

extension WorkerState {
    /// Keys that only depend on a number: both ends of a measured transport derive them.
    fileprivate static func measuredKeys(profile: SRTPProfile, seed: UInt64) -> SRTPMasterKeys {
        func bytes(_ count: Int, _ salt: UInt64) -> [UInt8] {
            (0..<count).map {
                UInt8(truncatingIfNeeded: (seed &+ salt) &* 0x9e37_79b9_7f4a_7c15 >> ($0 % 8 * 8)) &+ UInt8($0)
            }
        }
        return SRTPMasterKeys(
            profile: profile, clientKey: bytes(profile.keyLength, 1), clientSalt: bytes(profile.saltLength, 2),
            serverKey: bytes(profile.keyLength, 3), serverSalt: bytes(profile.saltLength, 4))
    }

    /// A stream whose transport is connected from the start.
    fileprivate mutating func measuredStream(
        profile: SRTPProfile, seed: UInt64, path: ICEPath,
        direction: (inout WorkerState, Handle) -> MediaStream.Direction
    ) throws -> Handle {
        let transport = try TransportSession(
            measuring: Self.measuredKeys(profile: profile, seed: seed), path: path, context: certificate)
        let handle = streams.insert(
            MediaStream(
                owner: 0, transport: transport, direction: .down(subscriber: .none), ufrag: "\(seed)"))
        let made = direction(&self, handle)
        guard let stream = streams.pointer(handle) else { throw MediaError.noSuchStream }
        stream.pointee.direction = made
        stream.pointee.path = Path(remote: path.remote, local: path.local)
        return handle
    }

    fileprivate func firstTrack(of handle: Handle) -> Handle? {
        streams.pointer(handle)?.pointee.started.first?.id.handle
    }
}
