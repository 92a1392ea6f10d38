// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

extension STUNMessage {
    /// The fragment before the colon of a check's USERNAME: by it a server that has many sessions on one port finds the
    /// one that is meant, before anything is authenticated.
    ///
    /// RFC 8445 section 7.2.2: the user name of a check is the receiver's fragment, a colon and the sender's. `nil` when
    /// the datagram is not a request with such a name, or the fragment is longer than a sender may make one (32
    /// characters, RFC 8839 section 5.4). A string of up to 15 characters is kept in place, so that nothing is allocated
    /// for one of ours.
    public static func localUfrag(of bytes: RawSpan) -> String? {
        guard isSTUN(bytes), STUNMessageType(wire: bytes.loadUInt16(at: 0)).messageClass == .request else { return nil }
        var offset = headerLength
        var count = 0
        while count < STUNLimits.attributeCount, let attribute = Attribute(in: bytes, at: offset) {
            if attribute.type == .username { return fragment(bytes.extracting(attribute.value)) }
            offset = attribute.end
            count += 1
        }
        return nil
    }

    private static func fragment(_ username: RawSpan) -> String? {
        username.withUnsafeBytes { username in
            guard let colon = username.prefix(33).firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
            return String(validating: username[..<colon], as: UTF8.self)
        }
    }
}
