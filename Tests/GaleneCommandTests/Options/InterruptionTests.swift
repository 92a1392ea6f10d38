// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import Synchronization
import Testing

@testable import galene

@Suite("Ctrl-C", .timeLimit(.minutes(1)))
struct InterruptionTests {
    @Test func `what has been done is not interrupted`() async throws {
        #expect(try await Interruption.none().race { 7 } == 7)
        #expect(try await Interruption.none().finish { 7 } == 7)
    }

    @Test func `what is going on is cancelled, and waited for`() async throws {
        let interruption = Interruption.none()
        let tidied = Mutex(false)
        let result = try await interruption.race {
            interruption.happen(SIGINT)
            let (forever, input) = AsyncStream.makeStream(of: Void.self)
            for await _ in forever {}
            withExtendedLifetime(input) { tidied.withLock { $0 = true } }
            try Task.checkCancellation()
            return 7
        }
        #expect(result == nil && tidied.withLock(\.self) && interruption.signal == SIGINT)
    }

    @Test func `with work left the exit code says so`() async throws {
        let interruption = Interruption.none()
        let error = await #expect(throws: CommandError.self) {
            try await interruption.finish {
                interruption.happen(SIGTERM)
                let (forever, input) = AsyncStream.makeStream(of: Void.self)
                for await _ in forever {}
                withExtendedLifetime(input) {}
                try Task.checkCancellation()
            }
        }
        #expect(error?.exitCode == 128 + SIGTERM)
    }

    @Test func `an error is an error`() async throws {
        await #expect(throws: CommandError(.failed, "broken")) {
            try await Interruption.none().race { throw CommandError(.failed, "broken") }
        }
    }

    @Test(arguments: [true, false]) func `what counts is told though it came after the signal`(
        counts: Bool
    ) async throws {
        let interruption = Interruption.none()
        let error = CommandError(.failed, "the disk is full")
        func race() async throws {
            _ = try await interruption.race(counts: { counts && $0 as? CommandError == error }) {
                interruption.happen(SIGINT)
                await interruption.wait()
                throw error
            }
        }
        if counts { await #expect(throws: error) { try await race() } } else { try await race() }
    }

    @Test func `the second one ends at once, and puts the terminal right before`() {
        let diary = Mutex<[String]>([])
        let interruption = Interruption(signals: []) { signal in diary.withLock { $0.append("end \(signal)") } }
        interruption.setLastResort { diary.withLock { $0.append("terminal") } }
        interruption.happen(SIGINT)
        #expect(diary.withLock(\.self) == [])
        interruption.happen(SIGINT)
        #expect(diary.withLock(\.self) == ["terminal", "end \(SIGINT)"])
    }

    @Test func `whoever waits and is cancelled waits no longer`() async {
        let interruption = Interruption.none()
        let waiting = Task { await interruption.wait() }
        waiting.cancel()
        await waiting.value
        #expect(interruption.signal == nil)
    }
}
