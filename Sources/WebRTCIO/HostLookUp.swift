// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import RTCBase
import Synchronization

/// Looks names of hosts up, several at a time and not for ever.
enum HostLookUp {
    /// - Returns: `nil` when there is no such host.
    typealias Function = @Sendable (_ host: String) async -> IPAddress?

    /// The C library's functions wait for as long as they like, and cannot be told to stop: they have threads of their own,
    /// so that they keep nothing else waiting.
    private static let threads: NIOThreadPool = {
        let threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        return threads
    }()

    /// As the system does it: `/etc/hosts`, DNS, and whatever else it is told to ask.
    static let ofSystem: Function = { host in
        if let address = IPAddress(host) { return address }
        let found = try? await threads.runIfActive { try SocketAddress.makeAddressResolvingHost(host, port: 0) }
        return found.flatMap { TransportAddress($0)?.address }
    }

    /// Looks all of them up at once.
    ///
    /// - Returns: what has come within the time, `nil` for hosts that there are not. A host without an answer is left out.
    static func addresses(
        of hosts: Set<String>, timeout: Duration, by lookUp: @escaping Function
    ) async -> [String: IPAddress?] {
        guard !hosts.isEmpty else { return [:] }
        let answers = Answers(awaited: hosts.count)
        for host in hosts {
            Task { answers.note(await lookUp(host), of: host) }
        }
        let alarm = Task {
            try await ContinuousClock().sleep(for: timeout)
            answers.finish()
        }
        defer { alarm.cancel() }
        return await answers.all()
    }

    private final class Answers: Sendable {
        private struct State {
            var found: [String: IPAddress?] = [:]
            var isOver = false
            var waiter: CheckedContinuation<[String: IPAddress?], Never>?
        }

        private let state = Mutex(State())
        private let awaited: Int

        init(awaited: Int) { self.awaited = awaited }

        func note(_ address: IPAddress?, of host: String) {
            let isLast = state.withLock { state in
                state.found.updateValue(address, forKey: host)
                return state.found.count == awaited
            }
            if isLast { finish() }
        }

        func finish() {
            let (waiter, found) = state.withLock { state in
                state.isOver = true
                defer { state.waiter = nil }
                return (state.waiter, state.found)
            }
            waiter?.resume(returning: found)
        }

        func all() async -> [String: IPAddress?] {
            await withCheckedContinuation { continuation in
                let found = state.withLock { state -> [String: IPAddress?]? in
                    guard !state.isOver else { return state.found }
                    state.waiter = continuation
                    return nil
                }
                if let found { continuation.resume(returning: found) }
            }
        }
    }
}
