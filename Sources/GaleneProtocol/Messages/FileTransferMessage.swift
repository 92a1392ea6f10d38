// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What two clients say to each other about a file: the value of a user message of kind `filetransfer`. Spec 10.1.
public enum FileTransferMessage: Hashable, Sendable {
    /// Somebody offers a file.
    case invite(Invitation)
    /// The invited one accepts, with its description of the connection.
    case offer(id: String, version: String, sdp: String)
    case answer(id: String, sdp: String)
    /// `nil` for the end of candidates.
    case ice(id: String, candidate: CandidateDescription?)
    /// Either side wants no more; with a reason for people where there is one.
    case cancel(id: String, message: String?)
    /// Of programs from before Galène 0.95 (`upice`, `downice`, `reject`, `abort`): they cannot be talked to.
    case obsolete(id: String)

    /// A file that somebody offers.
    public struct Invitation: Hashable, Sendable {
        /// Unique among the files of who sends it.
        public var id: String
        /// What the sender speaks, in order of preference.
        public var versions: [String]
        /// As its sender has it: not to be used as a name in a file system before it is cleaned.
        public var name: String
        /// In bytes.
        public var size: Int64
        /// May be empty.
        public var mimeType: String

        public init(id: String, versions: [String] = [currentVersion], name: String, size: Int64, mimeType: String) {
            self.id = id
            self.versions = versions
            self.name = name
            self.size = size
            self.mimeType = mimeType
        }
    }

    /// The only version that there is.
    public static let currentVersion = "1"

    public var id: String {
        switch self {
        case .invite(let invitation): invitation.id
        case .offer(let id, _, _), .answer(let id, _), .ice(let id, _), .cancel(let id, _), .obsolete(let id): id
        }
    }

    /// - Throws: ``FormatError`` for anything that is no message about a file.
    public init(_ value: JSONValue?) throws(FormatError) {
        guard let value else { throw FormatError(reason: "is missing") }
        let fields = try JSONFields(value)
        guard let id = try fields.nonEmptyString("id") else { throw FormatError(path: "id", reason: "is missing") }
        switch try fields.string("type") {
        case "invite":
            guard let size = try fields.integer("size"), size >= 0 else {
                throw FormatError(path: "size", reason: "is not a number of bytes")
            }
            self = .invite(
                Invitation(
                    id: id, versions: try fields.versions(), name: try fields.string("name") ?? "", size: size,
                    mimeType: try fields.string("mimetype") ?? ""))
        case "offer":
            self = .offer(
                id: id, version: try fields.versions().first ?? "", sdp: try fields.string("sdp") ?? "")
        case "answer":
            self = .answer(id: id, sdp: try fields.string("sdp") ?? "")
        case "ice":
            var candidate: CandidateDescription?
            if let members = try fields.object("candidate") {
                candidate = try within("candidate") { () throws(FormatError) in
                    try CandidateDescription(JSONFields(members))
                }
            }
            self = .ice(id: id, candidate: candidate)
        case "cancel":
            self = .cancel(id: id, message: try fields.string("message"))
        case "upice", "downice", "reject", "abort":
            self = .obsolete(id: id)
        default:
            throw FormatError(path: "type", reason: "is not known")
        }
    }

    /// As in messages.
    public var value: JSONValue {
        switch self {
        case .invite(let invitation):
            [
                "type": "invite", "version": .array(invitation.versions.map(JSONValue.string)),
                "id": .string(invitation.id), "name": .string(invitation.name), "size": .integer(invitation.size),
                "mimetype": .string(invitation.mimeType),
            ]
        case .offer(let id, let version, let sdp):
            ["type": "offer", "version": [.string(version)], "id": .string(id), "sdp": .string(sdp)]
        case .answer(let id, let sdp):
            ["type": "answer", "id": .string(id), "sdp": .string(sdp)]
        case .ice(let id, let candidate):
            ["type": "ice", "id": .string(id), "candidate": candidate?.value ?? .null]
        case .cancel(let id, let message):
            message.map { ["type": "cancel", "id": .string(id), "message": .string($0)] }
                ?? ["type": "cancel", "id": .string(id)]
        case .obsolete(let id):
            ["type": "abort", "id": .string(id)]
        }
    }
}

extension JSONFields {
    /// An array of texts; the document of the protocol shows a bare number too.
    fileprivate func versions() throws(FormatError) -> [String] {
        switch value("version") {
        case .string(let text): [text]
        case .integer(let number): [String(number)]
        default: try strings("version") ?? []
        }
    }
}

extension CandidateDescription {
    var value: JSONValue {
        [
            "candidate": .string(candidate), "sdpMid": sdpMid.map(JSONValue.string) ?? .null,
            "sdpMLineIndex": sdpMLineIndex.map { .integer(Int64($0)) } ?? .null,
            "usernameFragment": usernameFragment.map(JSONValue.string) ?? .null,
        ]
    }
}
