// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import Glibc
import LoadMedia
import MediaLoop
import NIOCore
import NIOPosix
import RTCBase
import RTCCrypto

/// Runs a load test from the first connection to the report.
public struct LoadTest: Sendable {
    private let options: LoadOptions
    /// Told what is going on, some times a second.
    private let progress: @Sendable (_ phase: String, _ details: String) -> Void
    private let stopFlag = StopFlag()

    /// Of a test, and of the time before it: ten hours, in which everything has happened that happens.
    private static let longest = Duration.seconds(36_000)
    /// More than one machine has ever had the descriptors and the time for.
    private static let maximumClients = 10_000
    /// Clients that join at the same time. More would measure the queue.
    private static let joinsAtOnce = 8
    private static let settleTime = Duration.seconds(1)
    /// Packets that are under way at the end arrive within this, or are lost.
    private static let drainTime = Duration.milliseconds(700)
    /// How soon a test that is stopped ends its measurement: workers must have heard of it by then.
    private static let cutTime = Duration.milliseconds(50)

    /// - Throws: ``LoadError`` of the kind `usage` when the options make no sense.
    public init(
        _ options: LoadOptions, progress: @escaping @Sendable (_ phase: String, _ details: String) -> Void = { _, _ in }
    ) throws(LoadError) {
        guard options.group.groupName != nil else {
            throw LoadError(.usage, "\(options.group) is no group's page: it should end in /group/NAME/")
        }
        // Before anything is added or multiplied.
        guard options.shape.counts.allSatisfy({ $0 <= Self.maximumClients }) else {
            throw LoadError(.usage, "at most \(Self.maximumClients) clients publish, and as many receive")
        }
        guard options.shape.counts.allSatisfy({ $0 > 0 }), options.receiversPerStream > 0 else {
            throw LoadError(.usage, "there must be somebody who sends and somebody who receives")
        }
        guard options.rate >= 1, options.rate <= 100_000 else {
            throw LoadError(.usage, "the rate must be between 1 and 100000 packets a second")
        }
        guard (1...64).contains(options.burst) else {
            throw LoadError(.usage, "a burst has 1 to 64 packets")
        }
        guard PacketSourceConfiguration.packetSizes.contains(options.packetSize) else {
            throw LoadError(.usage, "a packet has \(PacketSourceConfiguration.packetSizes) bytes")
        }
        guard options.duration >= .seconds(1), options.duration <= Self.longest else {
            throw LoadError(.usage, "a test lasts from a second to ten hours")
        }
        guard options.warmUp >= .zero, options.warmUp <= Self.longest else {
            throw LoadError(.usage, "a test warms up for ten hours at most")
        }
        guard !options.simulcast || options.churn == 0 else {
            throw LoadError(.usage, "simulcast and members who come and go are tested one after the other")
        }
        guard options.churn == 0 || (0.001...100).contains(options.churn) else {
            throw LoadError(.usage, "from 0.001 to 100 members a second leave and come again, or none")
        }
        guard (0...0.5).contains(options.loss), (0...0.5).contains(options.upLoss) else {
            throw LoadError(.usage, "the share of packets to lose is between 0 and 0.5")
        }
        guard (1...64).contains(options.threads) else { throw LoadError(.usage, "1 to 64 threads make sense") }
        self.options = options
        self.progress = progress
    }

    /// Ends the test before its time: ``run()`` returns a report of what has been measured by then. Before anything has been,
    /// it throws.
    public func stop() { stopFlag.raise() }

