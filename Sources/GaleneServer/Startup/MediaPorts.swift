// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Which UDP ports media uses: the value of `-udp-range`. A worker has one fixed port.
public enum MediaPorts: Equatable, Sendable {
    /// No value: one worker a core, from ``defaultBase`` upward, each on the next port that is free.
    case automatic(base: UInt16)
    /// `PORT`: one worker on this port.
    case single(UInt16)
    /// `P1-P2`: as many workers as cores and free ports of the range allow.
    case range(ClosedRange<UInt16>)

    /// The port after the one of the web server, so that a firewall's rule is easy to write.
    public static let defaultBase: UInt16 = 8444
    /// How far ``automatic(base:)`` looks for free ports.
    static let searchWidth: UInt16 = 128

    /// - Throws: when the text is neither empty, nor a port, nor two ports in ascending order.
    public init(_ text: String) throws(StartupError) {
        func fail(_ reason: String) -> StartupError { StartupError("option -udp-range: \"\(text)\" \(reason)") }
        guard !text.isEmpty else {
            self = .automatic(base: Self.defaultBase)
            return
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        switch parts.count {
        case 1:
            guard let port = parts[0], port > 0 else { throw fail("is not a port") }
            self = .single(port)
        case 2:
            guard let first = parts[0], let last = parts[1], first > 0 else { throw fail("is not PORT or P1-P2") }
            guard first <= last else { throw fail("ends before it begins") }
            self = .range(first...last)
        default:
            throw fail("is not PORT or P1-P2")
        }
    }

    /// Opens the workers.
    ///
    /// - Parameters:
    ///   - cores: how many workers are wanted at most.
    ///   - open: makes the worker of a port; `nil` when the port is taken.
    /// - Throws: when no port is free, or only some of the ports are that an explicit ``single(_:)`` asked for.
    func openWorkers<Worker>(
        cores: Int, open: (UInt16) throws(StartupError) -> Worker?
    ) throws(StartupError) -> [Worker] {
        let candidates: ClosedRange<UInt16>
        var wanted = max(1, cores)
        switch self {
        case .automatic(let base): candidates = base...(base + Self.searchWidth)
        case .single(let port):
            candidates = port...port
            wanted = 1
        case .range(let range): candidates = range
        }
        var workers: [Worker] = []
        for port in candidates where workers.count < wanted {
            if let worker = try open(port) { workers.append(worker) }
        }
        guard !workers.isEmpty else {
            let ports =
                candidates.count == 1 ? "\(candidates.lowerBound)" : "\(candidates.lowerBound)-\(candidates.upperBound)"
            throw StartupError("UDP port \(ports) for media is in use: choose another with -udp-range")
        }
        return workers
    }
}
