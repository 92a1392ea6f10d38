// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import NIOCore
import RTCBase

/// A member's WebSocket, with what comes in as a sequence.
final class MemberChannel: Sendable {
    private let channel: SignallingChannel
    /// Ends with an error that says why the server closed.
    let messages: AsyncThrowingStream<ServerMessage, any Error>
    /// Our end of the connection: an address from which the server can be reached.
    let localAddress: IPAddress

    static func open(_ url: ServerURL, by dialler: Dialler) async throws -> MemberChannel {
        // Bounded by what one server sends: a greeting, and a message for everything that happens in the group.
        let (messages, continuation) = AsyncThrowingStream.makeStream(
            of: ServerMessage.self, throwing: (any Error).self)
        let channel: SignallingChannel
        do {
            channel = try await SignallingChannel.open(url, by: dialler, on: dialler.group.next()) { event in
                switch event {
                case .message(let message, size: _): continuation.yield(message)
                case .unreadable(let error):
                    continuation.finish(
                        throwing: LoadError(.unsupported, "the server sent a message that is none: \(error)"))
                case .closed(1006, _):
                    continuation.finish(throwing: LoadError(.failed, "the connection to the server broke"))
                case .closed(let code, let reason):
                    continuation.finish(
                        throwing: LoadError(.failed, "the server closed the connection (\(code)) \(reason)"))
                }
            }
        } catch {
            throw LoadError(error)
        }
        guard let address = channel.localAddress?.ipAddress.flatMap(IPAddress.init) else {
            channel.abort()
            throw LoadError(.connection, "the connection to \(url.authority) has no IP address of ours")
        }
        return MemberChannel(channel, messages, address)
    }

    private init(
        _ channel: SignallingChannel, _ messages: AsyncThrowingStream<ServerMessage, any Error>, _ address: IPAddress
    ) {
        self.channel = channel
        self.messages = messages
        localAddress = address
    }

    func send(_ message: ClientMessage) { channel.send(message) }
    func close() { channel.close() }
}

extension LoadError {
    /// What the client library says of a connection, for whoever started a load test.
    init(_ error: any Error) {
        guard let error = error as? ServerConnectionError else {
            self = error as? LoadError ?? LoadError(.failed, "\(error)")
            return
        }
        let kind: Kind =
            switch error.code {
            case .invalidArgument: .usage
            case .unreachable: .connection
            case .refused, .redirected: .refused
            case .protocolViolation: .unsupported
            case .timedOut, .notConnected, .closed, .fellBehind, .media: .failed
            }
        self.init(kind, error.description)
    }
}
