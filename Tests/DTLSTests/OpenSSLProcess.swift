// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Glibc
import RTCBase

struct ProcessError: Error {
    let message: String
}

/// A running `openssl` command with its input and output in our hands; it is killed with the value.
final class OpenSSLProcess {
    /// What it has written so far, both streams together.
    private(set) var output = ""
    let outputDescriptor: Int32
    private let inputDescriptor: Int32
    private let process: pid_t

    init(_ arguments: [String]) throws {
        var (input, output): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard pipe(&input) == 0, pipe(&output) == 0 else { throw ProcessError(message: "no pipe") }
        for descriptor in input + output { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input[0], 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        posix_spawn_file_actions_adddup2(&actions, output[1], 2)
        var argv = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var process: pid_t = 0
        let status = posix_spawnp(&process, "openssl", &actions, nil, &argv, environ)
        close(input[0])
        close(output[1])
        guard status == 0 else { throw ProcessError(message: "openssl cannot be started: install it") }
        self.process = process
        inputDescriptor = input[1]
        outputDescriptor = output[0]
        _ = fcntl(outputDescriptor, F_SETFL, O_NONBLOCK)
    }

    deinit {
        kill(process, SIGKILL)
        close(inputDescriptor)
        close(outputDescriptor)
        waitpid(process, nil, 0)
    }

    /// Runs a command to its end.
    static func run(_ arguments: [String]) throws {
        let command = try OpenSSLProcess(arguments)
        var waiting = pollfd(fd: command.outputDescriptor, events: Int16(POLLIN), revents: 0)
        while command.readOutput() { poll(&waiting, 1, -1) }
        var status: Int32 = 0
        waitpid(command.process, &status, 0)
        guard status == 0 else { throw ProcessError(message: command.output) }
    }

    func write(_ text: String) {
        _ = text.withCString { Glibc.write(inputDescriptor, $0, strlen($0)) }
    }

    /// Takes what it has written; `false` once it has ended.
    @discardableResult
    func readOutput() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(outputDescriptor, &buffer, buffer.count)
            guard count > 0 else { return count < 0 && errno == EAGAIN }
            output += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }
}

/// A UDP socket on the loopback interface that speaks with one peer.
final class LoopbackSocket {
    let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, withAddress(port: 0, { bind(descriptor, $0, $1) }) == 0 else {
            throw ProcessError(message: "no socket")
        }
    }

    deinit { close(descriptor) }

    /// The port that it is bound to.
    var port: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    func connect(toPort port: UInt16) {
        _ = withAddress(port: port) { Glibc.connect(descriptor, $0, $1) }
    }

    func send(_ datagram: [UInt8]) {
        _ = Glibc.send(descriptor, datagram, datagram.count, 0)
    }

    /// The next datagram; whoever sent the first is connected to.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
            }
        }
        guard count >= 0 else { return nil }
        connect(toPort: UInt16(bigEndian: address.sin_port))
        return Array(buffer[..<count])
    }
}

private func withAddress(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

/// The driver's clock of the tests that speak with another process.
func monotonicNow() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
}