    public func run() async throws -> LoadReport {
        try raiseDescriptorLimit()
        let process = try options.serverPID.map { pid throws(LoadError) in try ServerProcess(pid: pid) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let certificate = try Certificate(unixTime: Int64(time(nil)))
        var workers: [LoadWorker] = []
        do {
            for number in 0..<options.threads {
                let worker = try LoadWorker(
                    certificate: certificate, number: number,
                    loss: PacketLoss(share: options.loss, seed: options.seed &+ UInt64(number)),
                    upLoss: PacketLoss(share: options.upLoss, seed: ~options.seed &- UInt64(number)))
                try worker.start()
                workers.append(worker)
            }
            let dialler = try Dialler(
                group: group, verifiesCertificate: options.verifiesCertificate,
                authorities: options.certificateAuthorities)
            let report = try await run(dialler, workers, process)
            await close(workers, group)
            return report
        } catch {
            await close(workers, group)
            throw error
        }
    }

    private func close(_ workers: [LoadWorker], _ group: MultiThreadedEventLoopGroup) async {
        for worker in workers { await worker.shutdown() }
        try? await group.shutdownGracefully()
    }

    private static func status(_ group: ServerURL, by dialler: Dialler) async throws -> GroupStatus {
        do { return try await StatusRequest.fetch(group, by: dialler) } catch { throw LoadError(error) }
    }

    private func run(
        _ dialler: Dialler, _ workers: [LoadWorker], _ process: ServerProcess?
    ) async throws -> LoadReport {
        let idle = try process?.residentBytes() ?? 0
        let status = try await Self.status(options.group, by: dialler)
        if let redirect = status.redirect { throw LoadError(.refused, "the group has moved to \(redirect)") }
        let endpoint = status.endpoint.flatMap(ServerURL.init) ?? options.group.at("/ws")
        let rollCall = RollCall(stop: stopFlag)

        let enter = { @Sendable [options] (number: Int) in
            let start = MonotonicClock.now()
            return Member(
                number: number, options: options, group: status.name, start: start,
                channel: try await MemberChannel.open(endpoint, by: dialler),
                worker: workers[number % workers.count], rollCall: rollCall)
        }
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            var members: [Member] = []
            while members.count < options.clientCount {
                let first = members.count
                let some = try await withThrowingTaskGroup(of: Member.self) { joining in
                    for number in first..<min(first + Self.joinsAtOnce, options.clientCount) {
                        joining.addTask { try await enter(number) }
                    }
                    return try await joining.reduce(into: [Member]()) { $0.append($1) }.sorted { $0.number < $1.number }
                }
                for member in some {
                    tasks.addTask { await member.run() }
                    tasks.addTask {
                        do { try await member.join() } catch { await rollCall.fail(error) }
                    }
                }
                members += some
                try await rollCall.wait(
                    for: members.count, within: .seconds(30), "clients have joined", of: \.joined
                ) { progress("joined", "\($0) of \(options.clientCount)") }
            }
            try await Task.sleep(for: Self.settleTime)
            let joined = try process?.residentBytes() ?? 0

            try await connect(members, rollCall)
            if options.churn > 0 {
                let those = members.enumerated().filter { $0.element.receives }.map { ($0.offset, $0.element) }
                let churn = Churn(rate: options.churn, members: those, rollCall: rollCall, enter: enter)
                tasks.addTask { await churn.run() }
            }
            let report = try await measure(members, workers, rollCall, process, memory: (idle, joined))
            for member in members { await member.leave() }
            tasks.cancelAll()
            return report
        }
    }

    private func connect(_ members: [Member], _ rollCall: RollCall) async throws {
        for member in members where member.publishes { try await member.publish() }
        try await rollCall.wait(
            for: options.upStreamCount, within: .seconds(30), "up streams are connected", of: \.publishing
        ) { progress("up streams", "\($0) of \(options.upStreamCount)") }
        // The server offers a stream a moment after it has begun: what is measured is a stream that runs.
        try await Task.sleep(for: Self.settleTime)
        for member in members where member.receives { await member.request() }
        try await rollCall.wait(
            for: options.downStreamCount, within: .seconds(60), "down streams carry media", of: \.flowing
        ) { progress("down streams", "\($0) of \(options.downStreamCount)") }
        await rollCall.note { $0.isSettled = true }
    }

