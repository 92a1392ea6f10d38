// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import NIOSSL
import RTCBase
import RTCTestKit
import Testing

@testable import WebRTCIO

@Suite("Connections to TURN servers over TLS", .timeLimit(.minutes(1)))
struct RelayConnectionTests {
    /// Whether coturn answers over TLS.
    ///
    /// - Parameters:
    ///   - host: by what the server is called in its URL.
    ///   - authorities: who is believed.
    private func isAnswered(
        _ coturn: Coturn, as host: String, authorities: [String]
    ) async throws -> Bool {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.additionalTrustRoots = authorities.map { .file($0) }
        let port = try #require(coturn.secureAddress?.port)
        let servers = await ICEServers.resolve(
            [.init(urls: ["turns:\(host):\(port)"])], tls: try NIOSSLContext(configuration: configuration),
            timeout: .seconds(5)
        ) { _ in .v4Loopback }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answers = AsyncStream.makeStream(of: Bool.self)
        // Belongs to the loop.
        let connections = try await loop.submit {
            NIOLoopBound(
                RelayConnections(servers, loop: loop) { _, bytes in answers.continuation.yield(bytes != nil) },
                eventLoop: loop)
        }.get()
        try await loop.submit { connections.value.send(Self.bindingRequest, to: 0) }.get()
        let answer = await answers.stream.first { _ in true }
        try await loop.submit { connections.value.close() }.get()
        return try #require(answer as Bool?)
    }

    /// RFC 8489 section 5: type, length, magic cookie, transaction id.
    private static let bindingRequest: [UInt8] = [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42] + (1...12)

    @Test(.rfc(8489, "6.2.3"))
    func `are made to who proves to be the server of the URL, and to nobody else`() async throws {
        let certificate = try TLSCertificate(for: "DNS:turn.example")
        let coturn = try Coturn(certificate: (certificate.chain, certificate.key))
        let authorities = [certificate.chain]
        #expect(try await isAnswered(coturn, as: "turn.example", authorities: authorities))
        #expect(try await !isAnswered(coturn, as: "other.example", authorities: authorities))
        #expect(try await !isAnswered(coturn, as: "127.0.0.1", authorities: authorities))
        #expect(try await !isAnswered(coturn, as: "turn.example", authorities: []))
    }
}
