// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaLoop
import RTCBase
import RTCTestKit
import Testing

/// A socket bound to every address answers from the one that it was reached at, or ICE ignores the answer.
@Suite("Source addresses", .timeLimit(.minutes(1)))
struct SourceAddressTests {
    @Test(arguments: [DatagramSocket.Family.dualStack, .ipv4], ["127.0.0.1", "127.0.0.2", "127.0.0.3"])
    func `an answer leaves from the IPv4 address that was asked`(family: DatagramSocket.Family, text: String) throws {
        let asked = try #require(IPAddress(text))
        var client = try Peer()
        var server = try Peer(family)
        client.send([[1]], to: Path(remote: server.address(asked), local: .v4Loopback))
        let questions = server.receive(1)
        let question = try #require(questions.first)
        #expect(question.local == asked)
        // A run, which carries two control messages, and a single packet, which carries one.
        server.send(
            packets(sizes: [500, 500, 500, 600]), to: Path(remote: question.remote, local: question.local))
        let answers = client.receive(4)
        #expect(answers.map(\.remote) == Array(repeating: server.address(asked), count: 4))
    }

    @Test func `an answer leaves from the IPv6 address that was asked`() async throws {
        try await NetworkNamespace.run([
            "ip link set lo up", "ip addr add fd00::1/128 dev lo nodad", "ip addr add fd00::2/128 dev lo nodad",
        ]) {
            for text in ["fd00::1", "fd00::2", "::1"] {
                let asked = try #require(IPAddress(text))
                var client = try Peer()
                var server = try Peer()
                let questions = client.sendUntilReceived(
                    [[1]], to: Path(remote: server.address(asked), local: .v6Loopback), by: &server)
                let question = try #require(questions.first)
                #expect(question.local == asked)
                #expect(question.remote == client.address(.v6Loopback))
                let returned = server.sendUntilReceived(
                    packets(sizes: [500, 500, 500, 600]), to: Path(remote: question.remote, local: question.local),
                    by: &client)
                #expect(returned.map(\.remote) == Array(repeating: server.address(asked), count: 4))
            }
        }
    }

    @Test func `a link-local peer is answered through the interface on which it came`() async throws {
        try await NetworkNamespace.run([
            "ip link set lo up", "ip addr add fe80::1/128 dev lo nodad", "ip addr add fe80::2/128 dev lo nodad",
        ]) {
            let first = try #require(IPAddress("fe80::1"))
            let second = try #require(IPAddress("fe80::2"))
            var client = try Peer()
            var server = try Peer()
            // The first interface of every namespace is lo.
            let questions = client.sendUntilReceived(
                [[1]], to: Path(remote: server.address(second), local: first, interface: 1), by: &server)
            let question = try #require(questions.first)
            #expect(question.remote == client.address(first))
            #expect(question.local == second)
            #expect(question.interface == 1)
            let returned = server.sendUntilReceived(
                [[2]], to: Path(remote: question.remote, local: question.local, interface: question.interface),
                by: &client)
            #expect(returned.first?.remote == server.address(second))
        }
    }

    @Test(arguments: ["0.0.0.0", "::", "224.0.0.1", "::1"])
    func `a local address that cannot be a source leaves the choice to routing`(text: String) throws {
        let path = Path(
            remote: TransportAddress(.v4Loopback, port: 9), local: try #require(IPAddress(text)))
        #expect(path.local == .v4Any)
        #expect(path.scope == 0)
        var client = try Peer()
        var server = try Peer()
        client.send(
            [[7]], to: Path(remote: server.address(.v4Loopback), local: try #require(IPAddress(text))))
        let arrived = server.receive(1)
        #expect(arrived.first?.remote == client.address(.v4Loopback))
    }
}
