// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore

/// How long a server is waited for where the protocol says nothing of it. Others in tests.
struct Timeouts: Sendable {
    /// For a connection, and again for what it is opened for: a WebSocket, or the whole answer to a request.
    var connect = TimeAmount.seconds(10)
    /// What a server may take to answer the close of its WebSocket.
    var goodbye = TimeAmount.seconds(3)
    /// And what to confirm the end of a down stream.
    var streamEnd = TimeAmount.seconds(10)
}
