// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import NIOCore
import NIOPosix
import RTCBase
import SCTP
import WebRTC
import WebRTCIO

/// Drives a ``DataPeer`` as a transfer of a file does: messages of 16 KiB, as many as the channel's buffer takes.
actor End {
    enum Role: String { case send, receive }

    nonisolated let loop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    private let role: Role
    private let bytes: Int
    private var peer: PeerDriver<DataPeer>?
    private var channel: DataChannelID?
    private var moved = 0
    private var start: Usage?
    private var early: [String] = []
    private let piece = [UInt8](repeating: 1, count: End.pieceSize)

    private static let pieceSize = 16_384
    private static let maximumBuffered = 1_048_576

    init(_ role: Role, bytes: Int, loop: any EventLoop) throws {
        self.role = role
        self.bytes = bytes
        self.loop = loop
    }

    /// The sender offers at once; the receiver waits for the offer.
    func run() async throws {
        guard role == .send else { return }
        let machine = DataPeer(
            offering: [DataChannelOptions(label: "bench")], configuration: try configuration(),
            random: SystemRandomNumberGenerator(), now: .current)
        say("description \(Data(machine.description.utf8).base64EncodedString())")
        begin(machine)
    }

    private func configuration() throws -> PeerConfiguration {
        try PeerConfiguration(unixTime: WallClock.unixSeconds, wallClock: .current)
    }

    private func begin(_ machine: consuming DataPeer) {
        let loop = loop
        let inbox: @Sendable (PeerInput) -> Void = { [weak self] input in
            self?.assumeIsolated { end in
                end.peer?.receive(input)
                end.drain()
            }
        }
        peer = PeerDriver(machine, servers: ICEServers(), loop: loop, inbox: inbox) { [weak self] in
            self?.assumeIsolated { end in
                end.peer?.handleTimeout()
                end.drain()
            }
        }
        Task {
            guard
                let sockets = await PeerDriver<DataPeer>.sockets(
                    on: HostAddresses.current(), loop: loop, inbox: inbox)
            else { return fail("this host has no address") }
            peer?.open(sockets)
            drain()
        }
    }

    /// What the other end says.
    nonisolated func take(_ line: String) {
        loop.execute { self.assumeIsolated { $0.receive(line) } }
    }

    private func receive(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return }
        do {
            switch words[0] {
            case "description":
                guard let data = Data(base64Encoded: String(words[1])) else { return }
                let sdp = String(decoding: data, as: UTF8.self)
                if role == .send {
                    try peer?.with { peer, now in try peer.apply(answer: sdp, now: now) }
                } else {
                    let machine = try DataPeer(
                        answering: sdp, configuration: configuration(), random: SystemRandomNumberGenerator(),
                        now: .current)
                    say("description \(Data(machine.description.utf8).base64EncodedString())")
                    begin(machine)
                    for candidate in early { peer?.with { $0.addRemote(candidate: candidate, now: $1) } }
                    early = []
                }
            case "candidate":
                guard peer != nil else { return early.append(String(words[1])) }
                peer?.with { $0.addRemote(candidate: String(words[1]), now: $1) }
            default: return
            }
        } catch {
            fail("\(error)")
        }
        drain()
    }

    private func drain() {
        while let event = peer?.with({ peer, _ in peer.pollEvent() }) ?? nil { handle(event) }
        while let event = peer?.with({ peer, _ in peer.pollChannelEvent() }) ?? nil { handle(event) }
        if role == .send { pump() }
    }

    private func handle(_ event: PeerEvent) {
        switch event {
        case .candidate(let text): say("candidate \(text)")
        case .failed(let reason): fail(reason)
        case .closed: fail("the other end has closed the connection")
        default: break
        }
    }

    private func handle(_ event: DataChannelEvent) {
        switch event {
        case .ready(let id):
            channel = id
            start = Usage()
            peer?.with { peer, _ in peer.setBufferedAmountLowThreshold(Self.maximumBuffered / 2, of: id) }
        case .opened(let id, _):
            channel = id
            start = Usage()
        case .message(let id, let message):
            // The receiver's only message says that everything is there.
            guard role == .receive else { return finish() }
            moved += message.bytes.count
            guard moved >= bytes else { return }
            peer?.with { peer, now in try? peer.send(.text("done"), on: id, now: now) }
            finish()
        case .disconnected: fail("the association has ended")
        default: break
        }
    }

    private func pump() {
        guard let channel, moved < bytes else { return }
        peer?.with { peer, now in
            while moved < bytes, peer.bufferedAmount(of: channel) < Self.maximumBuffered {
                guard (try? peer.send(.binary(piece), on: channel, now: now)) != nil else { return }
                moved += piece.count
            }
        }
    }

    private func finish() {
        guard let start else { return }
        let used = Usage() - start
        let counts = peer?.with { peer, _ in peer.statistics() } ?? nil
        self.start = nil
        say(
            """
            result {"bytes": \(moved), "seconds": \(used.seconds), "user": \(used.user), "system": \(used.system), \
            "packets": \(counts?.packetsSent ?? 0), "retransmitted": \(counts?.retransmittedChunks ?? 0)}
            """)
    }

    private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    private func fail(_ reason: String) {
        // The other end may be gone because all is done.
        guard moved < bytes || start != nil else { return }
        FileHandle.standardError.write(Data("data-channel-end: \(reason)\n".utf8))
        exit(1)
    }
}
