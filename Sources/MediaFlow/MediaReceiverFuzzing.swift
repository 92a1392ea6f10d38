// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP

/// What the fuzzer and the replay of its findings call.
package enum MediaReceiverFuzzing {
    /// Reads the bytes as what a sender does to a ``MediaReceiver`` and a ``MediaSender``: the codec, then packets, reports
    /// and pauses one after the other. Checks that nothing grows beyond its bound and that frames come in order of time.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes.bytes)
        guard let first = try? reader.readUInt8() else { return }
        let codecs = Codec.allCases
        let codec = codecs[Int(first) % codecs.count]
        var receiver = MediaReceiver(
            MediaReceiverConfiguration(
                codec: codec, payloadType: 96, reporterSSRC: 9, acceptsNACK: first & 0x80 == 0, acceptsPLI: true,
                acceptsREMB: true))
        var sender = MediaSender(
            MediaSenderConfiguration(
                codec: codec, payloadType: 96, cname: "f", encodings: [.init(ssrc: 1)],
                wallClock: WallClock(unixNanoseconds: 0, at: .zero)),
            start: SentEncoding.Start(index: 65_530, timestamp: 0, pictureID: 0))
        var clock = PlayoutClock()
        var state = State()
        while let operation = try? reader.readUInt8() {
            guard let argument = try? reader.readUInt16() else { return }
            switch operation & 0x07 {
            case 0: state.now += .milliseconds(Int64(argument & 0x3ff))
            case 1: state.number &+= argument
            case 2: state.timestamp &+= UInt32(argument) << 8
            case 3:
                state.ssrc = UInt32(argument & 3)
                let report = SenderReport(
                    ssrc: state.ssrc, ntpTime: NTPTime(bits: UInt64(argument) << 24), rtpTimestamp: state.timestamp,
                    packetCount: 0, octetCount: 0)
                receiver.receive(report, clock: &clock, now: state.now)
            default:
                let length = min(Int(operation >> 3), reader.count)
                guard let payload = try? reader.read(length) else { return }
                feed(payload, argument: argument, &receiver, &sender, &state)
            }
            var presentation: Instant?
            while let frame = receiver.poll(&clock, now: state.now) {
                precondition(presentation.map { $0 <= frame.presentation } ?? true, "out of order")
                presentation = frame.presentation
            }
            for message in receiver.pollControl(now: state.now) { sender.receive(message, now: state.now) }
            while sender.pollEvent(now: state.now) != nil {}
            _ = sender.pollControl(now: state.now)
            precondition(receiver.packets.slots <= receiver.packets.capacity + 1, "more slots than places")
            precondition(receiver.waiting.count <= MediaReceiver.maximumWaiting)
            precondition(receiver.waitingBytes <= MediaReceiver.maximumWaitingBytes)
        }
    }

    /// Where the sender's numbers stand.
    private struct State {
        var now = Instant.zero
        var number: UInt16 = 0
        var timestamp: UInt32 = 0
        var ssrc: UInt32 = 1
    }

    /// A packet of these bytes; and the same bytes as a frame through the sender.
    private static func feed(
        _ payload: RawSpan, argument: UInt16, _ receiver: inout MediaReceiver, _ sender: inout MediaSender,
        _ state: inout State
    ) {
        // The marker, the next timestamp, and how many numbers are left out, of which 0 is most likely.
        let marker = argument & 1 != 0
        if argument & 2 != 0 { state.timestamp &+= 3000 }
        if argument & 0xc == 0xc { state.number &+= argument >> 4 }
        state.number &+= 1
        var writer = ByteWriter()
        RTPPacket(
            marker: marker, payloadType: 96, sequenceNumber: SequenceNumber(state.number), timestamp: state.timestamp,
            ssrc: state.ssrc, payload: payload.array
        ).write(into: &writer)
        writer.bytes.withUnsafeBytes { receiver.receive($0, now: state.now) }
        let frame = EncodedFrame(
            codec: sender.configuration.codec, timestamp: state.timestamp, isKeyFrame: true, bytes: payload.array)
        _ = try? sender.send(frame, capturedAt: state.now, now: state.now)
        while let packet = sender.poll(now: state.now) {
            packet.bytes.withUnsafeBytes { receiver.receive($0, now: state.now) }
        }
    }
}
