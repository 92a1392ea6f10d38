// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The receiver of media accepts an offer.
public struct Answer: Hashable, Sendable {
    public var id: String
    public var sdp: String

    public init(id: String, sdp: String) {
        self.id = id
        self.sdp = sdp
    }

    init(_ fields: JSONFields) throws(FormatError) {
        id = try fields.string("id") ?? ""
        sdp = try fields.string("sdp") ?? ""
    }

    func write(to writer: inout JSONWriter) {
        writer.stream("answer", id)
        writer.field("sdp", sdp)
    }
}
