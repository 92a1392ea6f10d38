// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import NIOCore
import NIOSSL
import RTCCrypto
import RTCTestKit
import Synchronization
import Testing

@testable import GaleneServer

@Suite("HTTPS", .timeLimit(.minutes(1)))
struct TLSTests {
    /// A client that trusts this certificate and no other.
    ///
    /// - Parameter version: the only one that it speaks; `nil` for those of today.
    static func context(trusting certificate: [UInt8]?, version: TLSVersion? = nil) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["http/1.1"]
        configuration.minimumTLSVersion = version ?? .tlsv12
        configuration.maximumTLSVersion = version
        if let certificate {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificate))
            configuration.certificateVerification = .noHostnameVerification
        } else {
            configuration.certificateVerification = .none
        }
        return try NIOSSLContext(configuration: configuration)
    }

    static func status(_ server: TestServer, trusting certificate: [UInt8]?) async throws -> Int? {
        let client = try await RawClient.connect(port: server.port, tls: try context(trusting: certificate))
        let response = try? await client.request("GET", "/group/demo/.status")
        try? await client.close()
        if let response { #expect(response.body.contains("https://h.example/group/demo/")) }
        return response?.status
    }

    @Test(.row("S-07")) func `without files a certificate is made`() async throws {
        try await TestServer.run(insecure: false) { server async throws in
            #expect(try await Self.status(server, trusting: nil) == 200)
        }
    }

    @Test(
        .row("S-05"),
        arguments: [
            (TLSVersion.tlsv1, false), (.tlsv11, false), (.tlsv12, true), (.tlsv13, true),
        ])
    func `only versions of today are spoken`(version: TLSVersion, isSpoken: Bool) async throws {
        try await TestServer.run(insecure: false) { server async throws in
            let client = try await RawClient.connect(
                port: server.port, tls: try Self.context(trusting: nil, version: version))
            let response = try? await client.request("GET", "/group/demo/.status")
            try? await client.close()
            #expect((response?.status == 200) == isSpoken)
        }
    }

    @Test(.row("S-05", "S-06")) func `a replaced certificate is used without a restart`() async throws {
        let old = try SelfSignedPEM(commonName: "old.example", unixTime: Timestamp.now.unixSeconds)
        let new = try SelfSignedPEM(commonName: "new.example", unixTime: Timestamp.now.unixSeconds)
        try await TestServer.run(
            insecure: false,
            prepare: { folder in
                folder.write("data/cert.pem", old.certificate)
                folder.write("data/key.pem", old.privateKey)
            }
        ) { server async throws in
            #expect(try await Self.status(server, trusting: old.certificate) == 200)
            #expect(try await Self.status(server, trusting: new.certificate) == nil)
            server.folder.write("data/cert.pem", new.certificate)
            #expect(try await Self.status(server, trusting: old.certificate) == 200, "half a pair changes nothing")
            server.folder.write("data/key.pem", new.privateKey)
            #expect(try await Self.status(server, trusting: new.certificate) == 200)
        }
    }

    @Test(.row("S-06")) func `a broken pair keeps the old one, and says so`() throws {
        let folder = TemporaryFolder()
        let lines = LogLines()
        let old = try SelfSignedPEM(commonName: "old.example", unixTime: Timestamp.now.unixSeconds)
        let other = try SelfSignedPEM(commonName: "other.example", unixTime: Timestamp.now.unixSeconds)
        folder.write("cert.pem", old.certificate)
        folder.write("key.pem", old.privateKey)
        let files = try TLSFiles(dataDirectory: folder.path, logger: lines.logger("galene.tls"))
        let chain = try NIOSSLCertificate.fromPEMBytes(old.certificate).map { NIOSSLCertificateSource.certificate($0) }
        for broken in [other.certificate, Array("nonsense".utf8), []] {
            folder.write("cert.pem", broken)
            #expect(files.configuration().certificateChain == chain)
            #expect(files.configuration().certificateChain == chain, "and says so once")
        }
        #expect(lines.all.count == 3 && lines.all.allSatisfy { $0.contains("unusable certificate, the old one stays") })
        folder.remove("cert.pem")
        folder.remove("key.pem")
        #expect(files.configuration().certificateChain == chain, "nor does the server forget what it has")
        folder.write("key.pem", other.privateKey)
        folder.write("cert.pem", other.certificate)
        #expect(files.configuration().certificateChain != chain)
        #expect(lines.all.last?.contains("certificate re-read") == true)
    }

    @Test(.row("S-07")) func `a certificate of our own is made anew before it expires, and gives way to files`() throws
    {
        let folder = TemporaryFolder()
        let now = Mutex(Timestamp(unixSeconds: 1_800_000_000))
        let files = try TLSFiles(dataDirectory: folder.path, logger: LogLines().logger()) { now.withLock { $0 } }
        let first = files.configuration().certificateChain
        now.withLock { $0 = Timestamp(unixSeconds: 1_800_000_000 + 334 * 86400) }
        #expect(files.configuration().certificateChain == first)
        now.withLock { $0 = Timestamp(unixSeconds: 1_800_000_000 + 336 * 86400) }
        let second = files.configuration().certificateChain
        #expect(second != first)
        #expect(files.configuration().certificateChain == second)
        let own = try SelfSignedPEM(commonName: "own.example", unixTime: 1_800_000_000)
        folder.write("cert.pem", own.certificate)
        folder.write("key.pem", own.privateKey)
        #expect(
            files.configuration().certificateChain
                == (try NIOSSLCertificate.fromPEMBytes(own.certificate).map { .certificate($0) }))
    }

    @Test func `a key of another certificate is refused`() throws {
        let folder = TemporaryFolder()
        let one = try SelfSignedPEM(commonName: "one.example", unixTime: 1_800_000_000)
        let two = try SelfSignedPEM(commonName: "two.example", unixTime: 1_800_000_000)
        folder.write("cert.pem", one.certificate)
        folder.write("key.pem", two.privateKey)
        let error = #expect(throws: StartupError.self) {
            try TLSFiles(dataDirectory: folder.path, logger: .init(label: "test"))
        }
        #expect(error?.description.contains("key.pem is not the key of") == true)
    }
}
