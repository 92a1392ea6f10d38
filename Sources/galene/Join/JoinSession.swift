// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneMedia
import GaleneProtocol
import RTP

/// One person's time in a meeting: brings the model together with the connection. Who shows the model is told when there is
/// something new in it.
actor JoinSession {
    private let meeting: Meeting
    private let directory: String
    private(set) var model: MeetingModel
    private var files: [String: TransferredFile] = [:]
    private let media: OwnMedia
    private let startsMicrophone: Bool
    private let startsCamera: Bool
    private let changed: @Sendable (isolated JoinSession, Change) -> Void
    let wantsPictures: Bool
    let wantsSound: Bool
    /// `nil` before it runs, and where no sound is wanted.
    private(set) var loudspeakers: Loudspeakers?
    /// Those who send pictures, in the order in which they began.
    var tiles: [Tile] = []
    /// By the stream's id.
    var players: [String: StreamPlayer] = [:]
    /// Which stream is shown, by the local id, which it has from the one that it has replaced.
    var shown: [String: String] = [:]
    /// `nil` before it runs.
    private(set) var pictures: PictureBox?
    /// Something was sent, and nothing was heard that shows that it has arrived.
    private var isUnsettled = false
    private var settleWaiters: [CheckedContinuation<Void, Never>] = []
    private static let settleTimeout = Duration.seconds(2)
    private var endWaiters: [CheckedContinuation<MeetingEnd, Never>] = []
    /// The last that was entered, which waits for what was entered before.
    private var work: Task<Void, Never>?

    struct Options: Sendable {
        /// Where files are put.
        var directory = "."
        /// Whether pictures can be shown at all.
        var canShowPictures = false
        /// Whether they are wanted from the beginning.
        var wantsPictures = false
        /// Whether what is said is to be heard.
        var wantsSound = false
        /// Whether what happens is taken from the model in words.
        var isAnnounced = true
        /// Sent from the beginning; `nil` for not before it is asked for, and then the system's choice.
        var microphone: PublishedSource?
        var camera: PublishedSource?
    }

    /// What is new.
    enum Change: Sendable {
        case model
        /// Pictures alone, which can wait a little.
        case pictures
    }

    /// - Parameter changed: called after each change of the model.
    init(
        _ meeting: Meeting, _ options: Options, changed: @escaping @Sendable (isolated JoinSession, Change) -> Void
    ) async {
        self.meeting = meeting
        self.changed = changed
        directory = options.directory
        wantsPictures = options.canShowPictures
        wantsSound = options.wantsSound
        let connection = meeting.connection
        media = OwnMedia(
            connection, microphone: options.microphone ?? .microphone(device: nil),
            camera: options.camera ?? .camera(device: nil))
        (startsMicrophone, startsCamera) = (options.microphone != nil, options.camera != nil)
        model = MeetingModel(
            ownID: connection.id, username: await connection.username ?? "", group: meeting.status.name,
            title: meeting.joined.status?.displayName ?? meeting.status.displayName ?? meeting.status.name,
            permissions: meeting.joined.permissions, isLocked: meeting.joined.status?.locked ?? false,
            isAnnounced: options.isAnnounced, now: LocalClock.now, clock: LocalClock.timeOfDay)
        model.receivesPictures = options.wantsPictures && options.canShowPictures
    }

    /// - Returns: when the meeting is over, why.
    func run() async -> MeetingEnd {
        pictures = PictureBox { [weak self] in Task { await self?.fetchPictures() } }
        if wantsSound {
            loudspeakers = Loudspeakers(title: "galene join") { [weak self] reason in
                Task { await self?.warn("No sound: \(reason)") }
            }
        }
        await request()
        let events = Task { await follow() }
        let sending = Task { await followMedia() }
        await perform(all: model.begin(microphone: startsMicrophone, camera: startsCamera))
        let end = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let end = model.end { continuation.resume(returning: end) } else { endWaiters.append(continuation) }
            }
        } onCancel: {
            Task { await self.leave() }
        }
        events.cancel()
        sending.cancel()
        await media.end()
        loudspeakers?.stop()
        return end
    }

    /// What was sent has been heard by the group. A server may forget the last words of somebody who leaves at once.
    func settle() async {
        guard isUnsettled, model.end == nil else { return }
        isUnsettled = false
        // Messages of a member take effect in order, and of this one everybody is told, oneself included.
        guard (try? await meeting.connection.userAction(.setData, on: model.ownID, value: [:])) != nil else { return }
        let timeout = Task {
            try? await Task.sleep(for: Self.settleTimeout)
            settled()
        }
        await withCheckedContinuation { settleWaiters.append($0) }
        timeout.cancel()
    }

    private func settled() {
        for waiter in settleWaiters { waiter.resume() }
        settleWaiters = []
    }

    /// The person wants to go.
    func leave() { finish(MeetingEnd(.over, "")) }

    /// It can be shown no longer. That nobody reads any more is a quiet end.
    func leave(because error: CommandError) {
        finish(error.kind == .outputClosed ? MeetingEnd(.over, "") : MeetingEnd(.failed, error.description))
    }

    /// Lets whoever shows it change it and look at it in one step.
    func withModel<R: Sendable, E: Error>(_ body: @Sendable (inout MeetingModel) throws(E) -> R) throws(E) -> R {
        try body(&model)
    }

    private func warn(_ text: String) {
        model.note(text, isWarning: true)
        tellChange()
    }

    func tellChange() { changed(self, .model) }
    func tellPictures() { changed(self, .pictures) }

    // MARK: What happens

    private func follow() async {
        do {
            for try await event in meeting.events { await handle(event) }
        } catch {
            finish(MeetingEnd(.failed, CommandError(error).description))
        }
        finish(MeetingEnd(.failed, "the connection has ended"))
    }

    private func handle(_ event: ServerEvent) async {
        model.ownID = meeting.connection.id
        let effects = model.handle(event)
        switch event {
        case .fileTransfer(let file): follow(file)
        case .downStream(let stream): show(stream)
        case .user(.change, let user) where user.id == model.ownID: settled()
        case .reconnecting: await media.suspend()
        case .reconnected: await media.resume()
        default: break
        }
        if let end = model.end { finish(end) }
        tellChange()
        await perform(all: effects)
    }

    /// What has become of what is sent from here.
    private func followMedia() async {
        for await report in media.reports {
            var effects: [MeetingEffect] = []
            switch report {
            case .state(let state): effects = model.sends(state)
            case .trouble(let text): model.note(text, isWarning: true)
            case .refused: model.wasRefused()
            }
            tellChange()
            await perform(all: effects)
        }
    }

    private func follow(_ file: TransferredFile) {
        let id = file.fullID
        files[id] = file
        model.offered(id, isUp: file.isUp, name: file.name, person: file.username ?? "", size: file.size)
        Task {
            do {
                for try await event in file.events {
                    model.file(id, event)
                    tellChange()
                }
            } catch {}
            files[id] = nil
        }
    }

    private func finish(_ end: MeetingEnd) {
        model.finish(end)
        settled()
        for waiter in endWaiters { waiter.resume(returning: model.end ?? end) }
        endWaiters = []
    }

    // MARK: What the person does

    /// What was typed.
    ///
    /// - Returns: why it could not be done, in words; `nil` if it could.
    func submit(_ text: String) async -> String? {
        switch model.submit(text) {
        case .failure(let failure): return failure.text
        case .success(let effects):
            tellChange()
            await perform(all: effects)
            return nil
        }
    }

    /// The same by somebody who does not wait for it: what is to be done is done in the order in which it was typed, until
    /// the meeting is over.
    func enter(_ text: String) -> String? {
        switch model.submit(text) {
        case .failure(let failure): return failure.text
        case .success(let effects):
            tellChange()
            work = Task { [work] in
                await work?.value
                if model.end == nil { await perform(all: effects) }
            }
            return nil
        }
    }

    private func perform(all effects: [MeetingEffect]) async {
        for effect in effects {
            do {
                try await perform(effect)
            } catch {
                model.note("Not done: \(CommandError(error).description)", isWarning: true)
                tellChange()
            }
        }
    }

    private func perform(_ effect: MeetingEffect) async throws {
        let connection = meeting.connection
        switch effect {
        case .chat(let text, let kind, let to): try await connection.chat(text, kind: kind, to: to)
        case .userMessage(let kind, let to, let value, let noEcho):
            try await connection.userMessage(kind, to: to, value: value, noEcho: noEcho)
        case .userAction(let kind, let id, let value): try await connection.userAction(kind, on: id, value: value)
        case .groupAction(let kind, let value): try await connection.groupAction(kind, value: value)
        case .sendFile(let path, let user):
            try await connection.sendFile((path as NSString).expandingTildeInPath, to: user)
        case .acceptFile(let id): try await files[id]?.receive(into: directory)
        case .refuseFile(let id): await files[id]?.cancel("declined")
        case .renegotiate: for stream in await connection.downStreams.values { await stream.restartICE() }
        case .receivePictures: await request()
        case .send(let change): return await media.apply(change)
        case .leave:
            await settle()
            leave()
        }
        isUnsettled = effect != .leave
    }

    /// Pictures are small here, so the small ones will do.
    private func request() async {
        guard wantsPictures || !model.receivesPictures else {
            model.receivesPictures = false
            return model.note("Pictures cannot be shown here.", isWarning: true)
        }
        do {
            try await meeting.connection.request([
                "": (model.receivesPictures ? [.videoLow] : []) + (wantsSound ? [.audio] : [])
            ])
        } catch {
            model.note("Not done: \(CommandError(error).description)", isWarning: true)
        }
    }
}
