// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import Glibc

    /// A program that is not ours and speaks with a test in lines; it ends with the value, and after two minutes at last.
    public final class OracleProcess {
        /// Where its lines come from, for `poll`.
        public let descriptor: Int32
        private let input: Int32
        private let process: pid_t
        private var rest: [UInt8] = []
        /// What it has said that was not yet taken; its errors too.
        private var lines: [String] = []

        public init(_ arguments: [String]) throws {
            var (input, output): ([Int32], [Int32]) = ([0, 0], [0, 0])
            guard pipe(&input) == 0, pipe(&output) == 0 else { throw OracleError(message: "no pipe") }
            for descriptor in input + output { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_adddup2(&actions, input[0], 0)
            posix_spawn_file_actions_adddup2(&actions, output[1], 1)
            posix_spawn_file_actions_adddup2(&actions, output[1], 2)
            var words = (["timeout", "-s", "KILL", "120"] + arguments).map { strdup($0) } + [nil]
            defer { for word in words { free(word) } }
            var process: pid_t = 0
            let status = posix_spawnp(&process, "timeout", &actions, nil, &words, environ)
            close(input[0])
            close(output[1])
            guard status == 0 else { throw OracleError(message: "\(arguments[0]) cannot be started") }
            self.process = process
            self.input = input[1]
            descriptor = output[0]
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }

        deinit {
            // `timeout` leads a group of its own.
            kill(-process, SIGKILL)
            close(input)
            close(descriptor)
            waitpid(process, nil, 0)
        }

        public func say(_ line: String) {
            let bytes = Array("\(line)\n".utf8)
            _ = write(input, bytes, bytes.count)
        }

        /// The next line that it has said, if there is one.
        public func hear() -> String? {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { break }
                rest += buffer[..<count]
            }
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeSubrange(...end)
            }
            return lines.isEmpty ? nil : lines.removeFirst()
        }
    }
#endif
