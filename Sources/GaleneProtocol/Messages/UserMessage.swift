// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A message for programs: forwarded like chat, never stored.
public struct UserMessage: Hashable, Sendable {
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let error = Kind(rawValue: "error")
        public static let warning = Kind(rawValue: "warning")
        public static let info = Kind(rawValue: "info")
        /// The recipient is being expelled; `id` and `username` say by whom.
        public static let kicked = Kind(rawValue: "kicked")
        public static let clearChat = Kind(rawValue: "clearchat")
        /// The reply to `maketoken` and `edittoken`.
        public static let token = Kind(rawValue: "token")
        /// The reply to `listtokens`.
        public static let tokenList = Kind(rawValue: "tokenlist")
        /// The reply to `identify`.
        public static let userInfo = Kind(rawValue: "userinfo")
        /// The recipient is to mute its microphone.
        public static let mute = Kind(rawValue: "mute")
        public static let fileTransfer = Kind(rawValue: "filetransfer")
    }

    public var kind: Kind
    public var id: String?
    public var source: String?
    public var username: String?
    /// `nil` for everybody.
    public var dest: String?
    public var value: JSONValue?
    public var noEcho: Bool
    /// Set by the server: the sender is an operator, or the server itself.
    public var privileged: Bool
    /// Set by the server.
    public var time: Timestamp?
    /// For programs: `not-authorised` or `error`, in failed replies about tokens.
    public var error: String?
    /// The permission is missing.
    public static let notAuthorisedError = "not-authorised"

    public init(
        kind: Kind, id: String? = nil, source: String? = nil, username: String? = nil, dest: String? = nil,
        value: JSONValue? = nil, noEcho: Bool = false, privileged: Bool = false, time: Timestamp? = nil,
        error: String? = nil
    ) {
        self.kind = kind
        self.id = id
        self.source = source
        self.username = username
        self.dest = dest
        self.value = value
        self.noEcho = noEcho
        self.privileged = privileged
        self.time = time
        self.error = error
    }

    init(_ fields: JSONFields) throws(FormatError) {
        kind = Kind(rawValue: try fields.string("kind") ?? "")
        id = try fields.nonEmptyString("id")
        source = try fields.nonEmptyString("source")
        username = try fields.string("username")
        dest = try fields.nonEmptyString("dest")
        value = fields.value("value")
        noEcho = try fields.bool("noecho") ?? false
        privileged = try fields.bool("privileged") ?? false
        time = try fields.time("time")
        error = try fields.nonEmptyString("error")
    }

    func write(to writer: inout JSONWriter) {
        writer.field("type", "usermessage")
        writer.field("kind", kind)
        writer.field("error", error)
        writer.field("id", id)
        writer.field("source", source)
        writer.field("dest", dest)
        writer.field("username", username)
        writer.field("privileged", privileged)
        writer.field("time", time)
        writer.field("noecho", noEcho)
        writer.field("value", value)
    }
}
