// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A candidate as browsers describe it (`RTCIceCandidateInit`).
public struct CandidateDescription: Hashable, Sendable {
    /// The attribute without `a=`; empty marks the end of candidates.
    public var candidate: String
    public var sdpMid: String?
    public var sdpMLineIndex: Int?
    public var usernameFragment: String?

    public init(
        candidate: String, sdpMid: String? = nil, sdpMLineIndex: Int? = nil, usernameFragment: String? = nil
    ) {
        self.candidate = candidate
        self.sdpMid = sdpMid
        self.sdpMLineIndex = sdpMLineIndex
        self.usernameFragment = usernameFragment
    }
}

extension CandidateDescription {
    /// Whether it is no longer than any candidate is; what is longer is not worth keeping.
    public var isPlausible: Bool {
        candidate.utf8.count <= 1024 && (sdpMid?.utf8.count ?? 0) <= 256 && (usernameFragment?.utf8.count ?? 0) <= 256
    }
}

/// One candidate of a stream's sender or receiver.
public struct TrickledCandidate: Hashable, Sendable {
    public var id: String
    /// `nil`, a browser's sign that there are no more, is a protocol error on the wire.
    public var candidate: CandidateDescription?

    public init(id: String, candidate: CandidateDescription?) {
        self.id = id
        self.candidate = candidate
    }

    init(_ fields: JSONFields) throws(FormatError) {
        id = try fields.string("id") ?? ""
        candidate = nil
        if let members = try fields.object("candidate") {
            candidate = try within("candidate") { () throws(FormatError) in
                try CandidateDescription(JSONFields(members))
            }
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.stream("ice", id)
        if let candidate {
            writer.key("candidate")
            candidate.write(to: &writer)
        }
    }
}

extension CandidateDescription {
    init(_ fields: JSONFields) throws(FormatError) {
        candidate = try fields.string("candidate") ?? ""
        sdpMid = try fields.string("sdpMid")
        sdpMLineIndex = nil
        if let index = try fields.integer("sdpMLineIndex") {
            // An unsigned short in the browsers' interface.
            guard let index = UInt16(exactly: index) else {
                throw FormatError(path: "sdpMLineIndex", reason: "is not in 0...65535")
            }
            sdpMLineIndex = Int(index)
        }
        usernameFragment = try fields.string("usernameFragment")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("candidate", candidate)
        // Written as null when absent, as the reference does.
        writer.key("sdpMid")
        if let sdpMid { writer.write(sdpMid) } else { writer.writeNull() }
        writer.key("sdpMLineIndex")
        if let sdpMLineIndex { writer.write(sdpMLineIndex) } else { writer.writeNull() }
        writer.key("usernameFragment")
        if let usernameFragment { writer.write(usernameFragment) } else { writer.writeNull() }
        writer.endObject()
    }
}
