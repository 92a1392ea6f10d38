// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a receiver wants of a stream.
public struct RequestedTrack: RawRepresentable, Hashable, Sendable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let audio = RequestedTrack(rawValue: "audio")
    /// Wins over ``videoLow``.
    public static let video = RequestedTrack(rawValue: "video")
    /// The last simulcast encoding, or the lowest spatial layer.
    public static let videoLow = RequestedTrack(rawValue: "video-low")
}

/// What a client wants of the streams with a certain label; it replaces what it wanted before.
public struct StreamSelection: Hashable, Sendable {
    /// By label (`camera`, `screenshare`, `video`, …). The empty label is for those that have no entry of their own.
    public var tracks: [String: [RequestedTrack]]

    public init(_ tracks: [String: [RequestedTrack]]) {
        self.tracks = tracks
    }

    init(_ fields: JSONFields) throws(FormatError) {
        tracks = [:]
        let members = try fields.object("request") ?? [:]
        for (label, value) in members where !value.isNull {
            tracks[label] = try JSONFields.strings(value, path: "request").map(RequestedTrack.init(rawValue:))
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.field("type", "request")
        writer.key("request")
        writer.beginObject()
        for (label, wanted) in tracks.sorted(by: { $0.key < $1.key }) {
            writer.key(label)
            writer.write(wanted.map(\.rawValue))
        }
        writer.endObject()
    }
}

/// What a client wants of one down stream, whatever its label.
public struct StreamOverride: Hashable, Sendable {
    public var id: String
    /// `nil` returns to the client's ``StreamSelection``; empty closes the stream.
    public var tracks: [RequestedTrack]?

    public init(id: String, tracks: [RequestedTrack]?) {
        self.id = id
        self.tracks = tracks
    }

    init(_ fields: JSONFields) throws(FormatError) {
        id = try fields.string("id") ?? ""
        tracks = try fields.tokens("request")
    }

    func write(to writer: inout JSONWriter) {
        writer.field("type", "requestStream")
        writer.field("id", id)
        // Not a field with a zero value: an empty array closes the stream, an absent one does not.
        if let tracks {
            writer.key("request")
            writer.write(tracks.map(\.rawValue))
        }
    }
}
