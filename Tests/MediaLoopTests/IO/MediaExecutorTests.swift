// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Glibc
import MediaLoop
import RTCBase
import RTCTestKit
import Synchronization
import Testing

@Suite("The media thread as an executor", .timeLimit(.minutes(1)))
struct MediaExecutorTests {
    @Test func `calls from the pool run on the thread, one at a time, and return to the pool`() async throws {
        let executor = try MediaExecutor()
        try executor.start(name: "media-test", sockets: []) { _ in nil }
        let tally = Tally(on: executor)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<500 {
                        await tally.add()
                        #expect(executor.isIsolatingCurrentContext() == false)
                    }
                }
            }
        }
        #expect(await tally.sum == 4000)
        #expect(await tally.threads.count == 1)
        #expect(await tally.isOnExecutor())
        executor.shutdown()
    }

    @Test func `actors of one executor call each other on its thread`() async throws {
        let executor = try MediaExecutor()
        try executor.start(sockets: []) { _ in nil }
        let first = Tally(on: executor)
        let second = Tally(on: executor)
        await first.relay(to: second, times: 1000)
        #expect(await second.sum == 1000)
        #expect(await first.threads == second.threads)
        executor.shutdown()
    }

    @Test func `the driver enters an actor without a hop, for each datagram's wake-up`() async throws {
        let executor = try MediaExecutor()
        let socket = try DatagramSocket(port: 0)
        let reader = Reader(on: executor, socket: socket.descriptor)
        try executor.start(sockets: [socket.descriptor]) { readiness in
            reader.assumeIsolated { $0.wakeUp(readiness) }
        }
        var client = try Peer()
        let path = Path(remote: TransportAddress(.v4Loopback, port: socket.port), local: .v4Loopback)
        var arrivals = reader.arrivals.makeAsyncIterator()
        for byte in UInt8(1)...20 {
            client.send([[byte]], to: path)
            let arrival = await arrivals.next()
            #expect(arrival == byte)
        }
        // The reader takes one datagram a wake-up: what it leaves wakes it again.
        client.send([[101], [102, 102], [103, 103, 103]], to: path)
        for byte in UInt8(101)...103 {
            let arrival = await arrivals.next()
            #expect(arrival == byte)
        }
        executor.shutdown()
    }

    @Test func `several sockets are told apart`() async throws {
        let executor = try MediaExecutor()
        let first = try DatagramSocket(port: 0)
        let second = try DatagramSocket(port: 0)
        let (seen, sink) = AsyncStream<Int>.makeStream()
        let descriptors = [first.descriptor, second.descriptor]
        try executor.start(sockets: descriptors) { readiness in
            for index in 0..<2 where readiness.isReadable(index) {
                var byte: UInt8 = 0
                recv(descriptors[index], &byte, 1, 0)
                sink.yield(index)
            }
            return nil
        }
        var client = try Peer()
        var order = seen.makeAsyncIterator()
        for index in [0, 1, 1, 0, 1] {
            let port = index == 0 ? first.port : second.port
            client.send([[1]], to: Path(remote: TransportAddress(.v4Loopback, port: port), local: .v4Any))
            let arrival = await order.next()
            #expect(arrival == index)
        }
        executor.shutdown()
    }

    @Test func `deadlines come in their order, none early, and the lateness is counted`() async throws {
        let executor = try MediaExecutor()
        let start = MonotonicClock.now()
        let plan = Mutex((1...10).map { start + .milliseconds(3 * $0) })
        let (fired, sink) = AsyncStream<(due: Instant, now: Instant)>.makeStream()
        try executor.start(sockets: []) { readiness in
            plan.withLock { plan in
                while let due = plan.first, due <= readiness.now { sink.yield((plan.removeFirst(), readiness.now)) }
                if plan.isEmpty { sink.finish() }
                return plan.first
            }
        }
        var dues: [Instant] = []
        for await (due, now) in fired {
            #expect(now >= due)
            dues.append(due)
        }
        #expect(dues == (1...10).map { start + .milliseconds(3 * $0) })
        executor.shutdown()
        let statistics = executor.statistics
        #expect((1...10).contains(statistics.timerWakeups))
        #expect(statistics.maximumLateness > .zero)
        #expect(statistics.totalLateness >= statistics.maximumLateness)
        #expect(statistics.wakeups <= statistics.timerWakeups + 2, "no wake-up without a reason")
    }

    @Test func `a deadline that is given again after it has come, comes again`() async throws {
        let executor = try MediaExecutor()
        let past = MonotonicClock.now()
        let (calls, sink) = AsyncStream<Bool>.makeStream()
        let count = Mutex(0)
        try executor.start(sockets: []) { readiness in
            sink.yield(readiness.isTimer)
            return count.withLock { count in
                count += 1
                return count < 5 ? past : nil
            }
        }
        var flags: [Bool] = []
        for await flag in calls {
            flags.append(flag)
            if flags.count == 5 { break }
        }
        #expect(flags == [false, true, true, true, true])
        executor.shutdown()
    }

    @Test func `a deadline that is taken back does not come`() async throws {
        let executor = try MediaExecutor()
        let tally = Tally(on: executor)
        let start = MonotonicClock.now()
        let earlier = start + .milliseconds(20)
        let later = start + .milliseconds(60)
        let asked = Mutex<Instant?>(nil)
        let (timers, sink) = AsyncStream<Bool>.makeStream()
        try executor.start(sockets: []) { readiness in
            asked.withLock { asked in
                if readiness.isTimer { sink.yield(asked.map { readiness.now >= $0 } ?? false) }
                if asked == later, readiness.isTimer { sink.finish() }
                // The first call asks for the earlier moment, and the job's for the later one instead.
                asked = asked == nil ? earlier : readiness.isTimer && asked == later ? nil : later
                return asked
            }
        }
        await tally.add()
        for await isDue in timers { #expect(isDue, "the timer came before the deadline that held") }
        executor.shutdown()
    }

    @Test func `jobs wait for the start, and a driver that returns nothing is called for jobs only`() async throws {
        let executor = try MediaExecutor()
        let tally = Tally(on: executor)
        async let early: Void = tally.add()
        try executor.start(sockets: []) { _ in nil }
        await early
        #expect(await tally.sum == 1)
        executor.shutdown()
    }

    @Test func `shutdown runs the jobs that wait, ends the thread, and later calls still return`() async throws {
        let executor = try MediaExecutor()
        try executor.start(sockets: []) { _ in nil }
        let tally = Tally(on: executor)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { await tally.add() } }
            group.addTask { executor.shutdown() }
        }
        #expect(await tally.sum == 200)
        executor.shutdown()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<50 { await tally.add() } }
            }
        }
        #expect(await tally.sum == 600)
        #expect(await tally.isOnExecutor())
    }

    @Test func `an executor that never started lets its jobs go at shutdown`() async throws {
        let executor = try MediaExecutor()
        let tally = Tally(on: executor)
        async let early: Void = tally.add()
        executor.shutdown()
        await early
        #expect(await tally.sum == 1)
    }

    @Test func `a thread releases what its driver held when it ends`() async throws {
        final class Token: Sendable {}
        let executor = try MediaExecutor()
        weak var observed: Token?
        try {
            let token = Token()
            observed = token
            try executor.start(sockets: []) { _ in
                withExtendedLifetime(token) {}
                return nil
            }
        }()
        executor.shutdown()
        #expect(observed == nil)
    }
}

