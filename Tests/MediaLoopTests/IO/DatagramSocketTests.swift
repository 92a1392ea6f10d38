// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Glibc
import MediaLoop
import RTCBase
import RTCTestKit
import Testing

@Suite("Datagram sockets")
struct DatagramSocketTests {
    @Test func `a port in use is told as such, in one line that names it`() throws {
        let first = try DatagramSocket(port: 0)
        let port = first.port
        #expect(port != 0)
        let error = #expect(throws: SocketError.self) { _ = try DatagramSocket(port: port) }
        #expect(error == .addressInUse(port: port))
        #expect(error?.description == "UDP port \(port) is in use by another program")
    }

    @Test func `a closed socket gives its port back`() async throws {
        try await NetworkNamespace.run(["ip link set lo up"]) {
            func bind(_ port: UInt16) throws -> UInt16 { try DatagramSocket(port: port).port }
            let port = try bind(0)
            // A process that another test starts at this moment holds what was open until it runs its program.
            let end = ContinuousClock.now + .seconds(10)
            while (try? bind(port)) != port {
                guard ContinuousClock.now < end else {
                    Issue.record("the port is still in use")
                    return
                }
                sched_yield()
            }
        }
    }

    @Test func `what the kernel granted is reported`() throws {
        let socket = try DatagramSocket(port: 0)
        let family = socket.family
        #expect(family == .dualStack)
        #expect(socket.receiveBufferSize > 0 && socket.receiveBufferSize <= DatagramSocket.wantedBufferSize)
        #expect(socket.sendBufferSize > 0 && socket.sendBufferSize <= DatagramSocket.wantedBufferSize)
        let features = (socket.canSegment, socket.coalesces)
        #expect(features == (true, true), "Linux 5.0 or later segments and coalesces")
    }

    @Test func `descriptors that run out are told as such`() async throws {
        let error = SocketError.system(call: "socket", code: EMFILE)
        #expect(error.description == "socket failed: Too many open files")
        #expect(SocketError.tooManyDescriptors.description.contains("ulimit -n"))
    }

    @Test func `where IPv6 is switched off, IPv4 remains`() async throws {
        try await NetworkNamespace.run([
            "ip link set lo up", "sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
        ]) {
            var client = try Peer()
            let socket = try DatagramSocket(port: 0)
            var batch = ReceiveBatch(for: socket)
            client.send(
                [[42]], to: Path(remote: TransportAddress(.v4Loopback, port: socket.port), local: .v4Loopback))
            // Delivered within the system call that sent it: the path is loopback.
            let count = batch.receive(from: socket)
            #expect(count == 1)
            let datagram = batch.next()
            #expect(datagram?.local == .v4Loopback)
        }
    }

    @Test func `the interfaces' addresses are listed once, loopback last, without link-local IPv6`() async throws {
        try await NetworkNamespace.run([
            "ip link set lo up", "ip addr add 192.0.2.9/32 dev lo", "ip link add up0 type veth peer name down0",
            "ip addr add 192.0.2.1/24 dev up0", "ip addr add 2001:db8::1/64 dev up0 nodad",
            "ip addr add fe80::1/64 dev up0 nodad", "ip addr add 192.0.2.77/24 dev down0", "ip link set up0 up",
        ]) {
            let expected = ["192.0.2.1", "2001:db8::1", "127.0.0.1", "192.0.2.9", "::1"]
            #expect(NetworkInterfaces.addresses().map(\.description) == expected)
        }
    }

    @Test func `a machine without an interface that is up has no addresses`() async throws {
        try await NetworkNamespace.run([]) { #expect(NetworkInterfaces.addresses().isEmpty) }
    }
}
