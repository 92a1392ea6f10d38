// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

extension JSONFields {
    /// Parses a message and holds every field of the protocol against its type, whichever the message needs: a peer that
    /// sends a number for a name is broken, and is told so at once.
    init(messageParsing bytes: RawSpan) throws(FormatError) {
        try self.init(JSONValue(parsing: bytes, limits: .message))
        for name in members.keys {
            switch name {
            case "type", "kind", "error", "id", "replace", "source", "dest", "username", "password", "token", "group",
                "sdp", "label":
                _ = try string(name)
            case "version", "permissions":
                _ = try strings(name)
            case "privileged", "noecho":
                _ = try bool(name)
            case "status", "data", "candidate", "rtcConfiguration":
                _ = try object(name)
            case "time":
                _ = try time(name)
            default:
                continue
            }
        }
    }
}

extension JSONWriter {
    /// A message that names a stream and says nothing else.
    mutating func stream(_ type: String, _ id: String) {
        field("type", type)
        field("id", id)
    }
}
