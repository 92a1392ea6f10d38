// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import MediaLoop
import RTCBase
import RTCCrypto
import ServiceLifecycle
import Synchronization

/// The media threads, from binding their ports to their goodbye.
final class MediaWorkers: Service {
    /// How long before a certificate's end it is followed by another: members who have joined by then have so long to
    /// open streams with it.
    static let renewalMargin: Int64 = 10 * 86400
    /// How often the certificate's age is looked at.
    static let renewalCheck = Duration.seconds(3600)

    let workers: [MediaWorker]
    private let logger: Logger
    private let expiry: Mutex<Int64>

    /// Binds the ports. Nothing runs before ``run()``.
    ///
    /// - Parameters:
    ///   - addresses: what clients are offered, in the order of preference.
    ///   - now: the certificate of DTLS is valid around it.
    init(
        ports: MediaPorts, cores: Int, addresses: [IPAddress], logger: Logger, now: Timestamp
    ) throws(StartupError) {
        let certificate: Certificate
        do {
            certificate = try Certificate(unixTime: now.unixSeconds)
        } catch {
            throw StartupError("cannot make a certificate: \(error)")
        }
        self.logger = logger
        expiry = Mutex(certificate.expiry)
        var number = 0
        workers = try ports.openWorkers(cores: cores) { port throws(StartupError) in
            do {
                let worker = try MediaWorker(
                    .init(port: port, addresses: addresses, number: number), certificate: certificate)
                number += 1
                return worker
            } catch SocketError.addressInUse {
                return nil
            } catch {
                throw StartupError("cannot open UDP port \(port) for media: \(error)")
            }
        }
    }

    func run() async throws {
        for worker in workers { try worker.start() }
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.renewalCheck)) != nil { await self.renewCertificate(now: .now) }
        }
        for worker in workers { await worker.shutdown() }
    }
}

extension MediaWorkers {
    /// Makes the certificate of DTLS anew when its end is near. Whoever has joined before keeps to the one before.
    func renewCertificate(now: Timestamp) async {
        guard now.unixSeconds >= expiry.withLock({ $0 }) - Self.renewalMargin else { return }
        do {
            let certificate = try Certificate(unixTime: now.unixSeconds)
            for worker in workers { try await worker.renew(certificate) }
            expiry.withLock { $0 = certificate.expiry }
            logger.notice("certificate of media renewed")
        } catch {
            logger.error("certificate of media not renewed", metadata: ["reason": "\(error)"])
        }
    }
}

/// Which addresses clients are told to send media to.
enum MediaAddresses {
    /// - Parameters:
    ///   - options: the values of `-public-address`, each one address or several with commas.
    ///   - interfaces: the machine's own addresses, loopback last.
    /// - Returns: the public ones first, because behind a NAT no other is reachable from outside.
    static func offered(options: [String], interfaces: [IPAddress]) throws(StartupError) -> [IPAddress] {
        var addresses: [IPAddress] = []
        for text in options.flatMap({ $0.split(separator: ",") }) {
            let text = text.trimming { $0.isWhitespace }
            guard let address = IPAddress(String(text)), !address.isUnspecified, !address.isMulticast else {
                throw StartupError("option -public-address: \"\(text)\" is not the IP address of a host")
            }
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses + interfaces.filter { !addresses.contains($0) }
    }
}
