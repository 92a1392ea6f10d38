// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import STUN

/// What a fuzzer, or a test that plays one, calls with any bytes.
package enum TURNFuzzing {
    /// A stream gives the same messages whole and byte by byte; ChannelData survives writing; and a client, over UDP and
    /// over TCP, takes the bytes as its server's answers without a trap and without growing.
    package static func run(_ input: UnsafeRawBufferPointer) {
        let bytes = input.bytes
        checkStream(bytes)
        if let message = try? ChannelData(parsing: bytes) {
            let again = ChannelData.message(message.channel, message.payload.array, isPadded: true)
            guard let copy = try? ChannelData(parsing: again.span.bytes) else {
                preconditionFailure("what we write parses")
            }
            precondition(copy.channel == message.channel && copy.payload.array == message.payload.array)
        }
        for transport in [TURNServer.Transport.udp, .tcp] { play(bytes, over: transport) }
    }

    private static func checkStream(_ bytes: RawSpan) {
        var whole = TURNStreamParser()
        whole.append(bytes)
        let all = drain(&whole)
        var pieces = TURNStreamParser()
        var messages: [[UInt8]] = []
        var isBroken = false
        for offset in 0..<bytes.byteCount {
            pieces.append(bytes.extracting(offset..<offset + 1))
            let next = drain(&pieces)
            messages += next.messages
            isBroken = isBroken || next.isBroken
            precondition(pieces.buffered <= TURNLimits.frameLength, "a piece of a message is bounded")
        }
        precondition(messages == all.messages && isBroken == all.isBroken, "pieces change nothing")
    }

    private static func drain(_ parser: inout TURNStreamParser) -> (messages: [[UInt8]], isBroken: Bool) {
        var messages: [[UInt8]] = []
        do throws(ParseError) {
            while let message = try parser.next() { messages.append(message) }
        } catch {
            return (messages, true)
        }
        return (messages, false)
    }

    /// The first byte says which answer the rest is to: its transaction id is put right, so that it is looked at.
    private static func play(_ bytes: RawSpan, over transport: TURNServer.Transport) {
        let credentials = LongTermCredentials(username: "user", password: "password")
        let server = TURNServer(
            TransportAddress(IPAddress(v4: 0xc000_0201), port: 3478), transport: transport, credentials: credentials)
        var generator = Constant()
        var client = TURNClient(server, using: &generator)
        var now = Instant.zero
        client.allocate(now: now)
        for round in 0..<8 {
            var datagram = bytes.array
            while let request = client.pollTransmit() {
                guard datagram.count >= 20, request.count >= 20 else { continue }
                // Method and transaction id of what is answered, and the class of an answer.
                datagram.replaceSubrange(4..<20, with: request[4..<20])
                datagram[0] = 0x01
                datagram[1] = request[1] | 0x10 & (datagram.last ?? 0)
            }
            client.receive(datagram.span.bytes, now: now)
            client.receive(bytes, now: now)
            while client.pollEvent() != nil {}
            while client.pollData() != nil {}
            client.permit(IPAddress(v4: 0xc633_6401), now: now)
            client.bindChannel(to: TransportAddress(IPAddress(v4: 0xc633_6401), port: 9), now: now)
            client.send([1, 2, 3], to: TransportAddress(IPAddress(v4: 0xc633_6401), port: 9), now: now)
            now += .seconds(round)
            client.handleTimeout(now: now)
            precondition(client.pending.count <= 3, "requests are bounded")
        }
        client.close(now: now)
        while client.pollTransmit() != nil {}
    }

    private struct Constant: RandomNumberGenerator {
        mutating func next() -> UInt64 { 0x0123_4567_89ab_cdef }
    }
}
