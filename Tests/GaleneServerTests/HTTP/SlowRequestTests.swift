// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import RTCTestKit
import Testing

@testable import GaleneServer

/// Requests that come byte by byte, in virtual time.
struct SlowRequestTests {
    private static let start = "GET / HTTP/1.1\r\nHost: h\r\nX: "

    /// The server's side of a connection that has just been accepted.
    private func accepted() throws -> EmbeddedChannel {
        var limits = Limits()
        limits.headerTimeout = .seconds(2)
        let web = WebChannel(
            responder: { _, _, _ in }, limits: limits, isTLS: false, mayUpgrade: { _ in false },
            makeConnection: { _ in preconditionFailure("no request asks for a WebSocket") })
        let channel = EmbeddedChannel()
        _ = web.setup(channel: channel, logger: Logger(label: "test"))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    /// - Returns: for how long the server has listened to a byte every 100 ms.
    private func patience(of channel: EmbeddedChannel) throws -> Duration {
        var waited = Duration.zero
        while channel.isActive, waited < .seconds(60) {
            try channel.writeInbound(ByteBuffer(string: "x"))
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(100))
            waited += .milliseconds(100)
        }
        return waited
    }

    @Test(.attack(26)) func `a first request that comes byte by byte has no more time than another`() throws {
        let channel = try accepted()
        try channel.writeInbound(ByteBuffer(string: Self.start))
        #expect(try patience(of: channel) == .seconds(2))
    }

    @Test(.attack(26)) func `a body that comes byte by byte has no more time than another`() throws {
        let channel = try accepted()
        try channel.writeInbound(ByteBuffer(string: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n"))
        #expect(try patience(of: channel) == .seconds(2))
    }
}
