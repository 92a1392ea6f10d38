// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import MediaFlow
import NIOCore
import RTCBase
import RTP
import WebRTC
import WebRTCIO

extension Stream {
    /// Begins to publish: the offer goes out, then the addresses.
    func publish(_ configuration: PeerConfiguration, _ servers: ICEServers) {
        guard !isClosed else { return }
        let loop = connection.loop
        let driver = PeerDriver(
            SendingPeer(
                tracks: published.map { track in
                    SendingPeer.Track(
                        codec: track.codec, id: track.id,
                        encodings: track.encodings.map { .init(rid: $0.rid, maximumBitrate: $0.maximumBitrate) })
                }, streamID: id, cname: RandomID.next(), configuration: configuration,
                random: SystemRandomNumberGenerator(), now: .current),
            servers: servers, loop: loop, inbox: inbox, wake: wake)
        sending = driver
        let kinds = Set(published.map(\.codec.kind))
        inConnection { $0.setKinds(kinds, of: self.id) }
        report(.status(.checking))
        offer(restartingICE: false)
        openSockets()
    }

    func offer(restartingICE: Bool) {
        guard let sending else { return }
        guard !sending.with({ peer, _ in peer.isPending }) else {
            // One after the other: two answers could not be told apart.
            mustOfferAgain = true
            return
        }
        let sdp = sending.with { peer, now in
            if restartingICE { peer.restartICE(now: now) }
            return peer.offer()
        }
        inConnection { $0.offer(self.id, sdp: sdp, now: .current) }
        drain()
    }

    func apply(answer: String) {
        guard let sending else { return }
        do throws(NegotiationError) {
            try sending.with { peer, now throws(NegotiationError) in try peer.apply(answer: answer, now: now) }
        } catch {
            // One that nobody waits for changes nothing.
            guard error != .unexpectedAnswer else { return }
            return fail(ServerConnectionError(.media, "the server's answer cannot be used: \(error)"))
        }
        inConnection { $0.answerApplied(self.id) }
        report(.negotiated)
        if mustOfferAgain {
            mustOfferAgain = false
            offer(restartingICE: true)
        }
        drain()
    }

    /// Where what the network has for the stream is handed in.
    var inbox: @Sendable (PeerInput) -> Void {
        { [weak self] input in self?.assumeIsolated { $0.receive(input) } }
    }

    var wake: @Sendable () -> Void {
        { [weak self] in self?.assumeIsolated { $0.handleTimeout() } }
    }

    func openSockets() {
        let inbox = inbox
        let loop = connection.loop
        let addresses = connection.assumeIsolated { $0.addresses }
        Task {
            let sockets = await PeerDriver<SendingPeer>.sockets(on: addresses, loop: loop, inbox: inbox)
            open(sockets)
        }
    }

    private func open(_ sockets: DatagramSockets?) {
        guard let sockets else {
            return fail(ServerConnectionError(.media, "this host has no address from which media could be sent"))
        }
        if let sending {
            sending.open(sockets)
        } else if let receiving {
            receiving.open(sockets)
        } else {
            sockets.close()
        }
        drain()
    }

    private func receive(_ input: PeerInput) {
        sending?.receive(input)
        receiving?.receive(input)
        drain()
    }

    private func handleTimeout() {
        sending?.handleTimeout()
        receiving?.handleTimeout()
        drain()
    }

    /// Everything that has happened in the peer connection.
    func drain() {
        if let sending {
            let (events, encoders) = sending.with { peer, now -> ([PeerEvent], [SendingPeer.EncoderEvent]) in
                var events: [PeerEvent] = []
                while let event = peer.pollEvent() { events.append(event) }
                var encoders: [SendingPeer.EncoderEvent] = []
                while let event = peer.pollEncoderEvent(now: now) { encoders.append(event) }
                return (events, encoders)
            }
            for event in events { handle(event) }
            for event in encoders { tell(event) }
        }
        if let receiving {
            let (events, frames) = receiving.with { peer, now -> ([PeerEvent], [MediaFrame]) in
                var events: [PeerEvent] = []
                while let event = peer.pollEvent() { events.append(event) }
                var frames: [MediaFrame] = []
                while let (mid, frame) = peer.pollFrame(now: now) {
                    frames.append(
                        MediaFrame(
                            track: mid, frame: frame.frame, captureTime: frame.captureTime,
                            presentation: frame.presentation, lostPackets: frame.lostPackets))
                }
                return (events, frames)
            }
            for event in events { handle(event) }
            for frame in frames { give(frame) }
        }
    }

    private func tell(_ event: SendingPeer.EncoderEvent) {
        guard published.indices.contains(event.track) else { return }
        let track = published[event.track].id
        switch event.event {
        case .keyFrameRequested(let rid): report(.keyFrameRequested(track: track, rid: rid))
        case .targetBitrate(let rid, let rate): report(.targetBitrate(track: track, rid: rid, bitsPerSecond: rate))
        }
    }

    private func handle(_ event: PeerEvent) {
        guard !isClosed else { return }
        switch event {
        case .candidate(let text):
            inConnection {
                $0.trickle(.init(candidate: text, sdpMid: "0", sdpMLineIndex: 0), of: self.id)
            }
        case .relay(let event):
            sending?.follow(event)
            receiving?.follow(event)
        case .gatheringComplete: break
        case .pathSelected(let path): self.path = path
        case .connected:
            report(.status(.connected))
            inConnection { $0.connected(self.id) }
        case .disconnected:
            report(.status(.disconnected))
            seekAnotherPath()
        case .closed:
            // The server says so by its own message, or the connection is gone.
            report(.status(.disconnected))
        case .failed(let reason):
            report(.status(.failed))
            connection.configuration.logger.debug("a stream's transport failed", metadata: ["reason": "\(reason)"])
            restartICE()
        }
    }
}
