// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import Glibc

    /// A certificate that is its own authority, and its key, as files in PEM by the command `openssl`; they go with the
    /// value.
    public final class TLSCertificate: Sendable {
        public let chain: String
        public let key: String

        /// - Parameter names: whom it is for, as OpenSSL writes them: `DNS:…`, `IP:…`.
        public init(for names: String) throws {
            let name = "/dev/shm/galene-certificate-\(getpid())-\(UInt32.random(in: 0 ... .max))"
            chain = "\(name).pem"
            key = "\(name)-key.pem"
            let arguments = [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "2",
                "-subj", "/CN=galene test", "-addext", "subjectAltName=\(names)", "-keyout", key, "-out", chain,
            ]
            var words = arguments.map { strdup($0) } + [nil]
            defer { for word in words { free(word) } }
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
            var process: pid_t = 0
            guard posix_spawnp(&process, "openssl", &actions, nil, &words, environ) == 0 else {
                throw OracleError(message: "openssl cannot be started: install it")
            }
            var status: Int32 = 0
            guard waitpid(process, &status, 0) == process, status == 0 else {
                throw OracleError(message: "openssl makes no certificate")
            }
        }

        deinit {
            unlink(chain)
            unlink(key)
        }
    }
#endif
