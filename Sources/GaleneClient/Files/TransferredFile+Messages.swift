// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase
import WebRTC
import WebRTCIO

extension TransferredFile {
    /// What the other side says. Spec 10.2.
    func receive(_ message: FileTransferMessage) {
        switch message {
        case .invite: break
        case .offer(_, let version, let sdp): accepted(version, sdp)
        case .answer(_, let sdp): answered(sdp)
        case .ice(_, let candidate):
            guard candidate?.isPlausible != false else { return }
            add(candidate?.candidate ?? "")
        case .cancel(_, let reason): fail(reason)
        case .obsolete: cancel("the other side's program is too old")
        }
    }

    /// A candidate may come while the connection is still being made.
    private func add(_ candidate: String) {
        if let peer {
            peer.with { peer, now in peer.addRemote(candidate: candidate, now: now) }
            drain()
        } else if state == .connecting, earlyCandidates.count < StreamRecord.maximumCandidates {
            earlyCandidates.append(candidate)
        }
    }

    /// The receiver wants the file.
    private func accepted(_ version: String, _ sdp: String) {
        guard isUp, state == .inviting else { return }
        guard version == FileTransferMessage.currentVersion else {
            return cancel("the other side speaks version \(version.prefix(8)) of the protocol, which is unknown here")
        }
        enter(.connecting)
        limit(Self.connectTimeout, "no way to the other side was found")
        let connection = connection
        Task {
            guard let (configuration, servers) = await connection?.peerConfiguration() else { return }
            answer(sdp, configuration, servers)
        }
    }

    private func answer(_ sdp: String, _ configuration: PeerConfiguration, _ servers: ICEServers) {
        guard state == .connecting, peer == nil else { return }
        do throws(NegotiationError) {
            begin(
                try DataPeer(
                    answering: sdp, configuration: configuration, random: SystemRandomNumberGenerator(),
                    now: .current), servers)
        } catch {
            return cancel("the connection cannot be negotiated: \(error)")
        }
        say(.answer(id: id, sdp: peer?.with { peer, _ in peer.description } ?? ""))
        for candidate in earlyCandidates { add(candidate) }
        earlyCandidates = []
        enter(.connected)
        limit(Self.connectTimeout, "no way to the other side was found")
        drain()
    }

    private func answered(_ sdp: String) {
        guard !isUp, state == .connecting, let peer else { return }
        do throws(NegotiationError) {
            try peer.with { peer, now throws(NegotiationError) in try peer.apply(answer: sdp, now: now) }
        } catch {
            return cancel("the connection cannot be negotiated: \(error)")
        }
        enter(.connected)
        limit(Self.connectTimeout, "no way to the other side was found")
        drain()
    }
}
