// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP

/// What one publisher sends.
public struct PacketSourceConfiguration: Sendable, Hashable {
    /// Packets a second.
    public var rate: Double
    /// Packets that leave together.
    public var burst: Int
    /// Bytes of an RTP packet before encryption.
    public var packetSize: Int
    public var ssrc: UInt32
    public var payloadType: UInt8
    public var cname: String
    /// The simulcast encoding that this is, if it is one.
    public var rid: String?

    public static let packetSizes = 64...1200

    /// - Parameters:
    ///   - rate: 300 packets/s of 1150 bytes are 2.8 Mbit/s, a good camera.
    ///   - packetSize: clamped to ``packetSizes``: shorter ones hold no frame header, longer ones are not sent by browsers.
    public init(
        rate: Double = 300, burst: Int = 1, packetSize: Int = 1150, ssrc: UInt32, payloadType: UInt8 = 96,
        cname: String = "load"
    ) {
        self.rate = rate
        self.burst = max(1, burst)
        self.packetSize = min(max(packetSize, Self.packetSizes.lowerBound), Self.packetSizes.upperBound)
        self.ssrc = ssrc
        self.payloadType = payloadType
        self.cname = cname
    }
}

/// Makes packets that look like VP8: whoever forwards them sees frames, picture ids and key frames; no picture is in them.
struct PacketSource {
    let configuration: PacketSourceConfiguration
    let interval: Duration
    /// When the next burst is due; `nil` while not connected.
    var nextBurst: Instant?
    var wantsKeyFrame = true
    private(set) var keyFrames = 0
    private(set) var packets: UInt32 = 0
    private(set) var octets: UInt32 = 0
    /// Of what has left.
    var history = PacketHistory()

    /// The header extension that says which encoding it is, with its profile and length; empty without simulcast.
    private var identification: [UInt8] = []
    var headerLength: Int { RTPHeader.fixedLength + identification.count }

    private var index: UInt64
    private var pictureID: UInt16
    private var packetInFrame = 0
    private let packetsInFrame: Int
    private var payload: [UInt8]
    private let descriptorLength: Int

    init(_ configuration: PacketSourceConfiguration, random: inout some RandomNumberGenerator) {
        self.configuration = configuration
        interval = .nanoseconds(Int64(1e9 * Double(configuration.burst) / max(configuration.rate, 0.001)))
        // A burst is a frame; single packets are counted into 30 frames a second.
        packetsInFrame =
            configuration.burst > 1 ? configuration.burst : max(1, Int((configuration.rate / 30).rounded()))
        // RFC 3711 section 3.3.1: below 2^15, so that losing the first packets does not confuse the roll-over counter.
        index = UInt64.random(in: 0..<0x8000, using: &random)
        pictureID = UInt16.random(in: 0..<0x8000, using: &random)
        payload = (0..<configuration.packetSize - RTPHeader.fixedLength).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        descriptorLength = Int(VP8PayloadDescriptor(startsPartition: true, pictureID: 0).length)
    }

    /// From here on packets name their section and encoding, in the one-byte form of
    /// [RFC 8285 section 4.2](https://www.rfc-editor.org/rfc/rfc8285#section-4.2).
    mutating func identify(mid: String, midID: UInt8?, ridID: UInt8?) {
        var elements: [UInt8] = []
        for (id, text) in [(midID, mid), (ridID, configuration.rid ?? "")] {
            guard let id, (1...14).contains(id), (1...16).contains(text.utf8.count) else { continue }
            elements.append(id << 4 | UInt8(truncatingIfNeeded: text.utf8.count - 1))
            elements += text.utf8
        }
        while elements.count % 4 != 0 { elements.append(0) }
        identification =
            elements.isEmpty ? [] : [0xbe, 0xde, 0, UInt8(truncatingIfNeeded: elements.count / 4)] + elements
    }

    /// How many bursts are due; ``nextBurst`` moves on. After a pause of the thread the missed ones are left out but for
    /// a tenth of a second's worth, as an encoder would.
    mutating func takeDueBursts(now: Instant) -> Int {
        guard let due = nextBurst, due <= now else { return 0 }
        let period = max(1, interval.wholeNanoseconds)
        let missed = (now - due).wholeNanoseconds / period + 1
        nextBurst = due + .nanoseconds(missed &* period)
        return Int(min(missed, max(1, 100_000_000 / period)))
    }

    /// The next packet: its header is written to `slot`, `body` gets its payload and 48-bit index.
    mutating func next<Result>(
        at timestamp: UInt32, header slot: UnsafeMutableRawPointer,
        _ body: (UnsafeRawBufferPointer, UInt64) -> Result
    ) -> Result {
        if packetInFrame == 0 { beginFrame() } else if packetInFrame == 1 { continueFrame() }
        packetInFrame += 1
        let endsFrame = packetInFrame == packetsInFrame
        if endsFrame { packetInFrame = 0 }
        RTPHeader.writeFixed(
            to: slot, marker: endsFrame, payloadType: configuration.payloadType,
            sequenceNumber: SequenceNumber(UInt16(truncatingIfNeeded: index)), timestamp: timestamp,
            ssrc: configuration.ssrc)
        if !identification.isEmpty {
            // X: an extension follows.
            slot.storeBytes(of: 0x90, as: UInt8.self)
            identification.withUnsafeBytes {
                (slot + RTPHeader.fixedLength).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
            }
        }
        defer {
            index += 1
            packets &+= 1
            octets &+= UInt32(payload.count)
        }
        return payload.withUnsafeBytes { body($0, index) }
    }

    private mutating func beginFrame() {
        pictureID = (pictureID &+ 1) & 0x7fff
        write(VP8PayloadDescriptor(startsPartition: true, pictureID: pictureID))
        // RFC 6386 section 9.1: the lowest bit of the frame tag is 0 for key frames, which have a start code and a size.
        guard wantsKeyFrame else {
            payload[descriptorLength] = 0x31
            return
        }
        wantsKeyFrame = false
        keyFrames += 1
        let tag: [UInt8] = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01]
        payload.replaceSubrange(descriptorLength..<descriptorLength + tag.count, with: tag)
    }

    private mutating func continueFrame() { write(VP8PayloadDescriptor(startsPartition: false, pictureID: pictureID)) }

    private mutating func write(_ descriptor: VP8PayloadDescriptor) {
        var writer = ByteWriter(reservingCapacity: descriptorLength)
        descriptor.write(into: &writer)
        payload.replaceSubrange(0..<descriptorLength, with: writer.bytes)
    }

    /// The sender report of this moment, with the name ([RFC 3550 section 6.1](https://www.rfc-editor.org/rfc/rfc3550#section-6.1)).
    func report(now: Instant, wallClock: WallClock) -> [UInt8] {
        var compound = RTCPCompoundBuilder()
        _ = compound.append(
            .senderReport(
                SenderReport(
                    ssrc: configuration.ssrc, ntpTime: wallClock.ntpTime(at: now),
                    rtpTimestamp: MediaTimestamp.at(now), packetCount: packets, octetCount: octets)))
        _ = compound.append(
            .sourceDescription(
                SourceDescription(chunks: [.init(ssrc: configuration.ssrc, cname: configuration.cname)])))
        return compound.bytes
    }
}
