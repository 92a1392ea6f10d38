// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol
public import RTP

/// A member of the group, oneself included. Spec 11.1.1.
public struct User: Hashable, Sendable, Identifiable {
    /// The client id, unique in the group.
    public let id: String
    /// What the member is called; may be empty, and is not unique.
    public internal(set) var username: String
    public internal(set) var permissions: [Permission]
    /// What the member, or its frontend, has said of itself: `raisehand`, for instance.
    public internal(set) var data: [String: JSONValue]
    /// What the member sends, as far as it is known here: by label, the kinds of its tracks. Of others that is what this
    /// client receives. Computed locally (spec 11.2.6).
    public internal(set) var streams: [String: Set<MediaKind>] = [:]

    /// The recorder, which is shown as a member and is nobody.
    public var isRecorder: Bool { permissions.contains(.system) }
}
