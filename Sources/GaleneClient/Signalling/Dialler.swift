// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// Opens connections to the server, plain or over TLS.
package struct Dialler: Sendable {
    package let group: any EventLoopGroup
    let tls: NIOSSLContext

    var timeouts = Timeouts()

    /// - Parameters:
    ///   - verifiesCertificate: off for servers with a certificate of their own making, and nothing else.
    ///   - authorities: files in PEM of whom is believed beside those whom the system believes.
    package init(group: any EventLoopGroup, verifiesCertificate: Bool, authorities: [String] = []) throws {
        self.group = group
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.additionalTrustRoots = authorities.map { .file($0) }
        if !verifiesCertificate { configuration.certificateVerification = .none }
        tls = try NIOSSLContext(configuration: configuration)
    }

    func bootstrap(on loop: (any EventLoop)? = nil) -> ClientBootstrap {
        ClientBootstrap(group: loop ?? group).connectTimeout(timeouts.connect)
    }

    /// Puts TLS at the bottom of a pipeline, where the URL asks for it.
    func secure(_ channel: any Channel, for url: ServerURL) throws {
        guard url.isSecure else { return }
        // A server name is a name (RFC 6066 section 3); certificates for addresses are checked by the address.
        let isAddress = (try? SocketAddress(ipAddress: url.host, port: 0)) != nil
        try channel.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : url.host))
    }

    /// The end of ``Timeouts/connect``, in words.
    func noAnswer(_ url: ServerURL) -> ServerConnectionError {
        let milliseconds = timeouts.connect.nanoseconds / 1_000_000
        let time = milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
        return ServerConnectionError(.unreachable, "\(url.authority) does not answer within \(time)")
    }

    static func error(_ error: any Error, _ url: ServerURL) -> ServerConnectionError {
        if let error = error as? ServerConnectionError { return error }
        return ServerConnectionError(.unreachable, "cannot connect to \(url.authority): \(reason(error))")
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "the host name has no address"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        default: "\(error)"
        }
    }
}
