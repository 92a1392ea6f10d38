// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaLoop
import RTCBase
import RTCTestKit
import Testing

/// What packets travel over: the sockets' family, the address, and whether the receiver's kernel joins runs.
struct Route: Sendable, CustomTestStringConvertible {
    var family: DatagramSocket.Family
    var address: IPAddress
    var coalescing: Bool
    var testDescription: String { "\(family) socket, \(address), \(coalescing ? "coalescing" : "plain")" }

    static let all = [true, false].flatMap { coalescing in
        [
            Route(family: .dualStack, address: .v4Loopback, coalescing: coalescing),
            Route(family: .dualStack, address: .v6Loopback, coalescing: coalescing),
            Route(family: .ipv4, address: .v4Loopback, coalescing: coalescing),
        ]
    }
}

@Suite("Datagrams in batches over loopback", .timeLimit(.minutes(1)))
struct DatagramTests {
    @Test(arguments: Route.all)
    func `packets of mixed sizes come back in order and unchanged, in runs both ways`(route: Route) throws {
        var client = try Peer(route.family, coalescing: route.coalescing)
        var server = try Peer(route.family, coalescing: route.coalescing)
        var random = SeededRandom(seed: 1)
        // Runs of equal size that end with a shorter packet, as the packets of a video frame do, and single ones.
        let sizes = (0..<60).flatMap { _ in
            let size = Int.random(in: 100...1400, using: &random)
            let run = Int.random(in: 1...9, using: &random)
            return Array(repeating: size, count: run - 1) + [Int.random(in: 1...size, using: &random)]
        }
        let sent = packets(sizes: sizes)
        client.send(sent, to: Path(remote: server.address(route.address), local: .v6Any))
        let arrived = server.receive(sent.count)
        #expect(arrived.map(\.bytes) == sent)
        #expect(arrived.allSatisfy { $0.remote == client.address(route.address) && $0.local == route.address })

        for arrival in arrived { server.append(arrival.bytes, to: Path(remote: arrival.remote, local: arrival.local)) }
        server.sending.flush(to: server.socket)
        let returned = client.receive(sent.count)
        #expect(returned.map(\.bytes) == sent)
        #expect(returned.allSatisfy { $0.remote == server.address(route.address) })

        let counters = client.sending.counters
        #expect(counters.datagrams == sent.count)
        #expect(counters.bytes == sizes.reduce(0, +))
        #expect(counters.dropped == 0 && counters.refused == 0)
        let segmenting = client.sending.isSegmenting
        #expect(segmenting, "loopback takes runs")
        #expect(counters.messages < sent.count * 2 / 3, "runs left as single packets")
        #expect(counters.systemCalls <= (counters.messages + 63) / 64 + sent.count / 256 + 1)
        let received = client.receiving.counters
        #expect(received.datagrams == sent.count && received.truncated == 0 && received.errors == 0)
        if route.coalescing { #expect(received.messages < sent.count * 2 / 3, "runs arrived as single packets") }
    }

    @Test func `a batch sends by itself when its slots or its messages are used up`() throws {
        var client = try Peer()
        var server = try Peer()
        let path = Path(remote: server.address(.v4Loopback), local: .v4Loopback)
        // Growing sizes: no runs, so that 64 messages are the limit; then equal ones, so that 256 slots are.
        let singles = packets(sizes: (0..<100).map { 100 + $0 })
        for packet in singles { client.append(packet, to: path) }
        #expect(client.sending.counters.datagrams == 64)
        client.sending.flush(to: client.socket)
        let singly = server.receive(100)
        #expect(singly.map(\.bytes) == singles)

        let equals = packets(sizes: Array(repeating: 1150, count: 256))
        for packet in equals { client.append(packet, to: path) }
        #expect(client.sending.counters.datagrams == 100 + 256)
        let together = server.receive(256)
        #expect(together.map(\.bytes) == equals)
        client.sending.flush(to: client.socket)
        #expect(client.sending.counters.systemCalls == 3, "an empty flush makes no system call")
    }

    @Test func `runs to several receivers stay apart`() throws {
        var client = try Peer()
        var first = try Peer()
        var second = try Peer()
        let toFirst = Path(remote: first.address(.v4Loopback), local: .v4Loopback)
        let toSecond = Path(remote: second.address(.v6Loopback), local: .v6Loopback)
        let sent = packets(sizes: Array(repeating: 900, count: 12))
        for round in 0..<3 {
            for packet in sent[(round * 4)..<(round * 4 + 2)] { client.append(packet, to: toFirst) }
            for packet in sent[(round * 4 + 2)..<(round * 4 + 4)] { client.append(packet, to: toSecond) }
        }
        client.sending.flush(to: client.socket)
        let atFirst = first.receive(6)
        #expect(atFirst.map(\.bytes) == [0, 1, 4, 5, 8, 9].map { sent[$0] })
        let atSecond = second.receive(6)
        #expect(atSecond.map(\.bytes) == [2, 3, 6, 7, 10, 11].map { sent[$0] })
        #expect(client.sending.counters.messages == 6)
        #expect(client.sending.counters.systemCalls == 1)
    }

    @Test func `a discarding batch counts and sends nothing`() throws {
        var client = try Peer()
        var server = try Peer()
        let path = Path(remote: server.address(.v4Loopback), local: .v4Loopback)
        client.sending.transmission = .discard
        client.send(packets(sizes: [700, 700, 700]), to: path)
        #expect(client.sending.counters.datagrams == 3)
        #expect(client.sending.counters.systemCalls == 0)
        client.sending.transmission = .socket
        client.send(packets(sizes: [50]), to: path)
        // The first to arrive is the one that was sent after.
        let arrived = server.receive(1)
        #expect(arrived.map(\.bytes.count) == [50])
    }

    @Test func `a datagram larger than a slot is dropped and counted, and its neighbours arrive`() throws {
        var client = try Peer()
        var server = try Peer(coalescing: false)
        let path = Path(remote: server.address(.v4Loopback), local: .v4Loopback)
        client.send(packets(sizes: [100]), to: path)
        try sendRaw(3000, from: client.socket, toPort: server.socket.port)
        client.send(packets(sizes: [200]), to: path)
        let arrived = server.receive(2)
        #expect(arrived.map(\.bytes.count) == [100, 200])
        #expect(server.receiving.counters.truncated == 1)
        #expect(server.receiving.counters.datagrams == 2)
    }

    @Test func `an empty datagram is passed over`() throws {
        var client = try Peer()
        var server = try Peer()
        try sendRaw(0, from: client.socket, toPort: server.socket.port)
        client.send(packets(sizes: [200]), to: Path(remote: server.address(.v4Loopback), local: .v4Loopback))
        let arrived = server.receive(1)
        #expect(arrived.map(\.bytes.count) == [200])
    }
}
