// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import NIOCore
import NIOWebSocket

/// A message to several clients, encoded once for all of them. A class, so that handing it on counts one reference and not
/// one for each of its strings.
final class SharedMessage: Sendable {
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
