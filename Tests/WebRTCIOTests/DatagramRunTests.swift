// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import NIOCore
import NIOPosix
import RTCBase
import Testing
import WebRTCIO

@Suite("Runs of datagrams")
struct DatagramRunTests {
    private static let path = ICEPath(remote: TransportAddress(.v4Loopback, port: 9), local: .v4Loopback)

    private func datagram(_ length: Int, _ path: ICEPath = path) -> ICETransmit {
        ICETransmit(bytes: [UInt8](repeating: UInt8(truncatingIfNeeded: length), count: length), path: path)
    }

    /// Appends one after the other, and returns which were taken.
    private func append(_ datagrams: [ICETransmit], to run: inout DatagramRun) -> [Bool] {
        datagrams.map { run.append($0) }
    }

    @Test func `take what is equally long, and something shorter as the last`() {
        var run = DatagramRun()
        // Behind a shorter one the kernel would cut at the wrong place.
        let taken = append([datagram(1200), datagram(1200), datagram(100), datagram(100)], to: &run)
        #expect(taken == [true, true, true, false])
        #expect(run.count == 3 && run.segmentSize == 1200)
        #expect(DatagramRun.segments(run.bytes, size: run.segmentSize).map(\.readableBytes) == [1200, 1200, 100])
    }

    @Test func `take nothing longer than their first, and nothing that goes elsewhere`() {
        var run = DatagramRun()
        let elsewhere = ICEPath(remote: TransportAddress(.v4Loopback, port: 10), local: .v4Loopback)
        let fromElsewhere = ICEPath(remote: Self.path.remote, local: .v6Loopback)
        let taken = append(
            [datagram(1000), datagram(1001), datagram(1000, elsewhere), datagram(1000, fromElsewhere)], to: &run)
        #expect(taken == [true, false, false, false])
        #expect(run.count == 1)
    }

    @Test(arguments: [1, 1200, 1500, 65_507]) func `are no longer than the kernel takes`(length: Int) {
        var run = DatagramRun()
        while run.append(datagram(length)) {}
        #expect(run.count == min(DatagramRun.maximumSegments, DatagramRun.maximumBytes / length))
        #expect(run.bytes.readableBytes == run.count * length)
    }

    /// Sends runs from one socket to another, and returns how long the datagrams were that arrived.
    private func lengths(of sent: [[Int]], on address: IPAddress) async throws -> [Int] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (stream, continuation) = AsyncStream.makeStream(of: (TransportAddress, [Int]).self)
        let sender = try #require(await DatagramSockets.open(on: [address], loop: loop) { _, _ in })
        let receiver = try #require(
            await DatagramSockets.open(on: [address], loop: loop) { batch, _ in
                for datagrams in batch {
                    let size = datagrams.segmentSize ?? datagrams.bytes.readableBytes
                    let segments = DatagramRun.segments(datagrams.bytes, size: size)
                    continuation.yield((datagrams.remote, segments.map(\.readableBytes)))
                }
            })
        let path = ICEPath(remote: receiver.localAddresses[0], local: address)
        let runs = sent.map { lengths in
            var run = DatagramRun()
            #expect(!append(lengths.map { datagram($0, path) }, to: &run).contains(false))
            return run
        }
        try await loop.submit {
            for run in runs { sender.send(run) }
            sender.flush()
        }.get()
        var received: [Int] = []
        let count = sent.joined().count
        for await (remote, lengths) in stream {
            #expect(remote == sender.localAddresses[0])
            received += lengths
            if received.count >= count { break }
        }
        sender.close()
        receiver.close()
        return received
    }

    @Test(.timeLimit(.minutes(1)), arguments: [IPAddress.v4Loopback, .v6Loopback])
    func `arrive as the datagrams that they were made of`(address: IPAddress) async throws {
        let sent = [[1200], [Int](repeating: 1187, count: 50) + [333], [60, 60, 60], [1], [1400, 2]]
        #expect(try await lengths(of: sent, on: address) == sent.flatMap { $0 })
    }

    /// Twice what NIO lets wait by default, and no more than a kernel keeps whose buffers nobody has enlarged.
    @Test(.timeLimit(.minutes(1))) func `of a whole window of SCTP arrive all, written in one go`() async throws {
        let run = [Int](repeating: 1200, count: 54)
        let sent = [run, run, [1200, 1200]]
        #expect(try await lengths(of: sent, on: .v4Loopback) == sent.flatMap { $0 })
    }
}
