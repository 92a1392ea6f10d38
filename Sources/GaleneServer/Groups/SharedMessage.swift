// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import NIOCore
import NIOWebSocket

/// A message to several clients, encoded once for all of them.
struct SharedMessage: Sendable {
    let message: ServerMessage
    /// As it goes over a WebSocket.
    let frame: ByteBuffer
    /// Bytes of its JSON.
    let size: Int

    init(_ message: ServerMessage) {
        self.message = message
        let encoded = message.encoded()
        size = encoded.count
        frame = OutgoingFrame.make(.text, encoded)
    }
}
