// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Hummingbird
import NIOCore
import NIOPosix

/// Tries a server's address before anything is started, so that a port in use leaves nothing half-started.
enum PortProbe {
    /// - Returns: the address to bind, with `::` for every address where there is IPv6 and `0.0.0.0` elsewhere.
    static func resolve(_ address: ListenAddress, option: String = "http") async throws(StartupError) -> BindAddress {
        switch address {
        case .unixSocket(let path):
            if await isServed(path) { throw StartupError("\(path) is in use by another server") }
            try removeStaleSocket(path)
            return .unixDomainSocket(path: path)
        case .tcp(let host?, let port):
            if let failure = await bindFailure(host, port) { throw Self.error(failure, host, port, option) }
            return .hostname(host, port: port)
        case .tcp(nil, let port):
            guard let failure = await bindFailure("::", port) else { return .hostname("::", port: port) }
            if (failure as? IOError)?.errnoCode == EADDRINUSE { throw Self.error(failure, nil, port, option) }
            if let failure = await bindFailure("0.0.0.0", port) { throw Self.error(failure, nil, port, option) }
            return .hostname("0.0.0.0", port: port)
        }
    }

    private static func bindFailure(_ host: String, _ port: Int) async -> (any Error)? {
        do {
            let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port).get()
            try await channel.close()
            return nil
        } catch {
            return error
        }
    }

    /// A server that was killed leaves its socket behind, which nobody else could bind.
    private static func removeStaleSocket(_ path: String) throws(StartupError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw StartupError("\(path) exists and is no socket") }
        guard unlink(path) == 0 else { throw StartupError("\(path) cannot be replaced") }
    }

    private static func isServed(_ path: String) async -> Bool {
        guard
            let channel = try? await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(unixDomainSocketPath: path).get()
        else { return false }
        try? await channel.close()
        return true
    }

    private static func error(_ error: any Error, _ host: String?, _ port: Int, _ option: String) -> StartupError {
        let place = host.map { "address \($0) port \(port)" } ?? "port \(port)"
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: return StartupError("\(place) is in use: stop what uses it, or choose another with -\(option)")
        case EACCES: return StartupError("\(place) may not be used by this user: choose one above 1023 with -\(option)")
        case EADDRNOTAVAIL: return StartupError("\(place) is not on this machine")
        default: return StartupError("cannot listen on \(place): \(error)")
        }
    }
}
