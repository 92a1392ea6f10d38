// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import RTCBase
import RTCCrypto
import ServiceLifecycle

/// The media threads, from binding their ports to their goodbye.
struct MediaWorkers: Service {
    let workers: [MediaWorker]

    /// Binds the ports. Nothing runs before ``run()``.
    ///
    /// - Parameters:
    ///   - addresses: what clients are offered, in the order of preference.
    ///   - now: the certificate of DTLS is valid around it.
    init(
        ports: MediaPorts, cores: Int, addresses: [IPAddress], now: Timestamp
    ) throws(StartupError) {
        let certificate: Certificate
        do {
            certificate = try Certificate(unixTime: now.unixSeconds)
        } catch {
            throw StartupError("cannot make a certificate: \(error)")
        }
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
        try? await gracefulShutdown()
        for worker in workers { await worker.shutdown() }
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
