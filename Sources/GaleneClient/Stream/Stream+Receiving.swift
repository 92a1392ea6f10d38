// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import RTCBase
import WebRTC
import WebRTCIO

extension Stream {
    /// The server's offer, the first or a later one. One after the other.
    func receive(offer: String) {
        guard !isClosed else { return }
        if isSuspended {
            // The server has never heard of the old one's keys.
            receiving?.close()
            receiving = nil
            path = nil
            isSuspended = false
            chancesMissed = 0
            if let override { inConnection { try? $0.request(override, of: self.id) } }
        }
        guard !isAnswering else {
            waitingOffer = offer
            return
        }
        if let receiving {
            do throws(NegotiationError) {
                try receiving.with { peer, now throws(NegotiationError) in try peer.answer(offer, now: now) }
            } catch {
                return fail(ServerConnectionError(.media, "the server's offer cannot be used: \(error)"))
            }
            return answered()
        }
        isAnswering = true
        let connection = connection
        Task {
            let (configuration, servers) = await connection.peerConfiguration()
            begin(offer, configuration, servers)
        }
    }

    private func begin(_ offer: String, _ configuration: PeerConfiguration, _ servers: ICEServers) {
        isAnswering = false
        guard !isClosed, !isSuspended else { return }
        // A later offer has overtaken the first: that one is answered.
        let offer = waitingOffer ?? offer
        waitingOffer = nil
        do throws(NegotiationError) {
            receiving = PeerDriver(
                try ReceivingPeer(
                    answering: offer, codecs: connection.configuration.codecs, configuration: configuration,
                    random: SystemRandomNumberGenerator(), now: .current),
                servers: servers, loop: connection.loop, inbox: inbox, wake: wake)
        } catch {
            return fail(ServerConnectionError(.media, "the server's offer cannot be used: \(error)"))
        }
        report(.status(.checking))
        answered()
        openSockets()
    }

    private func answered() {
        guard let receiving else { return }
        let (sdp, offered) = receiving.with { peer, _ in (peer.answer, peer.tracks) }
        inConnection { $0.answer(self.id, sdp: sdp) }
        let old = tracks
        tracks = offered.map { StreamTrack(id: $0.mid, kind: $0.kind, codecs: $0.codecs) }
        for track in old where !tracks.contains(track) { report(.trackRemoved(track)) }
        for track in tracks where !old.contains(track) { report(.track(track)) }
        let kinds = Set(tracks.map(\.kind))
        inConnection { $0.setKinds(kinds, of: self.id) }
        report(.negotiated)
        drain()
    }
}
