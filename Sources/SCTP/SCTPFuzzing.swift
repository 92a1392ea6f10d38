// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What the fuzzer calls: packets from a peer that knows everything, to an association in any phase.
package enum SCTPFuzzing {
    /// The first byte chooses the phase; the rest are packets, each preceded by its length as a 16-bit little-endian
    /// integer. Their headers are made right, because DTLS lets in nobody who could not do so himself.
    ///
    /// Nothing may trap, be longer than the packets that were agreed on, or keep more than the limits say.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        parse(bytes.bytes)
        guard let choice = bytes.first else { return }
        var random = Fixed(state: UInt64(choice))
        var configuration = SCTPConfiguration()
        configuration.maximumIncomingMessage = 4096
        configuration.receiveBuffer = 16_384
        var victim = DataChannelTransport(role: .server, configuration: configuration, using: &random)
        var peer = DataChannelTransport(role: .client, configuration: configuration, using: &random)
        let tag = begin(&victim, &peer, phase: choice & 7)
        attack(&victim, UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), tag: tag)
    }

    /// Whatever parses is written so that it parses to the same.
    private static func parse(_ bytes: RawSpan) {
        if let control = try? DataChannelControl(parsing: bytes) {
            // Labels that are no UTF-8 get longer: the second time round nothing changes.
            guard case .open(let options) = control else { return }
            guard options.label.utf8.count + options.subprotocol.utf8.count <= 65_535 else { return }
            let written = control.bytes
            precondition((try? DataChannelControl(parsing: written.span.bytes)) == control, "an OPEN changes")
        }
        if let parameters = try? Reconfiguration.parse(bytes) {
            let written = value(of: Reconfiguration.chunk(parameters))
            guard let again = try? Reconfiguration.parse(written.span.bytes) else {
                preconditionFailure("a RE-CONFIG that we write does not parse")
            }
            precondition(again == parameters, "a RE-CONFIG changes")
        }
        if var introduction = try? InitChunk(parsing: bytes) {
            introduction.unrecognized = []
            let written = value(of: introduction.chunk(.initiation))
            guard let again = try? InitChunk(parsing: written.span.bytes) else {
                preconditionFailure("an INIT that we write does not parse")
            }
            precondition(again == introduction, "an INIT changes")
        }
    }

    private static func value(of chunk: [UInt8]) -> [UInt8] {
        Array(chunk[4..<(Int(chunk[2]) << 8 | Int(chunk[3]))])
    }

    /// Brings the victim into a phase.
    ///
    /// - Returns: its verification tag.
    private static func begin(
        _ victim: inout DataChannelTransport, _ peer: inout DataChannelTransport, phase: UInt8
    ) -> UInt32 {
        guard phase > 0 else { return victim.verificationTag }
        _ = try? victim.open(DataChannelOptions(label: "fuzz"), now: .zero)
        victim.start(now: .zero)
        peer.start(now: .zero)
        let rounds = [0, 0, 1, 2, 6, 6, 6, 6][Int(phase)]
        for _ in 0..<rounds {
            while let packet = victim.pollPacket() { peer.receive(packet.span.bytes, now: .zero) }
            while peer.pollEvent() != nil {}
            while let packet = peer.pollPacket() { victim.receive(packet.span.bytes, now: .zero) }
            while victim.pollEvent() != nil {}
        }
        if phase >= 5 {
            var options = DataChannelOptions(label: "partial")
            options.reliability = .retransmissions(phase == 5 ? 0 : 1)
            options.isOrdered = phase != 6
            if let id = try? victim.open(options, now: .zero) {
                for length in 1...20 {
                    let bytes = [UInt8](repeating: 7, count: 200 * length)
                    _ = try? victim.send(.binary(bytes), on: id, now: .zero)
                }
                if phase == 7 { victim.close(id, now: .zero) }
            }
            while victim.pollPacket() != nil {}
        }
        return victim.verificationTag
    }

    private static func attack(_ victim: inout DataChannelTransport, _ bytes: UnsafeRawBufferPointer, tag: UInt32) {
        var rest = bytes
        var now = Instant.zero
        while rest.count >= 2 {
            let length = min(Int(rest[0]) | Int(rest[1] & 0x0f) << 8, rest.count - 2)
            var packet = ByteWriter()
            packet.write(5000 as UInt16)
            packet.write(5000 as UInt16)
            let chunks = rest[2..<(2 + length)]
            packet.write(chunks.first == ChunkType.initiation.rawValue ? 0 : tag)
            packet.write(0 as UInt32)
            packet.write(chunks)
            var whole = packet.bytes
            let checksum = whole.withUnsafeBytes { CRC32c.checksum(ofPacket: $0) }
            for index in 0..<4 { whole[8 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index)) }
            victim.receive(whole.span.bytes, now: now)
            // The length's upper bits say what else happens: nothing is polled, or time passes.
            if rest[1] & 0x80 == 0 { drain(&victim) }
            if rest[1] & 0x40 != 0, let deadline = victim.deadline {
                now = max(now, deadline)
                victim.handleTimeout(now: now)
            }
            precondition(victim.heldBytes <= 3 * 16_384, "a peer has made the receive buffer grow")
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(2 + length))
        }
        drain(&victim)
    }

    private static func drain(_ victim: inout DataChannelTransport) {
        while victim.pollEvent() != nil {}
        var packets = 0
        while let packet = victim.pollPacket() {
            precondition(packet.count <= 1150, "a packet is longer than what was agreed on")
            packets += 1
            precondition(packets <= 2 * SCTPLimits.window, "there is no end of packets")
        }
    }

    /// SplitMix64.
    private struct Fixed: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
            return z ^ z >> 31
        }
    }
}
