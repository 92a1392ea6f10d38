// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CTunnel
import Glibc
import RTCBase
import RTCTestKit

/// Two devices, an emulator each way, and the loop that moves packets between them.
struct Bridge: ~Copyable {
    private let a: Tunnel
    private let b: Tunnel
    private var aToB: NetworkEmulator<[UInt8]>
    private var bToA: NetworkEmulator<[UInt8]>
    /// Packets that the kernel did not take: the emulation is then not what the seed says.
    private var refused = 0
    private var input = LineReader()
    /// Nothing larger comes out of a TUN device.
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
    /// How many packets are taken from one device before the other gets its turn.
    private static let burst = 256

    init(a: consuming Tunnel, b: consuming Tunnel, seed: UInt64) {
        self.a = a
        self.b = b
        aToB = NetworkEmulator(.perfect, seed: seed)
        bToA = NetworkEmulator(.perfect, seed: seed &+ 0x9e37_79b9)
    }

    deinit { buffer.deallocate() }

    mutating func apply(_ change: ConditionChange) {
        if change.direction != .bToA { change.apply(to: &aToB.conditions) }
        if change.direction != .aToB { change.apply(to: &bToA.conditions) }
    }

    /// Runs until standard input ends or says `quit`.
    mutating func run() throws(ConditionChange.Mistake) {
        let timer = timerfd_create(CLOCK_MONOTONIC, CInt(TFD_NONBLOCK))
        guard timer >= 0, tunnel_set_nonblocking(0) == 0 else {
            throw .init(description: "no timer: \(String(cString: strerror(errno)))")
        }
        defer { close(timer) }
        say("ready")
        var descriptors = [a.descriptor, b.descriptor, timer, 0].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        while true {
            arm(timer)
            guard poll(&descriptors, UInt(descriptors.count), -1) >= 0 || errno == EINTR else {
                throw .init(description: "poll: \(String(cString: strerror(errno)))")
            }
            if descriptors[2].revents != 0 {
                var expirations: UInt64 = 0
                _ = read(timer, &expirations, 8)
            }
            let now = Self.now()
            for _ in 0..<Self.burst {
                guard let packet = a.read(into: buffer) else { break }
                aToB.send(packet, size: packet.count, now: now)
            }
            for _ in 0..<Self.burst {
                guard let packet = b.read(into: buffer) else { break }
                bToA.send(packet, size: packet.count, now: now)
            }
            while let packet = aToB.receive(now: now) { if !b.write(packet) { refused += 1 } }
            while let packet = bToA.receive(now: now) { if !a.write(packet) { refused += 1 } }
            if descriptors[3].revents != 0, try !readCommands() { return }
        }
    }

    /// `false` when it is time to end.
    private mutating func readCommands() throws(ConditionChange.Mistake) -> Bool {
        let open = input.fill(from: 0)
        while let line = input.next() {
            switch line {
            case "quit": return false
            case "statistics": say(statistics)
            default: apply(try ConditionChange(parsing: line))
            }
        }
        return open
    }

    private var statistics: String {
        "statistics a->b sent \(aToB.sent) dropped \(aToB.dropped) b->a sent \(bToA.sent) dropped \(bToA.dropped) "
            + "refused \(refused)"
    }

    private func arm(_ timer: CInt) {
        var setting = itimerspec()
        if let deadline = Instant.earliest(aToB.deadline, bToA.deadline) {
            // A time of zero would disarm the timer.
            let nanoseconds = max(1, deadline.nanoseconds)
            setting.it_value = timespec(
                tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        }
        timerfd_settime(timer, CInt(TFD_TIMER_ABSTIME), &setting, nil)
    }

    private static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    private func say(_ line: String) {
        let text = line + "\n"
        _ = text.utf8CString.withUnsafeBytes { write(1, $0.baseAddress, $0.count - 1) }
    }
}

/// Lines from a descriptor that does not block.
private struct LineReader {
    private var pending: [UInt8] = []

    /// `false` when the input has ended.
    mutating func fill(from descriptor: CInt) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return false }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            pending += chunk[..<count]
        }
    }

    mutating func next() -> String? {
        guard let end = pending.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(...end)
        return line
    }
}
