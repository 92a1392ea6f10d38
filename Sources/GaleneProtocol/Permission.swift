// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// One thing that a member may do, by its internal name. Tokens may carry names that nobody knows: they allow nothing.
public struct Permission: RawRepresentable, Hashable, Sendable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Send streams.
    public static let present = Permission(rawValue: "present")
    /// Write chat messages (except captions) and user messages.
    public static let message = Permission(rawValue: "message")
    /// Write captions.
    public static let caption = Permission(rawValue: "caption")
    /// Make tokens.
    public static let token = Permission(rawValue: "token")
    /// Start, stop, read and delete recordings.
    public static let record = Permission(rawValue: "record")
    /// Moderate.
    public static let op = Permission(rawValue: "op")
    /// Administer the group over HTTP; nothing in the meeting.
    public static let admin = Permission(rawValue: "admin")
    /// Held by the recorder alone.
    public static let system = Permission(rawValue: "system")
}
