// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import RTP
import ServerFiles
import ServiceLifecycle

/// Finds groups by name: the one place that knows which exist and who holds them.
///
/// On one machine it answers from the groups' folder and from memory. Nothing else may conclude that a group does not
/// exist: in a cluster it would be held elsewhere, and this is what would ask.
actor GroupDirectory: Service {
    enum Lookup<Value: Sendable>: Sendable {
        case found(Value)
        case missing
        /// There is a description, and it is malformed.
        case broken
    }

    private struct Entry {
        let group: Group
        var source: GroupFiles.Source
    }

    private struct Reading {
        var stamp: FileStamp
        var isBroken = true
        var isPublic = false
        var autoSubgroups = false
    }

    nonisolated let authorisation: Authorisation
    private let files: GroupFiles
    private let workers: [any MediaEngine]
    private let iceServers: ICEServersFile?
    let limits: Limits
    private let logger: Logger
    let clock: @Sendable () -> Timestamp
    private var entries = ByName<Entry>()
    /// What the last reading of a file has said, by path: what makes no group is not read, nor told, again for everybody
    /// who asks for it.
    private var readings = ByName<Reading>()
    private var nextOwner: UInt64 = 1
    private var isStopping = false
    private var scannedAt: Timestamp?
    private var madeRoomAt: Timestamp?
    private let started: AsyncStream<Group>
    private let startedInput: AsyncStream<Group>.Continuation

    /// How long the list of public groups may be out of date, in seconds: a look at every file of the folder costs.
    private static let listAge: Int64 = 5

    static let stoppingText = "the server is shutting down"

    /// - Parameter workers: at least one.
    init(
        directory: String, workers: [any MediaEngine], iceServers: ICEServersFile? = nil, limits: Limits,
        logger: Logger,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        files = GroupFiles(directory: directory)
        self.workers = workers
        self.iceServers = iceServers
        self.limits = limits
        authorisation = Authorisation(passwords: PasswordVerifier(limits: limits))
        self.logger = logger
        self.clock = clock
        (started, startedInput) = AsyncStream.makeStream()
    }

    // MARK: Looking up

    /// The group, made from its description if nobody has asked for it yet, with the description as it is now.
    func group(named name: String) async -> Lookup<Group> {
        guard GroupName.isValid(name), let source = files.source(of: name) else {
            await forgetIfEmpty(name)
            return .missing
        }
        if let entry = entries[name], entry.source == source { return .found(entry.group) }
        if let reading = readings[source.path], reading.stamp == source.stamp {
            if reading.isBroken { return .broken }
            if !source.isExact && !reading.autoSubgroups {
                await forgetIfEmpty(name)
                return .missing
            }
        }
        let description: GroupDescription
        do {
            description = try read(source)
        } catch {
            logger.error(
                "malformed group description",
                metadata: ["file": .string(source.path.printable), "reason": .string("\(error)".printable)])
            return .broken
        }
        if !source.isExact && !description.autoSubgroups {
            await forgetIfEmpty(name)
            return .missing
        }
        let effective = source.isExact ? description : description.inherited
        if var entry = entries[name] {
            entry.source = source
            entries[name] = entry
            await entry.group.update(effective)
            return .found(entry.group)
        }
        // A group with a file of its own always has room: whoever runs the server has made it, and no stranger can.
        if !source.isExact, entries.count >= limits.groups {
            await makeRoom()
            // Somebody else may have asked for it meanwhile.
            if let entry = entries[name] { return .found(entry.group) }
            guard entries.count < limits.groups else {
                logger.warning("too many sub-groups", metadata: ["limit": .stringConvertible(limits.groups)])
                return .broken
            }
        }
        return .found(make(name, effective, source))
    }

    func status(of name: String, base: BaseURL) async -> Lookup<GroupStatus> {
        switch await group(named: name) {
        case .found(let group): .found(await group.publicStatus(base: base))
        case .missing: .missing
        case .broken: .broken
        }
    }

    /// The public groups, by name.
    func publicStatuses(base: BaseURL) async -> [GroupStatus] {
        let now = clock()
        if now.unixSeconds - (scannedAt?.unixSeconds ?? .min / 2) > Self.listAge { _ = await scan() }
        var statuses: [GroupStatus] = []
        for (name, entry) in entries where files.source(of: name)?.isExact == true {
            guard await entry.group.description.isPublic else { continue }
            statuses.append(await entry.group.publicStatus(base: base))
        }
        return statuses.sorted { $0.name < $1.name }
    }

    /// Reads every description, so that public groups are known and mistakes are reported.
    ///
    /// - Returns: a line for each file that is malformed, or that asks for what this server does not do, as far as it was
    ///   not told before.
    func scan() async -> [String] {
        scannedAt = clock()
        var problems: [String] = []
        var paths: Set<String> = []
        for name in files.names() {
            guard GroupName.isValid(name), let source = files.source(of: name), source.isExact else { continue }
            paths.insert(source.path)
            if let entry = entries[name] {
                if entry.source == source { continue }
            } else if let reading = readings[source.path], reading.stamp == source.stamp, !reading.isPublic {
                continue
            }
            do {
                let description = try read(source)
                problems += Self.warnings(description).map { "\(source.path): \($0)".printable }
                if entries[name] != nil || description.isPublic { _ = await group(named: name) }
            } catch {
                problems.append("\(source.path): \(error)".printable)
            }
        }
        for (path, _) in readings where !paths.contains(path) { readings[path] = nil }
        return problems
    }

    private func read(_ source: GroupFiles.Source) throws(FormatError) -> GroupDescription {
        readings[source.path] = Reading(stamp: source.stamp)
        let description = try files.description(source)
        readings[source.path] = Reading(
            stamp: source.stamp, isBroken: false, isPublic: description.isPublic,
            autoSubgroups: description.autoSubgroups)
        return description
    }

    private static func warnings(_ description: GroupDescription) -> [String] {
        var lines = description.warnings.map(\.description)
        func note(_ field: String, _ isUsed: Bool, _ consequence: String) {
            if isUsed { lines.append("\(field): has no effect yet: \(consequence)") }
        }
        note("authKeys", !description.authKeys.isEmpty, "tokens are refused")
        note("allow-recording", description.allowRecording, "nothing is recorded")
        for name in description.codecs where Codec(rawValue: name) == nil {
            lines.append("codecs: \(name) is not known, ignored")
        }
        return lines
    }

    /// The groups that are in memory, in no order.
    var instantiated: [Group] { entries.map(\.value.group) }

    // MARK: Life

    /// Passes the workers' events to the groups, and forgets groups that nobody uses.
    func run() async throws {
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await self.keepHouse() }
            for await group in started.cancelOnGracefulShutdown() {
                tasks.addTask { await group.followMedia() }
            }
            for (_, entry) in entries { entry.group.media.endEvents(owner: entry.group.owner) }
            tasks.cancelAll()
        }
    }

    private func keepHouse() async {
        while (try? await Task.sleep(for: limits.housekeeping)) != nil { await refresh() }
    }

    /// Looks at every file and at every group in memory, as if somebody had asked for it, and forgets idle groups.
    func refresh() async {
        for problem in await scan() {
            logger.error("malformed group description", metadata: ["reason": .string(problem)])
        }
        for (name, _) in entries {
            guard case .found(let group) = await group(named: name) else { continue }
            _ = await group.accessed()
            if await group.isIdle { await forgetIfEmpty(name) }
        }
    }

    /// The server is about to stop: all groups are locked, also those that somebody asks for from now on.
    func lockAll() async {
        isStopping = true
        for group in instantiated { await group.setLock(Self.stoppingText) }
    }

    /// Forgets sub-groups that nobody is in, with what was said there: strangers can make as many as they like, and they
    /// must not keep others from their groups.
    private func makeRoom() async {
        // Not for every request: if somebody is in each of them, looking helps nobody.
        let now = clock()
        guard now.unixSeconds != madeRoomAt?.unixSeconds else { return }
        madeRoomAt = now
        for (name, entry) in entries where !entry.source.isExact { await forgetIfEmpty(name) }
    }

    private func make(_ name: String, _ description: GroupDescription, _ source: GroupFiles.Source) -> Group {
        let worker = leastLoadedWorker()
        let group = Group(
            name: name, description: description, media: workers[worker], owner: nextOwner, limits: limits,
            logger: logger,
            rtcConfiguration: { [iceServers, clock] in iceServers?.configuration(now: clock()) ?? RTCConfiguration() },
            lock: isStopping ? Self.stoppingText : nil, clock: clock)
        groupsOfWorker[worker, default: 0] += 1
        workerOfGroup[name] = worker
        nextOwner += 1
        entries[name] = Entry(group: group, source: source)
        startedInput.yield(group)
        return group
    }

    /// By groups, because what a group will carry is not known when it begins.
    private func leastLoadedWorker() -> Int {
        workers.indices.min { groupsOfWorker[$0, default: 0] < groupsOfWorker[$1, default: 0] } ?? 0
    }

    private var groupsOfWorker: [Int: Int] = [:]
    private var workerOfGroup = ByName<Int>()

    private func forgetIfEmpty(_ name: String) async {
        guard let group = entries[name]?.group, await group.retire(), let entry = entries[name], entry.group === group
        else { return }
        entries[name] = nil
        if let worker = workerOfGroup.removeValue(forKey: name) { groupsOfWorker[worker, default: 1] -= 1 }
        entry.group.media.endEvents(owner: entry.group.owner)
    }
}
