// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Glibc

/// A process on this machine, watched from outside: what it costs to serve us.
struct ServerProcess: Sendable {
    struct Sample: Sendable {
        /// Of all its threads, dead ones included, to the nanosecond.
        var processorTime: Duration
        /// The kernel's ticks in each mode: good enough to divide the time between the two.
        var userTicks: UInt64
        var systemTicks: UInt64
    }

    /// CPU time of the server between two samples.
    struct Usage: Sendable {
        var user: Duration
        var system: Duration

        init(from first: Sample, to last: Sample) {
            let total = last.processorTime - first.processorTime
            let user = Double(last.userTicks &- first.userTicks)
            let system = Double(last.systemTicks &- first.systemTicks)
            let share = user + system > 0 ? user / (user + system) : 0
            self.user = total * share
            self.system = total - self.user
        }
    }

    let pid: Int32

    /// - Throws: when there is no such process, or it is not ours to look at.
    init(pid: Int32) throws(LoadError) {
        self.pid = pid
        _ = try sample()
        _ = try residentBytes()
    }

    func sample() throws(LoadError) -> Sample {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { throw gone }
        // The name in parentheses may contain anything, parentheses too: fields count from the last one, state being 3.
        let text = try read("stat")
        guard let end = text.lastIndex(of: ")") else { throw gone }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 13, let user = UInt64(fields[11]), let system = UInt64(fields[12]) else { throw gone }
        return Sample(
            processorTime: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec), userTicks: user, systemTicks: system)
    }

    /// Memory that is not swapped out or given back, in bytes.
    func residentBytes() throws(LoadError) -> Int {
        for line in try read("smaps_rollup").split(separator: "\n") where line.hasPrefix("Rss:") {
            if let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
                return kibibytes * 1024
            }
        }
        throw gone
    }

    private var gone: LoadError {
        LoadError(.usage, "the server's process \(pid) does not exist, or another user's may not be looked at")
    }

    private func read(_ name: String) throws(LoadError) -> String {
        guard let file = fopen("/proc/\(pid)/\(name)", "r") else { throw gone }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
