// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import CLinuxNet
internal import Glibc
public import RTCBase
internal import Synchronization

/// One thread that waits for sockets, a deadline and actors' jobs, whichever comes first, and runs all of them.
///
/// An actor whose `unownedExecutor` this is lives on that thread: the driver enters it by `assumeIsolated`, without a
/// hop, and everybody else by `await`. Jobs that come before ``start(name:sockets:onWakeup:)`` wait for it.
///
/// ([SE-0392](https://github.com/swiftlang/swift-evolution/blob/main/proposals/0392-custom-actor-executors.md))
public final class MediaExecutor: SerialExecutor {
    private let poll: Descriptor
    private let wake: Descriptor
    private let timer: Descriptor
    private let mailbox = Mutex(Mailbox())
    /// The thread that runs jobs now; 0 for none.
    private let runner = Atomic<UInt>(0)
    private let handle = Mutex<pthread_t?>(nil)
    private let meter = LoopMeter()

    public init() throws(SocketError) {
        poll = try Descriptor(epoll_create1(CInt(EPOLL_CLOEXEC)), from: "epoll_create1")
        wake = try Descriptor(eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK)), from: "eventfd")
        timer = try Descriptor(
            timerfd_create(CLOCK_MONOTONIC, CInt(TFD_CLOEXEC) | CInt(TFD_NONBLOCK)), from: "timerfd_create")
        // Edge-triggered: every write, and every expiry, wakes once, and nobody has to read the count.
        try watch(wake.number, EPOLLIN.rawValue | EPOLLET.rawValue, tag: Self.wakeTag)
        try watch(timer.number, EPOLLIN.rawValue | EPOLLET.rawValue, tag: Self.timerTag)
    }

    /// Starts the thread. To be called once.
    ///
    /// - Parameters:
    ///   - name: shown by `top -H`; 15 ASCII characters of it are kept.
    ///   - sockets: descriptors to read, at most 64, that live until after ``shutdown()``. Level-triggered: a driver may
    ///     leave something for the next wake-up.
    ///   - onWakeup: the driver, called on the thread once at first and then once a wake-up, after the jobs that were
    ///     waiting. It returns when it wants to be called at the latest; `nil` for when something happens.
    public func start(
        name: String = "media", sockets: [Int32], onWakeup: @escaping @Sendable (Readiness) -> Instant?
    ) throws(SocketError) {
        precondition(sockets.count <= 64, "Readiness has 64 bits")
        for (index, socket) in sockets.enumerated() {
            try watch(socket, EPOLLIN.rawValue, tag: Self.firstSocketTag + UInt64(index))
        }
        try handle.withLock { handle throws(SocketError) in
            mailbox.withLock { mailbox in
                precondition(mailbox.phase == .created, "an executor starts once")
                mailbox.phase = .running
            }
            handle = try JoinableThread.spawn {
                linux_name_thread(String(name.prefix(15)))
                self.run(socketCount: sockets.count, onWakeup)
            }
        }
    }

    /// Runs the jobs that are waiting and what they enqueue, ends the thread, and waits for its end. Call it from any
    /// other thread.
    ///
    /// Jobs that come later still run, one at a time, on a thread made for them, so that nobody waits for ever for an
    /// actor that has outlived its loop.
    public func shutdown() {
        precondition(isIsolatingCurrentContext() == false, "the loop cannot wait for its own end")
        react(mailbox.withLock { $0.stop() })
        let thread = handle.withLock { $0.take() }
        if let thread { pthread_join(thread, nil) }
    }

    /// How punctual the loop has been, since its start. From any thread.
    public var statistics: LoopStatistics { meter.statistics }

    /// The greatest lateness since the last call: for one observer, that looks at intervals. From any thread.
    public func takeMaximumLateness() -> Duration { meter.takeMaximum() }

    // MARK: SerialExecutor

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        react(mailbox.withLock { $0.post(job) })
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    public func isIsolatingCurrentContext() -> Bool? { runner.load(ordering: .relaxed) == UInt(pthread_self()) }

    public func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the thread of this executor")
    }

    // MARK: The loop

    private func run(socketCount: Int, _ onWakeup: @Sendable (Readiness) -> Instant?) {
        runner.store(UInt(pthread_self()), ordering: .relaxed)
        let capacity = socketCount + 2
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { events.deallocate() }
        var jobs: [UnownedJob] = []
        var armed: Instant?
        var readiness = Readiness()

        while true {
            runJobs(&jobs)
            if finish() { return }
            // After the jobs, which may have taken their time.
            readiness.now = MonotonicClock.now()
            let due = readiness.isTimer ? armed : nil
            meter.record(lateness: due.map { (readiness.now - $0).wholeNanoseconds })
            if readiness.isTimer { armed = nil }
            let deadline = onWakeup(readiness)
            if deadline != armed {
                arm(deadline)
                armed = deadline
            }
            let mayBlock = mailbox.withLock { $0.fallAsleep() }
            let count = epoll_wait(poll.number, events, CInt(capacity), mayBlock ? -1 : 0)
            readiness = Readiness()
            for event in UnsafeBufferPointer(start: events, count: max(0, Int(count))) {
                switch event.data.u64 {
                case Self.wakeTag: break
                case Self.timerTag: readiness.isTimer = true
                case let tag: readiness.setReadable(Int(truncatingIfNeeded: tag &- Self.firstSocketTag))
                }
            }
        }
    }

    private func finish() -> Bool {
        mailbox.withLock { mailbox in
            guard mailbox.finish() else { return false }
            // Within the lock, since a late thread may store its own right after.
            runner.store(0, ordering: .relaxed)
            return true
        }
    }

    /// At most 8 rounds: actors that call each other for ever must not keep the sockets waiting.
    private func runJobs(_ jobs: inout [UnownedJob]) {
        for _ in 0..<8 {
            mailbox.withLock { $0.take(&jobs) }
            guard !jobs.isEmpty else { return }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            jobs.removeAll(keepingCapacity: true)
        }
    }

    private func react(_ reaction: Mailbox.Reaction) {
        switch reaction {
        case .none: break
        case .wake:
            var one: UInt64 = 1
            write(wake.number, &one, 8)
        case .runLate: runLate()
        }
    }

    private func runLate() {
        let thread = try? JoinableThread.spawn {
            self.runner.store(UInt(pthread_self()), ordering: .relaxed)
            var jobs: [UnownedJob] = []
            repeat { self.runJobs(&jobs) } while !self.finish()
        }
        if let thread {
            pthread_detach(thread)
        } else {
            // No thread to be had: the next job tries again.
            mailbox.withLock { $0.phase = .stopped }
        }
    }

    private func arm(_ deadline: Instant?) {
        // All zero disarms; a moment in the past wakes at once.
        var setting = itimerspec()
        if let deadline {
            let nanoseconds = max(1, deadline.nanoseconds)
            setting.it_value = timespec(
                tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        }
        timerfd_settime(timer.number, CInt(TFD_TIMER_ABSTIME), &setting, nil)
    }

    private func watch(_ descriptor: CInt, _ events: UInt32, tag: UInt64) throws(SocketError) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: tag))
        guard epoll_ctl(poll.number, EPOLL_CTL_ADD, descriptor, &event) == 0 else { throw .last("epoll_ctl") }
    }

    private static var wakeTag: UInt64 { 0 }
    private static var timerTag: UInt64 { 1 }
    private static var firstSocketTag: UInt64 { 2 }
}
