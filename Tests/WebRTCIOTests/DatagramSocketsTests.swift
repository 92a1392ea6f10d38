// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import RTCBase
import RTCTestKit
import Testing

@testable import WebRTCIO

@Suite("UDP sockets of a peer connection", .timeLimit(.minutes(1)))
struct DatagramSocketsTests {
    @Test func `send all of a window of SCTP that is written in one go`() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let arrivals = AsyncStream.makeStream(of: UInt8.self)
        let receiver = try #require(
            await DatagramSockets.open(on: [.v4Loopback], loop: loop) { bytes, _, _ in
                arrivals.continuation.yield(bytes.getInteger(at: bytes.readerIndex) ?? .max)
            })
        let sender = try #require(await DatagramSockets.open(on: [.v4Loopback], loop: loop) { _, _, _ in })
        // Twice what NIO takes by default, and no more than a kernel keeps whose buffers nobody has enlarged.
        let count: UInt8 = 110
        let target = try #require(receiver.localAddresses.first)
        try await loop.submit {
            for number in 0..<count {
                sender.send([UInt8](repeating: number, count: 1200), from: .v4Loopback, to: target)
            }
            sender.flush()
        }.get()
        var arrived: [UInt8] = []
        for await number in arrivals.stream {
            arrived.append(number)
            if number == count - 1 { break }
        }
        #expect(arrived == Array(0..<count))
        sender.close()
        receiver.close()
    }
}
