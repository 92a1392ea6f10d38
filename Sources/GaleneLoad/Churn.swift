// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaLoop
import RTCBase

/// Members who leave and come again, in turn, while a test runs.
struct Churn: Sendable {
    /// One who leaves and comes again.
    private actor Place {
        private let number: Int
        private var member: Member
        private let enter: @Sendable (Int) async throws -> Member
        private var running: Task<Void, Never>?
        private var isAway = false
        /// The test has ended: whoever comes now goes again.
        private var isOver = false

        init(_ number: Int, _ member: Member, enter: @escaping @Sendable (Int) async throws -> Member) {
            self.number = number
            self.member = member
            self.enter = enter
        }

        /// - Returns: false when the member has not come back yet.
        func change(_ rollCall: RollCall) async throws -> Bool {
            guard !isAway else { return false }
            isAway = true
            await member.leave()
            running?.cancel()
            await rollCall.note { $0.left += 1 }
            let member = try await enter(number)
            guard !isOver else {
                await member.leave()
                return true
            }
            self.member = member
            running = Task { await member.run() }
            try await member.join()
            if member.publishes { try await member.publish() }
            if member.receives { await member.request() }
            await rollCall.note { $0.returned += 1 }
            isAway = false
            return true
        }

        func end() async {
            isOver = true
            await member.leave()
            running?.cancel()
        }
    }

    private let places: [Place]
    private let interval: Duration
    private let rollCall: RollCall

    /// - Parameters:
    ///   - rate: members a second.
    ///   - members: by number, those who may leave.
    ///   - enter: makes a member that is connected.
    init(
        rate: Double, members: [(Int, Member)], rollCall: RollCall,
        enter: @escaping @Sendable (Int) async throws -> Member
    ) {
        places = members.map { Place($0.0, $0.1, enter: enter) }
        interval = .seconds(1 / rate)
        self.rollCall = rollCall
    }

    /// Returns when it is cancelled, and all have left.
    func run() async {
        await withDiscardingTaskGroup { changes in
            var next = MonotonicClock.now()
            var position = 0
            while !Task.isCancelled, !places.isEmpty {
                next += interval
                let rest = next - MonotonicClock.now()
                if rest > .zero {
                    do { try await Task.sleep(for: rest) } catch { break }
                }
                let place = places[position]
                position = (position + 1) % places.count
                changes.addTask {
                    do {
                        if try await !place.change(rollCall) { await rollCall.note { $0.skipped += 1 } }
                    } catch {
                        if !Task.isCancelled { await rollCall.fail(error) }
                    }
                }
            }
            changes.cancelAll()
            for place in places { await place.end() }
        }
    }
}
