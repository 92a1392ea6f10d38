// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import GaleneClient
import GaleneProtocol
import RTCBase
import RTCTestKit
import ServerTestKit
import Testing

/// Streams that go through coturn and nowhere else.
@Suite("Relayed streams", .rfc(8656, "2.1"), .timeLimit(.minutes(1)), .serialized)
struct RelayedStreamTests {
    /// Ann and Bob, who use no address but those of the relay.
    private func meet(
        _ url: String, authorities: [String] = [],
        _ body: (_ up: GaleneClient.Stream, _ bob: inout TestMember) async throws -> Void
    ) async throws {
        let servers = [
            RTCConfiguration.ICEServer(
                urls: [url], username: Coturn.username, credential: .string(Coturn.password))
        ]
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            func member(_ name: String) async throws -> TestMember {
                try await TestMember(server, name) { configuration in
                    configuration.rtcConfiguration = RTCConfiguration(iceServers: servers, iceTransportPolicy: "relay")
                    configuration.certificateAuthorities = authorities
                }
            }
            let ann = try await member("Ann")
            var bob = try await member("Bob")
            try await bob.connection.request(["": [.audio, .video]])
            let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
            let camera = TestCamera(up)
            defer { camera.stop() }
            try await body(up, &bob)
            await ann.connection.close()
            await bob.connection.close()
        }
    }

    private func meetThrough(_ url: String, authorities: [String] = []) async throws {
        try await meet(url, authorities: authorities) { up, bob in
            let down = try await bob.downStream()
            var counts: [String: Int] = [:]
            for try await frame in down.frames {
                counts[frame.track, default: 0] += 1
                if counts.count == 2, counts.values.allSatisfy({ $0 >= 25 }) { break }
            }
        }
    }

    @Test(.row("N-01"), arguments: ["udp", "tcp"])
    func `carry both kinds in both directions`(transport: String) async throws {
        let coturn = try Coturn()
        try await meetThrough("turn:127.0.0.1:\(coturn.address.port)?transport=\(transport)")
    }

    @Test(.row("N-01"), .rfc(7065, "3.1"), arguments: [("IP:127.0.0.1", "127.0.0.1"), ("DNS:localhost", "localhost")])
    func `are as good over TLS`(name: String, host: String) async throws {
        let certificate = try TLSCertificate(for: name)
        let coturn = try Coturn(certificate: (certificate.chain, certificate.key))
        let port = try #require(coturn.secureAddress?.port)
        try await meetThrough("turns:\(host):\(port)?transport=tcp", authorities: [certificate.chain])
    }
}
