// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Which messages everybody is to remove from the chat: the value of the group action and the user message `clearchat`.
public enum ClearedChat: Hashable, Sendable {
    case everything
    /// All of a client.
    case messages(source: String)
    /// One, whose id counts only together with the client that wrote it.
    case message(id: String, source: String)

    /// - Throws: for anything but nothing, or an object of texts that names the client whenever it names a message.
    public init(_ value: JSONValue?) throws(FormatError) {
        guard let value, !value.isNull else {
            self = .everything
            return
        }
        let fields = try JSONFields(value)
        let id = try fields.nonEmptyString("id")
        switch (id, try fields.nonEmptyString("userId")) {
        case (nil, nil): self = .everything
        case (nil, let source?): self = .messages(source: source)
        case (let id?, let source?): self = .message(id: id, source: source)
        case (_?, nil): throw FormatError(path: "userId", reason: "is missing")
        }
    }

    /// As in messages; `nil` for everything.
    public var value: JSONValue? {
        switch self {
        case .everything: nil
        case .messages(let source): ["userId": .string(source)]
        case .message(let id, let source): ["id": .string(id), "userId": .string(source)]
        }
    }

    public func includes(_ chat: Chat) -> Bool {
        switch self {
        case .everything: true
        case .messages(let source): chat.source == source
        case .message(let id, let source): chat.id == id && chat.source == source
        }
    }
}
