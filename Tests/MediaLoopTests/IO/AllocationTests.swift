// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MallocInterposer
import MediaLoop
import RTCBase
import RTCTestKit
import Testing

@Suite("Heap allocations of the packet path's input and output", .timeLimit(.minutes(1)))
struct AllocationTests {
    /// What this thread allocates while `body` runs.
    private func allocations(_ body: () -> Void) -> UInt64 {
        let before = malloc_interposer_read_thread().allocations
        body()
        return malloc_interposer_read_thread().allocations - before
    }

    @Test func `the counter sees an allocation`() {
        var kept: [UInt8] = []
        #expect(allocations { kept = Array(repeating: 1, count: 4096) } >= 1)
        #expect(kept.count == 4096)
    }

    @Test(arguments: Route.all)
    func `packets are sent and received without one`(route: Route) throws {
        var client = try Peer(route.family, coalescing: route.coalescing)
        var server = try Peer(route.family, coalescing: route.coalescing)
        let path = Path(remote: server.address(route.address), local: route.address)
        // The first round resolves symbols and makes type metadata.
        _ = exchange(rounds: 1, from: &client, to: &server, path)
        var received = 0
        let count = allocations { received = exchange(rounds: 200, from: &client, to: &server, path) }
        #expect(received == 1600)
        #expect(count == 0)
    }

    /// Sends 8 packets a round, and returns how many arrived.
    private func exchange(rounds: Int, from client: inout Peer, to server: inout Peer, _ path: Path) -> Int {
        var received = 0
        for round in 0..<rounds {
            for packet in 0..<8 {
                client.sending.slot().storeBytes(of: UInt8(packet), as: UInt8.self)
                client.sending.append(length: 1150 - (round + packet) % 2, to: path, on: client.socket)
            }
            client.sending.flush(to: client.socket)
            // Over loopback, what was sent has arrived when the call returns.
            while server.receiving.receive(from: server.socket) > 0 {
                while server.receiving.next() != nil { received += 1 }
            }
        }
        return received
    }
}
