// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A message from a server to a client, by its `type`.
///
/// Unknown fields are ignored and `null` is the same as absent; a field of the wrong type is a ``FormatError``. A type
/// that is not known is no error here: clients ignore it.
public enum ServerMessage: Hashable, Sendable {
    case handshake(Handshake)
    case ping
    case pong
    case joined(Joined)
    case user(UserChange)
    case offer(Offer)
    case answer(Answer)
    case ice(TrickledCandidate)
    /// The receiver of media asks for a new offer with an ICE restart.
    case renegotiate(id: String)
    /// The sender of media ends its stream.
    case close(id: String)
    /// The receiver of media asks the sender to close.
    case abort(id: String)
    case chat(Chat)
    /// A message of before one's own arrival.
    case chatHistory(Chat)
    case userMessage(UserMessage)
    /// `type` is absent (then empty) or none of the above.
    case unknown(type: String)
}

extension ServerMessage {
    /// - Throws: ``FormatError`` for anything but a JSON object of at most 1 MiB whose fields have the right types.
    public init(parsing bytes: RawSpan) throws(FormatError) {
        let fields = try JSONFields(messageParsing: bytes)
        let type = try fields.string("type") ?? ""
        switch type {
        case "handshake": self = .handshake(try Handshake(fields))
        case "ping": self = .ping
        case "pong": self = .pong
        case "joined": self = .joined(try Joined(fields))
        case "user": self = .user(try UserChange(fields))
        case "offer": self = .offer(try Offer(fields))
        case "answer": self = .answer(try Answer(fields))
        case "ice": self = .ice(try TrickledCandidate(fields))
        case "renegotiate": self = .renegotiate(id: try fields.string("id") ?? "")
        case "close": self = .close(id: try fields.string("id") ?? "")
        case "abort": self = .abort(id: try fields.string("id") ?? "")
        case "chat": self = .chat(try Chat(fields))
        case "chathistory": self = .chatHistory(try Chat(fields))
        case "usermessage": self = .userMessage(try UserMessage(fields))
        default: self = .unknown(type: type)
        }
    }

    public init(parsing bytes: [UInt8]) throws(FormatError) { try self.init(parsing: bytes.span.bytes) }
    public init(parsing text: String) throws(FormatError) { try self.init(parsing: Array(text.utf8)) }

    /// The message as one JSON object. Fields with the zero value of their type are left out, except `username` in
    /// `joined`, `user` and `offer`.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        switch self {
        case .handshake(let handshake): handshake.write(to: &writer)
        case .ping: writer.field("type", "ping")
        case .pong: writer.field("type", "pong")
        case .joined(let joined): joined.write(to: &writer)
        case .user(let change): change.write(to: &writer)
        case .offer(let offer): offer.write(to: &writer)
        case .answer(let answer): answer.write(to: &writer)
        case .ice(let candidate): candidate.write(to: &writer)
        case .renegotiate(let id): writer.stream("renegotiate", id)
        case .close(let id): writer.stream("close", id)
        case .abort(let id): writer.stream("abort", id)
        case .chat(let chat): chat.write(to: &writer, type: "chat")
        case .chatHistory(let chat): chat.write(to: &writer, type: "chathistory")
        case .userMessage(let message): message.write(to: &writer)
        case .unknown(let type): writer.field("type", type)
        }
        writer.endObject()
        return writer.bytes
    }
}
