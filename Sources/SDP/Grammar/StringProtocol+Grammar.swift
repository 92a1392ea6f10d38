// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

extension StringProtocol {
    /// RFC 8866 section 9, `token`: visible ASCII without `"(),/:;<=>?@[\]`.
    package var isToken: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case 0x21, 0x23...0x27, 0x2a...0x2b, 0x2d...0x2e, 0x30...0x39, 0x41...0x5a, 0x5e...0x7e: true
                default: false
                }
            }
    }

    package var isDigits: Bool { utf8.isDigits }

    /// The part before the first space, and the part after it; `nil` when there is no space.
    package var splitAtSpace: (head: SubSequence, tail: SubSequence)? {
        // By bytes: to Character, a space with a combining mark is no space.
        guard let space = utf8.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        return (self[..<space], self[utf8.index(after: space)...])
    }
}

extension Sequence<UInt8> {
    /// At least one ASCII digit, and nothing else.
    package var isDigits: Bool {
        var isEmpty = true
        for byte in self {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return false }
            isEmpty = false
        }
        return !isEmpty
    }
}

extension UInt8 {
    /// A payload type in decimal digits (RFC 3550 section 5.1: seven bits).
    package init?(payloadType text: some StringProtocol) {
        guard text.isDigits, let number = UInt8(text), number < 128 else { return nil }
        self = number
    }
}
