// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Synchronization
import Testing

@testable import galene

@Suite("From several tasks to one", .timeLimit(.minutes(1)))
struct HandoverTests {
    @Test func `nothing waits but what each has to say`() async throws {
        let handover = Handover<Int>()
        let (said, saying) = AsyncStream.makeStream(of: Int.self)
        let speaking = Task {
            for number in 0..<100 {
                try await handover.give(number)
                saying.yield(number)
            }
            handover.finish()
        }
        var given = said.makeAsyncIterator()
        for number in 0..<100 {
            #expect(try await handover.next() == number)
            // It goes on when this was taken, and not before.
            #expect(await given.next() == number)
        }
        #expect(try await handover.next() == nil)
        try await speaking.value
    }

    @Test func `many speak, and nothing is lost`() async throws {
        let handover = Handover<Int>()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<50 { tasks.addTask { try await handover.give(number) } }
            var heard: Set<Int> = []
            while heard.count < 50, let number = try await handover.next() { heard.insert(number) }
            #expect(heard == Set(0..<50))
            try await tasks.waitForAll()
        }
    }

    @Test func `whoever is cancelled waits no longer, and is not heard`() async throws {
        let handover = Handover<Int>()
        let speaking = Task { try await handover.give(1) }
        speaking.cancel()
        await #expect(throws: CancellationError.self) { try await speaking.value }
        let next = Task { try await handover.give(2) }
        #expect(try await handover.next() == 2)
        try await next.value
        let listening = Task { try await handover.next() }
        listening.cancel()
        #expect(try await listening.value == nil)
        await #expect(throws: CancellationError.self) { try await handover.give(3) }
    }

    @Test func `an error ends it`() async {
        let handover = Handover<Int>()
        handover.finish(throwing: CommandError(.failed, "broken"))
        await #expect(throws: CommandError(.failed, "broken")) { try await handover.next() }
        await #expect(throws: CancellationError.self) { try await handover.give(1) }
    }
}
