// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How the streams of a group fare, for the server's administrators: an element of the array at
/// `/galene-api/v0/.stats`. What is not known is left out of the JSON.
public struct GroupStatistics: Hashable, Sendable {
    public var name: String
    public var clients: [Client]

    public init(name: String, clients: [Client] = []) {
        self.name = name
        self.clients = clients
    }

    /// A member with the streams that it sends and receives.
    public struct Client: Hashable, Sendable {
        public var id: String
        public var up: [Connection]
        public var down: [Connection]

        public init(id: String, up: [Connection] = [], down: [Connection] = []) {
            self.id = id
            self.up = up
            self.down = down
        }
    }

    /// A stream. The sender and all receivers of it know it by the same id.
    public struct Connection: Hashable, Sendable {
        public var id: String
        /// Bits a second.
        public var maxBitrate: Int64?
        public var tracks: [Track]

        public init(id: String, maxBitrate: Int64? = nil, tracks: [Track] = []) {
            self.id = id
            self.maxBitrate = maxBitrate
            self.tracks = tracks
        }
    }

    public struct Track: Hashable, Sendable {
        /// Spatial layers of a track that is received: which is the highest, and how high it could be.
        public var sid: Int?
        public var maxSid: Int?
        /// The same of temporal layers.
        public var tid: Int?
        public var maxTid: Int?
        /// Bits a second.
        public var bitrate: Int64
        public var maxBitrate: Int64?
        /// 0 to 1.
        public var loss: Double
        /// Milliseconds.
        public var rtt: Double?
        public var jitter: Double?

        public init(
            sid: Int? = nil, maxSid: Int? = nil, tid: Int? = nil, maxTid: Int? = nil, bitrate: Int64,
            maxBitrate: Int64? = nil, loss: Double, rtt: Double? = nil, jitter: Double? = nil
        ) {
            self.sid = sid
            self.maxSid = maxSid
            self.tid = tid
            self.maxTid = maxTid
            self.bitrate = bitrate
            self.maxBitrate = maxBitrate
            self.loss = loss
            self.rtt = rtt
            self.jitter = jitter
        }
    }
}

extension GroupStatistics {
    /// The whole array as JSON.
    public static func encoded(_ groups: [GroupStatistics]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for group in groups { group.write(to: &writer) }
        writer.endArray()
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("name", name)
        writer.array("clients", clients) { $0.write(to: &$1) }
        writer.endObject()
    }
}

extension GroupStatistics.Client {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("id", id)
        writer.array("up", up) { $0.write(to: &$1) }
        writer.array("down", down) { $0.write(to: &$1) }
        writer.endObject()
    }
}

extension GroupStatistics.Connection {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("id", id)
        writer.number("maxBitrate", maxBitrate)
        writer.key("tracks")
        writer.beginArray()
        for track in tracks { track.write(to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}

extension GroupStatistics.Track {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.number("sid", sid)
        writer.number("maxSid", maxSid)
        writer.number("tid", tid)
        writer.number("maxTid", maxTid)
        writer.number("bitrate", bitrate)
        writer.number("maxBitrate", maxBitrate)
        writer.number("loss", loss)
        writer.number("rtt", rtt)
        writer.number("jitter", jitter)
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func number(_ name: String, _ value: (some FixedWidthInteger)?) {
        guard let value else { return }
        key(name)
        write(value)
    }

    fileprivate mutating func number(_ name: String, _ value: Double?) {
        guard let value else { return }
        key(name)
        write(JSONValue.number(value))
    }

    /// Left out when empty.
    fileprivate mutating func array<Element>(
        _ name: String, _ elements: [Element], _ write: (Element, inout JSONWriter) -> Void
    ) {
        guard !elements.isEmpty else { return }
        key(name)
        beginArray()
        for element in elements { write(element, &self) }
        endArray()
    }
}
