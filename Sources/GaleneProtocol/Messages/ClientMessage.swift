// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A message from a client to a server, by its `type`.
///
/// Unknown fields are ignored and `null` is the same as absent; a field of the wrong type is a ``FormatError``, which is
/// fatal to the connection. A type that is not known is no error here: the receiver decides.
public enum ClientMessage: Hashable, Sendable {
    case handshake(Handshake)
    case ping
    case pong
    case join(Join)
    case request(StreamSelection)
    case requestStream(StreamOverride)
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
    case userMessage(UserMessage)
    case userAction(UserAction)
    case groupAction(GroupAction)
    /// `type` is absent (then empty) or none of the above.
    case unknown(type: String)
}

/// A client's message with the two fields by which a client may try to pass for another, whatever the type.
public struct ClientEnvelope: Hashable, Sendable {
    /// `nil` when absent or empty.
    public var source: String?
    /// `nil` when absent; an empty name is a name.
    public var username: String?
    public var message: ClientMessage

    /// - Throws: ``FormatError`` for anything but a JSON object of at most 1 MiB whose fields have the right types.
    public init(parsing bytes: RawSpan) throws(FormatError) {
        let fields = try JSONFields(messageParsing: bytes)
        source = try fields.nonEmptyString("source")
        username = try fields.string("username")
        message = try ClientMessage(fields)
    }

    public init(parsing bytes: [UInt8]) throws(FormatError) { try self.init(parsing: bytes.span.bytes) }
    public init(parsing text: String) throws(FormatError) { try self.init(parsing: Array(text.utf8)) }
}

extension ClientMessage {
    /// - Throws: ``FormatError`` for anything but a JSON object of at most 1 MiB whose fields have the right types.
    public init(parsing bytes: RawSpan) throws(FormatError) {
        self = try ClientMessage(JSONFields(messageParsing: bytes))
    }

    public init(parsing bytes: [UInt8]) throws(FormatError) { try self.init(parsing: bytes.span.bytes) }
    public init(parsing text: String) throws(FormatError) { try self.init(parsing: Array(text.utf8)) }

    init(_ fields: JSONFields) throws(FormatError) {
        let type = try fields.string("type") ?? ""
        switch type {
        case "handshake": self = .handshake(try Handshake(fields))
        case "ping": self = .ping
        case "pong": self = .pong
        case "join": self = .join(try Join(fields))
        case "request": self = .request(try StreamSelection(fields))
        case "requestStream": self = .requestStream(try StreamOverride(fields))
        case "offer": self = .offer(try Offer(fields))
        case "answer": self = .answer(try Answer(fields))
        case "ice": self = .ice(try TrickledCandidate(fields))
        case "renegotiate": self = .renegotiate(id: try fields.string("id") ?? "")
        case "close": self = .close(id: try fields.string("id") ?? "")
        case "abort": self = .abort(id: try fields.string("id") ?? "")
        case "chat": self = .chat(try Chat(fields))
        case "usermessage": self = .userMessage(try UserMessage(fields))
        case "useraction": self = .userAction(try UserAction(fields))
        case "groupaction": self = .groupAction(try GroupAction(fields))
        default: self = .unknown(type: type)
        }
    }

    /// The message as one JSON object. Fields with the zero value of their type are left out.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        switch self {
        case .handshake(let handshake): handshake.write(to: &writer)
        case .ping: writer.field("type", "ping")
        case .pong: writer.field("type", "pong")
        case .join(let join): join.write(to: &writer)
        case .request(let selection): selection.write(to: &writer)
        case .requestStream(let override): override.write(to: &writer)
        case .offer(let offer): offer.write(to: &writer)
        case .answer(let answer): answer.write(to: &writer)
        case .ice(let candidate): candidate.write(to: &writer)
        case .renegotiate(let id): writer.stream("renegotiate", id)
        case .close(let id): writer.stream("close", id)
        case .abort(let id): writer.stream("abort", id)
        case .chat(let chat): chat.write(to: &writer, type: "chat")
        case .userMessage(let message): message.write(to: &writer)
        case .userAction(let action): action.write(to: &writer)
        case .groupAction(let action): action.write(to: &writer)
        case .unknown(let type): writer.field("type", type)
        }
        writer.endObject()
        return writer.bytes
    }
}
