// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOWebSocket

/// Puts a client's frames together to messages, and holds them against RFC 6455 and our limits.
struct MessageAssembler {
    enum Output: Equatable {
        /// More frames are needed, or a pong has come.
        case nothing
        case message(ByteBuffer)
        case ping(ByteBuffer)
        /// The client begins or ends the closing handshake.
        case close
        /// The connection has to be closed with this code.
        case violation(UInt16, String)
    }

    private let maximumSize: Int
    private let maximumFragments: Int
    private var buffer: ByteBuffer?
    private var isText = false
    private var fragments = 0

    init(maximumSize: Int, maximumFragments: Int) {
        self.maximumSize = maximumSize
        self.maximumFragments = maximumFragments
    }

    mutating func receive(_ frame: WebSocketFrame) -> Output {
        // RFC 6455 section 5.1: "The server MUST close the connection upon receiving a frame that is not masked."
        guard frame.maskKey != nil else { return .violation(1002, "a frame is not masked") }
        // Section 5.2: no extension is negotiated that would define these bits; compression above all is not.
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return .violation(1002, "a reserved bit is set") }
        switch frame.opcode {
        case .text, .binary:
            guard buffer == nil else { return .violation(1002, "a message begins inside another") }
            isText = frame.opcode == .text
            return append(frame, to: nil)
        case .continuation:
            guard let buffer else { return .violation(1002, "a continuation continues nothing") }
            self.buffer = nil
            return append(frame, to: buffer)
        case .ping: return .ping(frame.unmaskedData)
        case .pong: return .nothing
        case .connectionClose: return .close
        default: return .violation(1002, "an opcode is unknown")
        }
    }

    private mutating func append(_ frame: WebSocketFrame, to begun: ByteBuffer?) -> Output {
        var data = frame.unmaskedData
        guard data.readableBytes + (begun?.readableBytes ?? 0) <= maximumSize else {
            return .violation(1009, "a message is too long")
        }
        var message = begun ?? data
        if begun != nil { message.writeBuffer(&data) }
        fragments += 1
        guard frame.fin else {
            guard fragments < maximumFragments else { return .violation(1008, "a message has too many fragments") }
            buffer = message
            return .nothing
        }
        fragments = 0
        // Section 8.1: text that is not UTF-8 fails the connection.
        if isText, String(validating: message.readableBytesView, as: UTF8.self) == nil {
            return .violation(1007, "text is not UTF-8")
        }
        return .message(message)
    }
}
