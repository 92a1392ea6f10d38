// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import RTCCrypto
import ServerFiles
import Synchronization

/// The certificate of HTTPS: `data/cert.pem` and `data/key.pem`, read again when one of them changes, or one that is made
/// for this run when there is neither.
final class TLSFiles: Sendable {
    struct Identity: Sendable {
        let chain: [NIOSSLCertificate]
        let key: NIOSSLPrivateKey
    }

    private struct State {
        var certificate: FileStamp?
        var key: FileStamp?
        var identity: Identity
        /// When ``identity`` was made, if it was.
        var madeAt: Timestamp?
    }

    /// Certificate chains are some kilobytes.
    private static let maximumSize = 1 << 20
    /// Seconds before the end of a certificate of our own at which another is made.
    static let renewalMargin: Int64 = 30 * 86400

    private let certificatePath: String
    private let keyPath: String
    private let logger: Logger
    private let clock: @Sendable () -> Timestamp
    private let state: Mutex<State>

    /// - Throws: when only one of the files is there, one cannot be read, or they do not belong together.
    init(
        dataDirectory: String, logger: Logger, clock: @escaping @Sendable () -> Timestamp = { .now }
    ) throws(StartupError) {
        let folder = dataDirectory.hasSuffix("/") ? dataDirectory : dataDirectory + "/"
        certificatePath = folder + "cert.pem"
        keyPath = folder + "key.pem"
        self.logger = logger
        self.clock = clock
        let certificate = FileStamp(path: certificatePath)
        let key = FileStamp(path: keyPath)
        let identity: Identity
        var madeAt: Timestamp?
        switch (certificate, key) {
        case (nil, nil):
            let now = clock()
            identity = try Self.selfSigned(now)
            madeAt = now
            logger.notice("no certificate found, browsers will warn of one made for this run")
        case (_?, _?):
            identity = try Self.load(certificatePath, keyPath)
        case (nil, _?):
            throw StartupError("\(keyPath) has no certificate beside it: \(certificatePath) is missing")
        case (_?, nil):
            throw StartupError("\(certificatePath) has no private key beside it: \(keyPath) is missing")
        }
        state = Mutex(State(certificate: certificate, key: key, identity: identity, madeAt: madeAt))
    }

    /// What the web server's TLS is to be.
    func configuration() -> TLSConfiguration {
        let identity = current
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: identity.chain.map { .certificate($0) }, privateKey: .privateKey(identity.key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.sslContextCallback = { [self] _, promise in
            // Not on the event loop: a file is looked at, and a pair that does not fit would leave its error in the
            // thread's queue of the TLS library, where the handshake that asks would find it and fail.
            NIOThreadPool.singleton.runIfActive(eventLoop: promise.futureResult.eventLoop) { [self] in
                let identity = current
                var override = NIOSSLContextConfigurationOverride()
                override.certificateChain = identity.chain.map { .certificate($0) }
                override.privateKey = .privateKey(identity.key)
                return override
            }.cascade(to: promise)
        }
        return configuration
    }

    /// The newest pair of files that belong together: while somebody replaces one after the other, the old pair.
    private var current: Identity {
        let certificate = FileStamp(path: certificatePath)
        let key = FileStamp(path: keyPath)
        return state.withLock { state in
            guard certificate != state.certificate || key != state.key, certificate != nil, key != nil else {
                if let madeAt = state.madeAt { renew(&state, madeAt, now: clock()) }
                return state.identity
            }
            state.certificate = certificate
            state.key = key
            do {
                state.identity = try Self.load(certificatePath, keyPath)
                state.madeAt = nil
                logger.notice("certificate re-read")
            } catch {
                logger.error("unusable certificate, the old one stays", metadata: ["reason": "\(error)"])
            }
            return state.identity
        }
    }

    /// One that was made for this run is made anew before it expires.
    private func renew(_ state: inout State, _ madeAt: Timestamp, now: Timestamp) {
        guard now.unixSeconds - madeAt.unixSeconds > SelfSignedPEM.validity - Self.renewalMargin,
            let identity = try? Self.selfSigned(now)
        else { return }
        state.identity = identity
        state.madeAt = now
        logger.notice("the certificate that was made for this run has been made anew")
    }

    private static func load(_ certificatePath: String, _ keyPath: String) throws(StartupError) -> Identity {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(try read(certificatePath))
        } catch {
            throw StartupError("\(certificatePath): \(error as? StartupError ?? "is not a PEM certificate")")
        }
        guard !chain.isEmpty else { throw StartupError("\(certificatePath): contains no certificate") }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(bytes: try read(keyPath), format: .pem)
        } catch {
            throw StartupError("\(keyPath): \(error as? StartupError ?? "is not a PEM private key")")
        }
        let identity = Identity(chain: chain, key: key)
        do {
            // Making a context is what holds the key against the certificate.
            _ = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
        } catch {
            throw StartupError("\(keyPath) is not the key of \(certificatePath)")
        }
        return identity
    }

    private static func read(_ path: String) throws(StartupError) -> [UInt8] {
        do {
            return try FileContents.read(path, limit: maximumSize)
        } catch {
            throw StartupError(error.description)
        }
    }

    private static func selfSigned(_ now: Timestamp) throws(StartupError) -> Identity {
        do {
            let pem = try SelfSignedPEM(commonName: "localhost", unixTime: now.unixSeconds)
            return Identity(
                chain: try NIOSSLCertificate.fromPEMBytes(pem.certificate),
                key: try NIOSSLPrivateKey(bytes: pem.privateKey, format: .pem))
        } catch {
            throw StartupError("cannot make a certificate: \(error)")
        }
    }
}

extension StartupError: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self.init(value) }
}
