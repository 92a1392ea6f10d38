// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import Glibc
    public import RTCBase

    public struct OracleError: Error {
        public let message: String
    }

    /// A coturn on the loopback interface, on ports that were free, with one user; it ends with the value.
    public final class Coturn {
        public static let username = "user"
        public static let password = "secret"
        /// It refuses to relay to this address.
        public static let deniedPeer = IPAddress("127.0.0.9")!

        public let address: TransportAddress
        /// Where it speaks TLS; `nil` without a certificate.
        public let secureAddress: TransportAddress?
        private let process: pid_t
        private let output: Int32

        /// - Parameters:
        ///   - options: beside those that every test needs.
        ///   - certificate: files in PEM with a certificate and its key, for TLS.
        public init(_ options: [String] = [], certificate: (chain: String, key: String)? = nil) throws {
            let port = try Self.freePort()
            address = TransportAddress(.v4Loopback, port: port)
            var security = ["--no-tls"]
            if let certificate {
                let port = try Self.freePort()
                secureAddress = TransportAddress(.v4Loopback, port: port)
                security = ["--tls-listening-port", "\(port)", "--cert", certificate.chain, "--pkey", certificate.key]
            } else {
                secureAddress = nil
            }
            var pipes: [Int32] = [0, 0]
            guard pipe(&pipes) == 0 else { throw OracleError(message: "no pipe") }
            for descriptor in pipes { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
            posix_spawn_file_actions_adddup2(&actions, pipes[1], 2)
            // `timeout` ends it also when the tests are killed.
            let words =
                [
                    "timeout", "-s", "KILL", "120", "turnserver", "-n", "-p", "\(port)", "-L", "127.0.0.1", "-E",
                    "127.0.0.1", "-E", "::1", "-u", "\(Self.username):\(Self.password)", "-r", "example.org",
                    "--lt-cred-mech", "--no-cli", "--no-dtls", "--allow-loopback-peers",
                    "--log-file=stdout", "--simple-log", "--pidfile=", "--userdb=/dev/shm/galene-coturn-\(port)",
                    "--denied-peer-ip=\(Self.deniedPeer)", "-m", "1",
                ] + security + options
            var arguments = words.map { strdup($0) } + [nil]
            defer { for argument in arguments { free(argument) } }
            var process: pid_t = 0
            let status = posix_spawnp(&process, words[0], &actions, nil, &arguments, environ)
            close(pipes[1])
            guard status == 0 else { throw OracleError(message: "coturn cannot be started: install it") }
            self.process = process
            output = pipes[0]
            try waitUntilReady()
        }

        deinit {
            // `timeout` leads a group of its own, and coturn takes its time with anything gentler.
            kill(-process, SIGKILL)
            close(output)
            waitpid(process, nil, 0)
            unlink("/dev/shm/galene-coturn-\(address.port)")
        }

        /// Its listeners are open when it counts its servers.
        private func waitUntilReady() throws {
            var text = ""
            while !text.contains("Total General servers") {
                var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
                var buffer = [UInt8](repeating: 0, count: 4096)
                guard poll(&waiting, 1, 20_000) == 1 else { throw OracleError(message: "coturn hangs: \(text)") }
                let count = read(output, &buffer, buffer.count)
                guard count > 0 else { throw OracleError(message: "coturn has ended: \(text)") }
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
            // On a machine that is busy the count comes first.
            for _ in 0..<250 {
                if (try? LoopbackFlow(.tcp, to: address)) != nil { return }
                poll(nil, 0, 20)
            }
            throw OracleError(message: "coturn does not listen: \(text)")
        }

        /// A port that neither UDP nor TCP uses.
        private static func freePort() throws -> UInt16 {
            for _ in 0..<100 {
                let datagram = try LoopbackFlow.open(SOCK_DGRAM, port: 0)
                defer { close(datagram) }
                let port = LoopbackFlow.port(of: datagram)
                if let stream = try? LoopbackFlow.open(SOCK_STREAM, port: port) {
                    close(stream)
                    return port
                }
            }
            throw OracleError(message: "no free port")
        }
    }
#endif
