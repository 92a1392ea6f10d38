// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The first message in each direction.
public struct Handshake: Hashable, Sendable {
    /// In order of preference. The server answers with exactly one.
    public var versions: [String]
    /// The client's own id; empty from servers, and from clients that originate no streams.
    public var id: String

    public init(versions: [String] = [Handshake.currentVersion], id: String = "") {
        self.versions = versions
        self.id = id
    }

    /// Since Galène 0.7.
    public static let currentVersion = "2"

    init(_ fields: JSONFields) throws(FormatError) {
        versions = try fields.strings("version") ?? []
        id = try fields.string("id") ?? ""
    }

    func write(to writer: inout JSONWriter) {
        writer.field("type", "handshake")
        if !versions.isEmpty {
            writer.key("version")
            writer.write(versions)
        }
        writer.field("id", id)
    }
}
