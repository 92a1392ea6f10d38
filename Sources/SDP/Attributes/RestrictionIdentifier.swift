// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=rid`: an encoding of a section.
///
/// [RFC 8851 section 4](https://www.rfc-editor.org/rfc/rfc8851#section-4).
public struct RestrictionIdentifier: AttributeValue {
    public enum Direction: String, Sendable { case send, recv }

    public static let attributeName = "rid"
    public var id: String
    public var direction: Direction
    /// What follows the direction.
    public var restrictions: String?

    public init(id: String, direction: Direction, restrictions: String? = nil) {
        self.id = id
        self.direction = direction
        self.restrictions = restrictions
    }

    public init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, Self.isValid(words[0]), let direction = Direction(rawValue: String(words[1])) else {
            return nil
        }
        self.init(
            id: String(words[0]), direction: direction, restrictions: words.count == 3 ? String(words[2]) : nil)
    }

    public var text: String { "\(id) \(direction.rawValue)\(restrictions.map { " \($0)" } ?? "")" }

    /// RFC 8851 section 10 allows letters, digits, `-` and `_`; packets carry it in a header extension, of which the
    /// one-byte form has room for 16 bytes.
    public static func isValid(_ id: some StringProtocol) -> Bool {
        (1...16).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
                default: false
                }
            }
    }
}
