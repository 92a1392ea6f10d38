// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import ProgramKit
import RTCBase
import SCTP
import WebRTC
import WebRTCIO

/// Drives a ``DataPeer`` whose channels give back what comes on them.
actor EchoEnd {
    nonisolated let loop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    private let configuration: PeerConfiguration
    private var peer: PeerDriver<LossyPeer>?
    private var labels: [DataChannelID: String] = [:]
    private var offered: [Command.Channel] = []

    init(loop: any EventLoop) throws {
        self.loop = loop
        configuration = try PeerConfiguration(unixTime: WallClock.unixSeconds, wallClock: .current)
    }

    func follow(_ command: Command) async throws {
        if let channels = command.offer {
            offered = channels
            await begin(
                DataPeer(
                    offering: channels.map(\.options), configuration: configuration,
                    random: SystemRandomNumberGenerator(), now: .current))
        }
        if let description = command.description {
            if let peer {
                try peer.with { try $0.peer.apply(answer: description, now: $1) }
            } else {
                await begin(
                    try DataPeer(
                        answering: description, configuration: configuration,
                        random: SystemRandomNumberGenerator(), now: .current))
            }
        }
        if let candidate = command.candidate { peer?.with { $0.peer.addRemote(candidate: candidate, now: $1) } }
        if let interval = command.lose {
            let lost = peer?.with { peer, _ in
                peer.interval = interval
                return peer.lost
            }
            if interval == 0 { Note(lost: lost).say() }
        }
        if let label = command.close, let id = labels.first(where: { $0.value == label })?.key {
            peer?.with { $0.peer.close(id, now: $1) }
        }
        drain()
    }

    private func begin(_ machine: consuming DataPeer) async {
        Note(description: machine.description).say()
        let inbox: @Sendable (PeerInput) -> Void = { [weak self] input in
            self?.assumeIsolated { end in
                end.peer?.receive(input)
                end.drain()
            }
        }
        let driver = PeerDriver(LossyPeer(machine), servers: ICEServers(), loop: loop, inbox: inbox) { [weak self] in
            self?.assumeIsolated { end in
                end.peer?.handleTimeout()
                end.drain()
            }
        }
        peer = driver
        let sockets = await PeerDriver<LossyPeer>.sockets(on: HostAddresses.current(), loop: loop, inbox: inbox)
        guard let sockets else { return Note(failed: "this host has no address").say() }
        driver.open(sockets)
    }

    private func drain() {
        while let event = peer?.with({ peer, _ in peer.pollEvent() }) ?? nil {
            switch event {
            case .candidate(let text): Note(candidate: text).say()
            case .failed(let reason): Note(failed: reason).say()
            case .closed: Note(failed: "the other end has closed the connection").say()
            default: break
            }
        }
        while let event = peer?.with({ peer, _ in peer.peer.pollChannelEvent() }) ?? nil {
            switch event {
            case .opened(let id, let options):
                labels[id] = options.label
                Note(opened: Command.Channel(options)).say()
            case .ready(let id):
                // RFC 8832 section 6: each end has every other number, and ours are given out from the lowest.
                let place = Int(id.rawValue / 2)
                guard offered.indices.contains(place) else { break }
                let channel = offered[place]
                labels[id] = channel.label
                Note(ready: channel.label).say()
            case .message(let id, let message):
                do throws(DataChannelError) {
                    guard let peer else { break }
                    try peer.with { machine, now throws(DataChannelError) in
                        try machine.peer.send(message, on: id, now: now)
                    }
                } catch {
                    Note(failed: "\(error)").say()
                }
            case .closed(let id): Note(closed: labels.removeValue(forKey: id)).say()
            case .disconnected(let failure): Note(failed: failure.map { "\($0)" } ?? "the association has ended").say()
            case .connected, .bufferedAmountLow: break
            }
        }
    }
}
