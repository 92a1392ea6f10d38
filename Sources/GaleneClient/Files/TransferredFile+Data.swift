// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import RTCBase
import SCTP
import WebRTC
import WebRTCIO

extension TransferredFile {
    /// Everything that has happened in the connection, and what can be done then.
    func drain() {
        guard let peer else { return }
        for event in peer.with({ peer, _ in Self.all { peer.pollEvent() } }) { handle(event) }
        // What the disk does not take yet stays where it is, and the sender waits.
        while incomingBytes < Self.maximumIncoming, let event = self.peer?.with({ peer, _ in peer.pollChannelEvent() })
        {
            handle(event)
        }
        if isUp { pump() }
    }

    private static func all<T>(_ next: () -> T?) -> [T] {
        var result: [T] = []
        while let element = next() { result.append(element) }
        return result
    }

    private func handle(_ event: PeerEvent) {
        switch event {
        case .candidate(let text):
            say(.ice(id: id, candidate: .init(candidate: text, sdpMid: "0", sdpMLineIndex: 0)))
        case .gatheringComplete: say(.ice(id: id, candidate: nil))
        case .failed(let reason): cancel("the connection failed: \(reason)")
        case .closed: lost()
        case .relay(let event): peer?.follow(event)
        case .pathSelected, .connected, .disconnected: break
        }
    }

    private func handle(_ event: DataChannelEvent) {
        switch event {
        case .connected, .bufferedAmountLow: break
        case .opened(let id, _):
            // The receiver opens one, and the sender uses the first.
            guard isUp, channel == nil else { return }
            open(id)
        case .ready(let id):
            guard !isUp, channel == nil else { return }
            open(id)
        case .message(let id, let message):
            guard id == channel else { return }
            isUp ? confirmed(message) : arrived(message)
        case .closed(let id): if id == channel { lost() }
        case .disconnected: lost()
        }
    }

    private func open(_ id: DataChannelID) {
        channel = id
        // From here on the bytes show that the other side is there.
        watch()
        peer?.with { peer, _ in peer.setBufferedAmountLowThreshold(Self.maximumBuffered / 2, of: id) }
        if !isUp, size == 0 { store() }
    }

    /// The connection or the channel has ended. Who has cancelled says why by the server, which takes longer.
    private func lost() {
        guard state != .done else { return close() }
        guard !isLost else { return }
        isLost = true
        limit(Self.grace, "the connection was lost")
    }

    // MARK: Sending

    /// Sends what the channel takes, and reads on.
    private func pump() {
        guard state == .connected, !isLost, let channel, let source else { return }
        readOn(source)
        while transferred < size, let peer {
            guard peer.with({ peer, _ in peer.bufferedAmount(of: channel) }) <= Self.maximumBuffered,
                let piece = outgoing.next(Self.pieceSize)
            else { break }
            do throws(DataChannelError) {
                try peer.with { peer, now throws(DataChannelError) in
                    try peer.send(.binary(piece), on: channel, now: now)
                }
            } catch {
                // The channel is gone; why, its event or the other side says.
                configuration.logger.debug(
                    "a piece of a file was not sent", metadata: ["reason": "\(error)"])
                return lost()
            }
            transferred += Int64(piece.count)
            tellProgress()
            readOn(source)
        }
    }

    private func readOn(_ source: FileSource) {
        let wanted = outgoing.wanted(of: size)
        guard wanted > 0 else { return }
        outgoing.isReading = true
        let offset = outgoing.readOffset
        Task {
            do {
                let block = try await source.read(wanted, at: offset)
                guard state == .connected else { return }
                outgoing.isReading = false
                guard block.count == wanted else { return cancel("the file has become shorter") }
                outgoing.append(block)
            } catch {
                return cancel("\(error)")
            }
            drain()
        }
    }

    /// The receiver has everything, or says something that it must not.
    private func confirmed(_ message: DataChannelMessage) {
        guard message.text == "done", transferred == size else {
            return cancel("the other side broke the protocol")
        }
        enter(.done)
        close()
    }

    // MARK: Receiving

    private func arrived(_ message: DataChannelMessage) {
        guard state == .connected else { return }
        guard message.kind == .binary else { return cancel("the other side broke the protocol") }
        guard !message.bytes.isEmpty else { return }
        guard Int64(message.bytes.count) <= size - transferred else {
            return cancel("the other side sent more than it had promised")
        }
        transferred += Int64(message.bytes.count)
        incoming += message.bytes
        incomingBytes += message.bytes.count
        tellProgress()
        if !isStoring { store() }
    }

    /// Writes what has come, and gives the file its name when it is whole.
    private func store() {
        guard let sink else { return }
        isStoring = true
        let pieces = incoming
        incoming = []
        Task {
            do {
                if !pieces.isEmpty { try await sink.write(pieces) }
                incomingBytes -= pieces.count
                if incoming.isEmpty, transferred == size, state == .connected {
                    let path = try await sink.finish()
                    // Somebody may have wanted no more meanwhile: then there is no file.
                    guard state == .connected else { return sink.remove(path) }
                    finish(path)
                }
            } catch {
                cancel("\(error)")
            }
            isStoring = false
            guard state == .connected else { return }
            if !incoming.isEmpty { store() }
            drain()
        }
    }

    private func finish(_ path: String) {
        guard state == .connected, let channel else { return }
        enter(.done)
        tell(.stored(path: path))
        sink = nil
        peer?.with { peer, now in try? peer.send(.text("done"), on: channel, now: now) }
        limit(Self.grace, "")
    }
}
