// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a browser's `RTCPeerConnection` is made with.
public struct RTCConfiguration: Hashable, Sendable {
    public struct ICEServer: Hashable, Sendable {
        public var urls: [String]
        public var username: String
        /// Text, or an object with the type `oauth`.
        public var credential: JSONValue?
        public var credentialType: String

        public init(
            urls: [String], username: String = "", credential: JSONValue? = nil, credentialType: String = "password"
        ) {
            self.urls = urls
            self.username = username
            self.credential = credential
            self.credentialType = credentialType
        }
    }

    public var iceServers: [ICEServer]
    /// `relay` when the server wants relayed media only.
    public var iceTransportPolicy: String?

    public init(iceServers: [ICEServer] = [], iceTransportPolicy: String? = nil) {
        self.iceServers = iceServers
        self.iceTransportPolicy = iceTransportPolicy
    }

    init(_ fields: JSONFields) throws(FormatError) {
        iceServers = []
        for element in try fields.array("iceServers") ?? [] {
            iceServers.append(
                try within("iceServers") { () throws(FormatError) in try ICEServer(JSONFields(element)) })
        }
        iceTransportPolicy = try fields.nonEmptyString("iceTransportPolicy")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if !iceServers.isEmpty {
            writer.key("iceServers")
            writer.beginArray()
            for server in iceServers { server.write(to: &writer) }
            writer.endArray()
        }
        writer.field("iceTransportPolicy", iceTransportPolicy)
        writer.endObject()
    }
}

extension RTCConfiguration.ICEServer {
    init(_ fields: JSONFields) throws(FormatError) {
        // Browsers take one string as well as an array of them.
        if case .string(let url)? = fields.value("urls") {
            urls = [url]
        } else {
            urls = try fields.strings("urls") ?? []
        }
        username = try fields.string("username") ?? ""
        credential = fields.value("credential")
        credentialType = try fields.nonEmptyString("credentialType") ?? "password"
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("urls")
        writer.write(urls)
        writer.field("username", username)
        writer.field("credential", credential)
        writer.field("credentialType", credentialType)
        writer.endObject()
    }
}
