// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import RTCCrypto

/// Carries out what one session asks of its group and of the group's worker, one operation at a time.
///
/// What touches both is done in the order that leaves nothing behind: a stream is opened on the worker before the group
/// knows it, and the group forgets it before the worker closes it.
actor OperationExecutor {
    private let groups: GroupDirectory
    private let mailbox: any GroupMember
    private let address: ClientAddress
    /// The group that the client is in, under which id, and the certificate that it was told of when it joined.
    private var place: (group: Group, id: String, certificate: CertificateFingerprint)?
    /// The streams that the worker carries for the client. A departure ends them all: the session may not have heard of
    /// the last one when it asked for it.
    private var media: Set<StreamID> = []

    init(groups: GroupDirectory, mailbox: any GroupMember, address: ClientAddress = .local) {
        self.groups = groups
        self.mailbox = mailbox
        self.address = address
    }

    func execute(_ operation: SessionOperation) async -> SessionResult {
        if case .join(let request) = operation { return await join(request) }
        guard let (group, id, certificate) = place else { return Self.outside(operation) }
        switch operation {
        case .join: return .done
        case .leave(let streams):
            for stream in streams + media.subtracting(streams) { await group.media.close(stream) }
            media = []
            place = nil
            await group.leave(id, mailbox: mailbox)
            return .done
        case .chat(let chat): return Self.result(await group.chat(chat, from: id))
        case .userMessage(let message): return Self.result(await group.userMessage(message, from: id))
        case .moderate(let moderation): return Self.result(await group.moderate(moderation, by: id))
        case .listSubgroups:
            guard await group.isOperator(id) else { return .failed(Group.notAuthorised) }
            await group.answer(await groups.subgroups(of: group.name, for: id), to: id)
            return .done
        case .setUserData(let data): return Self.result(await group.setUserData(data, of: id))
        case .openUpStream(let opening): return await open(opening, certificate, in: group, id)
        case .updateUpStream(let stream, let media, let local, let remote, let tracks):
            do throws(MediaError) {
                try await group.media.updateUpStream(media, local: local, remote: remote, tracks: tracks)
                let started = try await group.media.startedTracks(of: media)
                await group.updateStream(stream, owner: id, sections: tracks, tracks: started)
                return .upStreamUpdated(id: stream)
            } catch {
                return .upStreamFailed(id: stream, Self.text(error))
            }
        case .closeUpStream(let stream, let media):
            await group.removeStream(stream, owner: id)
            await close(media, in: group)
            return .done
        case .push(let stream):
            await group.push(stream, owner: id)
            return .done
        case .refresh(let stream):
            await group.refresh(stream, for: id)
            return .done
        case .openDownStream(let stream, let local, let tracks):
            do throws(MediaError) {
                let media = try await group.media.openDownStream(
                    owner: group.owner, local: local, certificate: certificate, tracks: tracks)
                self.media.insert(media)
                await group.bind(media, to: id, as: stream)
                return .downStreamOpened(id: stream, media)
            } catch {
                return .downStreamRefused(id: stream)
            }
        case .connectDownStream(let stream, let answer):
            do throws(MediaError) {
                if let update = answer.update {
                    try await group.media.updateDownStream(answer.media, local: update.local, tracks: update.tracks)
                }
                try await group.media.connectDownStream(answer.media, remote: answer.remote, rejected: answer.rejected)
                return .done
            } catch {
                return .downStreamFailed(id: stream, answer.media)
            }
        case .updateDownStream(let stream, let media, let update):
            do throws(MediaError) {
                try await group.media.updateDownStream(media, local: update.local, tracks: update.tracks)
                return .done
            } catch {
                return .downStreamFailed(id: stream, media)
            }
        case .closeMedia(let media):
            await group.unbind(media)
            await close(media, in: group)
            return .done
        }
    }

    private func close(_ media: StreamID, in group: Group) async {
        self.media.remove(media)
        await group.media.close(media)
    }

    private func join(_ request: JoinRequest) async -> SessionResult {
        // A group that nobody used may be forgotten between finding and joining it, which takes a moment.
        for _ in 0..<Self.attempts {
            let result = await tryJoining(request)
            guard case .joinRefused(.retired) = result else { return result }
            await Task.yield()
        }
        return .joinRefused(.retired)
    }

    private static let attempts = 16

    private func tryJoining(_ request: JoinRequest) async -> SessionResult {
        let group: Group
        switch await groups.group(named: request.group) {
        case .found(let found): group = found
        case .missing: return .joinRefused(.noSuchGroup)
        case .broken: return .joinRefused(.internalError)
        }
        let description = await group.accessed()
        if let redirect = description.redirect { return .joinRefused(.redirect(redirect)) }
        switch await groups.authorisation.authorise(request, by: description, from: address.lane) {
        case .failure(let refusal): return .joinRefused(refusal)
        case .success(let login):
            let certificate = group.media.fingerprint
            if let refusal = await group.join(
                request, as: login, certificate: certificate, mailbox: mailbox, address: address.text)
            {
                return .joinRefused(refusal)
            }
            place = (group, request.clientID, certificate)
        }
        return .done
    }

    private func open(
        _ opening: UpStreamOpening, _ certificate: CertificateFingerprint, in group: Group, _ id: String
    ) async -> SessionResult {
        do throws(MediaError) {
            let media = try await group.media.openUpStream(
                owner: group.owner, local: opening.local, certificate: certificate, remote: opening.remote,
                tracks: opening.tracks)
            self.media.insert(media)
            guard let refusal = await group.addStream(opening, owner: id, media: media) else {
                return .upStreamOpened(id: opening.id, media)
            }
            await close(media, in: group)
            return await refuse(opening, refusal, in: group, id)
        } catch {
            return await refuse(opening, Self.text(error), in: group, id)
        }
    }

    /// The stream that was to be replaced has ended nevertheless: its receivers have to learn it.
    private func refuse(
        _ opening: UpStreamOpening, _ reason: String, in group: Group, _ id: String
    ) async -> SessionResult {
        if let replaced = opening.replaces { await group.removeStream(replaced, owner: id) }
        return .upStreamFailed(id: opening.id, reason)
    }

    /// An operation that a departure has overtaken: what it was about is gone with the membership.
    private static func outside(_ operation: SessionOperation) -> SessionResult {
        switch operation {
        case .openUpStream(let opening): .upStreamFailed(id: opening.id, "you are not in this group")
        case .openDownStream(let id, _, _): .downStreamRefused(id: id)
        default: .done
        }
    }

    private static func result(_ failure: String?) -> SessionResult { failure.map { .failed($0) } ?? .done }

    private static func text(_ error: MediaError) -> String {
        switch error {
        case .noSuchStream: "the stream has ended"
        default: "the server carries too many streams"
        }
    }
}
