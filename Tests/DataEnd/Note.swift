// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ProgramKit

/// What the program has to say.
struct Note: OutputLine, Sendable {
    /// Our offer or answer.
    var description: String?
    /// Of ours.
    var candidate: String?
    /// The other end has opened this channel.
    var opened: Command.Channel?
    /// The label of a channel of ours that the other end has.
    var ready: String?
    /// The label of a channel of which both halves have ended.
    var closed: String?
    /// The connection is of no use any more.
    var failed: String?
    /// How many datagrams have been lost, when there are to be no more.
    var lost: Int?
}
