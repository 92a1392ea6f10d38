// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import GaleneProtocol
import NIOCore
import RTCCrypto

/// Holds passwords against what files say of them.
///
/// A key derivation is made to be slow, and anybody may ask for one. So as many run at a time as there are processors,
/// on threads that carry neither groups nor connections; a few wait, by turns of the networks that they come from; and
/// the others are refused. Whoever guesses passwords slows down those who log in from the same network, and nobody else.
actor PasswordVerifier {
    /// Where a password comes from.
    enum Lane: Hashable, Sendable {
        case network(NetworkPrefix)
        /// A network that is not known, of this machine or of a proxy on it.
        case local
        /// What comes from no known network, by the group that it is for.
        case group(String)
        case administration
    }

    /// Too many wait already.
    struct Overload: Error {}

    private let concurrency: Int
    private let derive: @Sendable (String, Password) -> Bool
    private let threads = DispatchQueue(label: "galene.passwords", attributes: .concurrent)
    private var running = 0
    private var waiting: FairQueue<Lane, CheckedContinuation<Void, Never>>

    /// - Parameter derive: computes whether a password matches, on a thread that may be held up.
    init(
        limits: Limits = Limits(), concurrency: Int = System.coreCount,
        derive: @escaping @Sendable (String, Password) -> Bool = PasswordVerifier.derive
    ) {
        self.concurrency = max(1, concurrency)
        self.derive = derive
        waiting = FairQueue(capacity: limits.waitingPasswords, laneCapacity: limits.waitingPasswordsOfNetwork)
    }

    /// - Parameter stored: `nil` matches nothing.
    func matches(_ password: String, _ stored: Password?, from lane: Lane) async throws(Overload) -> Bool {
        guard let stored else { return false }
        if let answer = stored.matches(password) { return answer }
        try await begin(lane)
        defer { end() }
        return await withCheckedContinuation { result in
            threads.async { [derive] in result.resume(returning: derive(password, stored)) }
        }
    }

    /// How many wait for a processor.
    var waitingCount: Int { waiting.count }

    private func begin(_ lane: Lane) async throws(Overload) {
        guard running >= concurrency else {
            running += 1
            return
        }
        guard waiting.hasRoom(in: lane) else { throw Overload() }
        // Whoever ends hands its place over.
        await withCheckedContinuation { waiting.append($0, to: lane) }
    }

    private func end() {
        if let next = waiting.popFirst() { next.resume() } else { running -= 1 }
    }

    static func derive(_ password: String, _ stored: Password) -> Bool {
        switch stored {
        case .plain, .wildcard, .unusable: stored.matches(password) ?? false
        case .bcrypt(let hash): Bcrypt.matches(password, hash)
        case .pbkdf2(let parameters):
            (try? PBKDF2.sha256(
                password: Array(password.utf8), salt: parameters.salt, iterations: parameters.iterations,
                length: parameters.key.count)).map { constantTimeEquals($0, parameters.key) } ?? false
        }
    }
}