/// An actor on a media thread that notes where its calls ran.
private actor Tally {
    nonisolated let executor: MediaExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private(set) var sum = 0
    private(set) var threads: Set<UInt> = []

    init(on executor: MediaExecutor) { self.executor = executor }

    func add() {
        sum += 1
        threads.insert(UInt(pthread_self()))
    }

    func relay(to other: Tally, times: Int) async {
        threads.insert(UInt(pthread_self()))
        for _ in 0..<times { await other.add() }
    }

    func isOnExecutor() -> Bool { executor.isIsolatingCurrentContext() == true }
}

/// An actor that takes one datagram a wake-up, by plain `recv`.
private actor Reader {
    nonisolated let executor: MediaExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    nonisolated let arrivals: AsyncStream<UInt8>
    private let sink: AsyncStream<UInt8>.Continuation
    private let socket: CInt

    init(on executor: MediaExecutor, socket: CInt) {
        self.executor = executor
        self.socket = socket
        (arrivals, sink) = AsyncStream.makeStream()
    }

    func wakeUp(_ readiness: Readiness) -> Instant? {
        guard readiness.isReadable(0) else { return nil }
        var byte: UInt8 = 0
        if recv(socket, &byte, 1, CInt(MSG_DONTWAIT)) == 1 { sink.yield(byte) }
        return nil
    }
}
