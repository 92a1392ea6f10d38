// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Testing

/// The client's side of a WebSocket, frame by frame.
struct RawWebSocket: Sendable {
    enum Frame: Equatable {
        case text(String)
        case pong([UInt8])
        case close(Int?)
        case other(UInt8)
    }

    let client: RawClient

    static func open(
        port: Int, origin: String? = nil, readsNothing: Bool = false
    ) async throws -> RawWebSocket {
        let client = try await RawClient.connect(port: port, readsNothing: readsNothing)
        try await client.send(handshake(origin: origin))
        if !readsNothing {
            let head = await client.read(through: "\r\n\r\n")
            #expect(head?.hasPrefix("HTTP/1.1 101") == true)
        }
        return RawWebSocket(client: client)
    }

    static func handshake(origin: String?) -> String {
        "GET /ws HTTP/1.1\r\nHost: h.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + (origin.map { "Origin: \($0)\r\n" } ?? "") + "\r\n"
    }

    /// The bytes of one masked frame.
    static func frame(
        _ opcode: UInt8, _ payload: [UInt8], fin: Bool = true, isMasked: Bool = true, length: Int? = nil
    ) -> [UInt8] {
        var bytes: [UInt8] = [(fin ? 0x80 : 0) | opcode]
        let count = length ?? payload.count
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch count {
        case 0..<126: bytes.append(mask | UInt8(count))
        case 126..<65536: bytes += [mask | 126, UInt8(count >> 8), UInt8(count & 255)]
        default: bytes += [mask | 127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
        }
        guard isMasked else { return bytes + payload }
        let key: [UInt8] = [1, 2, 3, 4]
        return bytes + key + payload.enumerated().map { $1 ^ key[$0 & 3] }
    }

    func send(_ text: String) async throws { try await client.send(Self.frame(1, Array(text.utf8))) }

    func send(_ message: ClientMessage) async throws { try await client.send(Self.frame(1, message.encoded())) }

    /// The next frame; `nil` when the connection ends without one.
    func receive() async -> Frame? {
        guard let head = await client.read(2) else { return nil }
        var length = Int(head[1])
        if length == 126 {
            guard let more = await client.read(2) else { return nil }
            length = more.reduce(0) { $0 << 8 | Int($1) }
        } else if length == 127 {
            guard let more = await client.read(8) else { return nil }
            length = more.reduce(0) { $0 << 8 | Int($1) }
        }
        guard let payload = await client.read(length) else { return nil }
        switch head[0] & 15 {
        case 1: return .text(String(decoding: payload, as: UTF8.self))
        case 8: return .close(payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil)
        case 10: return .pong(payload)
        default: return .other(head[0])
        }
    }

    /// The next message that is accepted; `nil` when the connection ends before.
    func message(where isWanted: (ServerMessage) -> Bool = { _ in true }) async -> ServerMessage? {
        while let frame = await receive() {
            guard case .text(let text) = frame else { return nil }
            guard let message = try? ServerMessage(parsing: text) else {
                Issue.record("not a message: \(text)")
                return nil
            }
            if isWanted(message) { return message }
        }
        return nil
    }

    /// The code of the closing frame, whatever comes before it.
    func closeCode() async -> Int? {
        while let frame = await receive() {
            if case .close(let code) = frame { return code }
        }
        return nil
    }

    /// Handshake and join, up to the newcomer's own `user` message.
    static func join(
        port: Int, id: String, username: String, password: String = "x", group: String = "demo"
    ) async throws -> RawWebSocket {
        let socket = try await open(port: port)
        try await socket.send(.handshake(Handshake(id: id)))
        try await socket.send(.join(Join(group: group, username: username, password: password)))
        let own = await socket.message { if case .user(let change) = $0 { change.id == id } else { false } }
        #expect(own != nil)
        return socket
    }
}
