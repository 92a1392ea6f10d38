// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=sendrecv` and its like: who sends in a section.
///
/// [RFC 8866 section 6.7](https://www.rfc-editor.org/rfc/rfc8866#section-6.7).
public enum MediaDirection: String, Hashable, Sendable, CaseIterable {
    case sendrecv, sendonly, recvonly, inactive

    /// The last that attributes declare; `nil` when they do not.
    public init?(_ attributes: [Attribute]) {
        for attribute in attributes.reversed() where attribute.value == nil {
            if let direction = MediaDirection(rawValue: attribute.name) {
                self = direction
                return
            }
        }
        return nil
    }

    public var sends: Bool { self == .sendrecv || self == .sendonly }
    public var receives: Bool { self == .sendrecv || self == .recvonly }

    public var attribute: Attribute { Attribute(rawValue) }
}
