// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a file in `groups/` says of a group. Every field is optional there.
public struct GroupDescription: Hashable, Sendable {
    /// The title that people see.
    public var displayName: String?
    /// Shown on the landing page.
    public var description: String?
    /// Ignored by the server, like ``comment``.
    public var contact: String?
    public var comment: String?
    /// Listed for everybody to see.
    public var isPublic = false
    /// The URL where the group lives instead.
    public var redirect: String?
    /// Members from which on only operators are admitted; 0 for no limit.
    public var maximumClients = 0
    /// Seconds after which messages are forgotten, and an idle group that is not public.
    public var maximumHistoryAge: Int64 = GroupDescription.defaultHistoryAge
    /// Only operators may join before.
    public var notBefore: Timestamp?
    /// Only operators may join after.
    public var expires: Timestamp?
    /// Operators may record.
    public var allowRecording = false
    /// Whoever may present may make tokens.
    public var unrestrictedTokens = false
    /// Names below this one are groups as well.
    public var autoSubgroups = false
    /// Locked while there is no operator.
    public var autoLock = false
    /// Everybody is sent away when the last operator leaves.
    public var autoKick = false
    public var users: [String: UserDescription] = [:]
    /// For names that are not in ``users``.
    public var wildcardUser: UserDescription?
    /// JSON Web Keys that sign tokens, as they stand.
    public var authKeys: [JSONValue] = []
    public var authServer: String?
    public var authPortal: String?
    /// The names of the codecs that may be sent, in order; unknown ones are the server's to report and skip.
    public var codecs = GroupDescription.defaultCodecs

    /// What the file says that is obsolete or contradicts itself, for the administrator's eyes.
    public var warnings: [FormatError] = []

    public init() {}

    /// Four hours.
    public static let defaultHistoryAge: Int64 = 14_400
    public static let defaultCodecs = ["vp8", "opus"]
}

extension GroupDescription {
    /// What a user of this group may do.
    public func permissions(of user: UserDescription) -> [Permission] {
        user.permissions?.permissions(
            allowsRecording: allowRecording, hasUnrestrictedTokens: unrestrictedTokens) ?? []
    }

    /// The description of a group below this one that has no file of its own.
    public var inherited: GroupDescription {
        var description = self
        description.isPublic = false
        description.description = nil
        return description
    }
}