    private func measure(
        _ members: [Member], _ workers: [LoadWorker], _ rollCall: RollCall, _ process: ServerProcess?,
        memory: (idle: Int, joined: Int)
    ) async throws -> LoadReport {
        let start = MonotonicClock.now() + options.warmUp
        var interval = MeasuredInterval(start: start, duration: options.duration)
        for worker in workers { await worker.measure(interval) }
        _ = try await wait(until: start, rollCall) { progress("warming up", "\($0) s to go") }
        await rollCall.beginMeasuring()
        let serverBefore = try process?.sample()
        let begun = MonotonicClock.now()
        let ownBefore = await processorTime(workers)

        let isInterrupted = try await wait(until: interval.end, rollCall) { progress("measuring", "\($0) s to go") }
        if isInterrupted {
            let end = min(interval.end, MonotonicClock.now() + Self.cutTime)
            interval = MeasuredInterval(start: start, duration: end - start)
            for worker in workers { await worker.cut(interval) }
            try await Task.sleep(for: Self.cutTime)
        }
        let serverAfter = try process?.sample()
        let ownTime = await processorTime(workers) - ownBefore
        let elapsed = MonotonicClock.now() - begun
        let streaming = try process?.residentBytes() ?? 0
        try await Task.sleep(for: Self.drainTime)
        try await rollCall.check()

        var statistics = LoadStatistics()
        for worker in workers { statistics += await worker.statistics() }
        let received = max(1, statistics.received)
        var report = LoadReport(options, statistics, await rollCall.counts, interval)
        report.isInterrupted = isInterrupted
        if options.simulcast {
            var simulcast = LoadReport.Simulcast()
            for member in members where member.receives {
                let received = await member.received()
                simulcast.high += member.asksForLow ? 0 : received
                simulcast.low += member.asksForLow ? received : 0
                simulcast.highReceivers += member.asksForLow ? 0 : 1
                simulcast.lowReceivers += member.asksForLow ? 1 : 0
            }
            report.simulcast = simulcast
        }
        report.generatorPerPacket = ownTime / .microseconds(1) / Double(received)
        report.generatorLoad = ownTime / elapsed
        if let serverBefore, let serverAfter {
            let usage = ServerProcess.Usage(from: serverBefore, to: serverAfter)
            report.server = LoadReport.Server(
                userPerPacket: usage.user / .microseconds(1) / Double(received),
                systemPerPacket: usage.system / .microseconds(1) / Double(received),
                load: (usage.user + usage.system) / elapsed, idleBytes: memory.idle, joinedBytes: memory.joined,
                streamingBytes: streaming,
                kibibytesPerClient: Double(memory.joined - memory.idle) / 1024 / Double(options.clientCount),
                kibibytesPerDownStream: Double(streaming - memory.joined) / 1024 / Double(options.downStreamCount))
        }
        return report
    }

    private func processorTime(_ workers: [LoadWorker]) async -> Duration {
        var sum = Duration.zero
        for worker in workers { sum += await worker.processorTime() }
        return sum
    }

    /// - Returns: whether it was stopped before.
    private func wait(
        until end: Instant, _ rollCall: RollCall, _ report: (Int64) -> Void
    ) async throws -> Bool {
        while true {
            try await rollCall.check()
            let rest = end - MonotonicClock.now()
            guard rest > .zero else { return false }
            guard !stopFlag.isRaised else { return true }
            report(rest.components.seconds)
            try await Task.sleep(for: min(rest, .milliseconds(100)))
        }
    }

    /// A socket for each connection and one for each client, and some for ourselves.
    private func raiseDescriptorLimit() throws(LoadError) {
        let needed = rlim_t(options.upStreamCount + options.downStreamCount + options.clientCount + 64)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < needed else { return }
        limit.rlim_cur = min(limit.rlim_max, needed)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur >= needed else {
            throw LoadError(.usage, "this test needs \(needed) file descriptors: raise the limit (ulimit -n)")
        }
    }
}
