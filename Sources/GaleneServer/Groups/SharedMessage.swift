// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import NIOCore

/// A message to several clients, encoded once for all of them.
struct SharedMessage: Sendable {
    let message: ServerMessage
    let encoded: ByteBuffer

    init(_ message: ServerMessage) {
        self.message = message
        encoded = ByteBuffer(bytes: message.encoded())
    }
}
