// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A TCP connection whose bytes the test writes and reads itself, so that it can be as wrong as it likes.
struct RawClient: Sendable {
    let channel: any Channel
    private let inbox: Inbox

    /// - Parameter readsNothing: leaves everything in the kernel's buffer, which is made small.
    static func connect(
        port: Int, tls: NIOSSLContext? = nil, readsNothing: Bool = false
    ) async throws -> RawClient {
        try await connect(tls: tls, readsNothing: readsNothing) { $0.connect(host: "127.0.0.1", port: port) }
    }

    static func connect(socket path: String) async throws -> RawClient {
        try await connect { $0.connect(unixDomainSocketPath: path) }
    }

    private static func connect(
        tls: NIOSSLContext? = nil, readsNothing: Bool = false,
        _ connect: (ClientBootstrap) -> EventLoopFuture<any Channel>
    ) async throws -> RawClient {
        let inbox = Inbox()
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: !readsNothing)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: nil))
                    }
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox))
                }
            }
        let channel = try await connect(
            readsNothing ? bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 4096) : bootstrap
        ).get()
        return RawClient(channel: channel, inbox: inbox)
    }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }
    func send(_ text: String) async throws { try await send(Array(text.utf8)) }
    func close() async throws { try await channel.close() }

    /// Exactly so many bytes; `nil` when the connection ends before.
    func read(_ count: Int) async -> [UInt8]? {
        await inbox.take { $0.count >= count ? count : nil }
    }

    /// Everything up to and including the marker; `nil` when the connection ends before.
    func read(through marker: String) async -> String? {
        let marker = Array(marker.utf8)
        let bytes = await inbox.take { bytes in
            bytes.indices.dropLast(marker.count - 1).first { bytes[$0...].starts(with: marker) }.map {
                $0 + marker.count
            }
        }
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads to the end of the connection. - Returns: how many bytes came.
    func readToEnd() async -> Int {
        var count = 0
        while let bytes = await inbox.take(where: { $0.isEmpty ? nil : $0.count }) { count += bytes.count }
        return count
    }

    /// Waits for the end of the connection, dropping what comes before it.
    func waitForEnd() async { while await inbox.take(where: { $0.isEmpty ? nil : $0.count }) != nil {} }
}

/// Bytes that have arrived, and whoever waits for them.
private final class Inbox: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    func append(_ bytes: [UInt8]) {
        state.withLock { state in
            state.bytes += bytes
            defer { state.waiter = nil }
            return state.waiter
        }?.resume()
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }?.resume()
    }

    /// Waits until `length` says how many bytes to take; `nil` when the connection ends before.
    func take(where length: @Sendable ([UInt8]) -> Int?) async -> [UInt8]? {
        while true {
            let (result, isClosed) = state.withLock { state -> ([UInt8]?, Bool) in
                guard let count = length(state.bytes) else { return (nil, state.isClosed) }
                let taken = Array(state.bytes.prefix(count))
                state.bytes.removeFirst(count)
                return (taken, false)
            }
            if let result { return result }
            if isClosed { return nil }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if length(state.bytes) != nil || state.isClosed { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }
}

private final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let inbox: Inbox

    init(_ inbox: Inbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inbox.append(Array(unwrapInboundIn(data).readableBytesView))
    }

    func channelInactive(context: ChannelHandlerContext) { inbox.close() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

// MARK: HTTP

struct RawResponse {
    let status: Int
    let fields: [String: String]
    let body: String
}

extension RawClient {
    /// Sends a request and reads the answer by its Content-Length.
    func request(
        _ method: String, _ path: String, _ fields: [String: String] = [:], body: String = ""
    ) async throws -> RawResponse? {
        var head = "\(method) \(path) HTTP/1.1\r\n"
        for (name, value) in ["Host": "h.example"].merging(fields, uniquingKeysWith: { $1 }) {
            head += "\(name): \(value)\r\n"
        }
        try await send(head + "\r\n" + body)
        guard let text = await read(through: "\r\n\r\n") else { return nil }
        let lines = text.components(separatedBy: "\r\n")
        var answered: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            answered[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        let status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        let length = method == "HEAD" || status == 304 ? 0 : Int(answered["content-length"] ?? "0") ?? 0
        guard let bytes = await read(length) else { return nil }
        return RawResponse(status: status, fields: answered, body: String(decoding: bytes, as: UTF8.self))
    }
}
