// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What the test wants of the program.
struct Command: Decodable, Sendable {
    var policy: Policy?
    var send: Send?

    struct Send: Decodable, Sendable {
        var path: String
        /// A client id.
        var to: String
        var name: String
    }

    /// What the next transfers are to meet with.
    struct Policy: Decodable, Sendable {
        /// In which state something is done. `connected` means: once bytes have moved.
        var at: String?
        var act: Act?
        /// Whether what is offered is accepted.
        var receive: Bool?
        /// The directory for what is received.
        var into: String?
    }

    enum Act: String, Decodable, Sendable {
        /// Cancel the transfer, with the reason `enough`.
        case cancel
        /// Leave the group.
        case leave
        /// Close the connection.
        case close
        /// End this process as nothing but the kernel can.
        case die
    }
}
