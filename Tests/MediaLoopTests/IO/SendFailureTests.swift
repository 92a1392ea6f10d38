// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Glibc
import MediaLoop
import RTCBase
import RTCTestKit
import Testing

@Suite("What the kernel refuses to send", .timeLimit(.minutes(1)))
struct SendFailureTests {
    @Test func `runs end for good when the kernel refuses them and takes their packets`() throws {
        var client = try Peer()
        var server = try Peer()
        let path = Path(remote: server.address(.v4Loopback), local: .v4Loopback)
        // The kernel segments nothing on a socket without checksums (EINVAL); single packets it sends.
        var on: CInt = 1
        try #require(setsockopt(client.socket.descriptor, SOL_SOCKET, SO_NO_CHECK, &on, 4) == 0)
        let sent = packets(sizes: [800, 800, 800, 300, 900, 900])
        client.send(sent, to: path)
        let arrived = server.receive(6)
        #expect(arrived.map(\.bytes) == sent)
        let segmenting = client.sending.isSegmenting
        #expect(!segmenting)
        #expect(client.sending.counters.datagrams == 6)
        #expect(client.sending.counters.messages == 6)
        #expect(client.sending.counters.bytes == 4500)
        #expect(client.sending.counters.refused == 0)

        let calls = client.sending.counters.systemCalls
        client.send(sent, to: path)
        let again = server.receive(6)
        #expect(again.map(\.bytes) == sent)
        #expect(client.sending.counters.systemCalls == calls + 1, "from then on, single packets in one call")
    }

    @Test func `a run that fails for its path leaves other paths their runs`() throws {
        var client = try Peer()
        var server = try Peer()
        // A source address that this machine does not have (it may have had it): EINVAL, as for a refused run.
        let gone = Path(remote: server.address(.v4Loopback), local: try #require(IPAddress("198.51.100.7")))
        let good = Path(remote: server.address(.v4Loopback), local: .v4Loopback)
        let sent = packets(sizes: [800, 800, 800])
        for packet in sent { client.append(packet, to: gone) }
        for packet in sent { client.append(packet, to: good) }
        client.sending.flush(to: client.socket)
        let arrived = server.receive(3)
        #expect(arrived.map(\.bytes) == sent)
        let segmenting = client.sending.isSegmenting
        #expect(segmenting)
        #expect(client.sending.counters.refused == 3)
        #expect(client.sending.counters.datagrams == 3)
        #expect(client.sending.counters.messages == 1)
    }

    @Test func `a destination without a route costs only its own packets`() async throws {
        try await NetworkNamespace.run(["ip link set lo up"]) {
            var client = try Peer()
            var server = try Peer()
            let nowhere = Path(remote: TransportAddress(IPAddress(v4: 0x0a01_0203), port: 9), local: .v4Any)
            let good = Path(remote: server.address(.v4Loopback), local: .v4Loopback)
            let sent = packets(sizes: [10, 20, 30, 40])
            for (index, packet) in sent.enumerated() {
                client.append([1, 2, 3], to: nowhere)
                client.append(packet, to: good)
                if index == 2 { client.append(packet, to: nowhere) }
            }
            client.sending.flush(to: client.socket)
            let arrived = server.receive(4)
            #expect(arrived.map(\.bytes) == sent)
            #expect(client.sending.counters.refused == 5)
            #expect(client.sending.counters.dropped == 0)
        }
    }

    @Test func `packets that find the buffer full are dropped and counted, not waited for`() async throws {
        // A link of one kilobyte a second: what the socket's buffer holds stays there.
        try await NetworkNamespace.run([
            "ip link set lo up", "tc qdisc add dev lo root tbf rate 8kbit burst 1600 limit 1000000",
        ]) {
            var client = try Peer()
            let server = try Peer()
            var smallest: CInt = 1
            try #require(setsockopt(client.socket.descriptor, SOL_SOCKET, SO_SNDBUF, &smallest, 4) == 0)
            let path = Path(remote: server.address(.v4Loopback), local: .v4Loopback)
            client.send(packets(sizes: (0..<50).map { 1000 + $0 }), to: path)
            let counters = client.sending.counters
            #expect(counters.datagrams >= 1)
            #expect(counters.dropped >= 40)
            #expect(counters.datagrams + counters.dropped == 50)
            #expect(counters.refused == 0)
            #expect(counters.systemCalls <= 2, "a full buffer is not asked again in the same flush")
        }
    }

    @Test func `a packet larger than the device's MTU is fragmented, alone or among equals`() async throws {
        try await NetworkNamespace.run(["ip link set lo mtu 1300", "ip link set lo up"]) {
            for address in [IPAddress.v4Loopback, .v6Loopback] {
                var client = try Peer()
                var server = try Peer()
                let sent = packets(sizes: [1400, 1400, 1400, 1200, 1200, 1200])
                client.send(sent, to: Path(remote: server.address(address), local: address))
                let arrived = server.receive(6)
                #expect(arrived.map(\.bytes) == sent)
                let segmenting = client.sending.isSegmenting
                #expect(segmenting)
                #expect(client.sending.counters.messages == 4)
            }
        }
    }
}
