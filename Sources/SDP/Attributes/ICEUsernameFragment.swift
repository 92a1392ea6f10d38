// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=ice-ufrag`: the name by which ICE checks are addressed.
///
/// [RFC 8839 section 5.4](https://www.rfc-editor.org/rfc/rfc8839#section-5.4).
public struct ICEUsernameFragment: AttributeValue, RawRepresentable {
    public static let attributeName = "ice-ufrag"
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public init?(_ text: String) {
        guard (4...256).contains(text.utf8.count), text.isICECharacters else { return nil }
        rawValue = text
    }

    public var text: String { rawValue }
}

/// `a=ice-pwd`: what protects ICE checks.
///
/// [RFC 8839 section 5.4](https://www.rfc-editor.org/rfc/rfc8839#section-5.4).
public struct ICEPassword: AttributeValue, RawRepresentable {
    public static let attributeName = "ice-pwd"
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public init?(_ text: String) {
        guard (22...256).contains(text.utf8.count), text.isICECharacters else { return nil }
        rawValue = text
    }

    public var text: String { rawValue }
}

extension String {
    /// RFC 8839 section 5.1: `ice-char = ALPHA / DIGIT / "+" / "/"`.
    fileprivate var isICECharacters: Bool {
        utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2b, 0x2f: true
            default: false
            }
        }
    }
}
