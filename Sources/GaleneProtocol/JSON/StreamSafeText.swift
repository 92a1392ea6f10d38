// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Text that is cheap to compare, after [UAX #15](https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format)'s
/// stream-safe format.
///
/// Equal strings of Swift are those that are canonically equivalent: combining marks that follow each other are sorted
/// before they are compared or hashed, in a time that grows with the square of their number. No language puts more than a
/// dozen on a letter; a megabyte of them would occupy a thread for minutes.
extension StringProtocol {
    public var isStreamSafe: Bool {
        var marks = 0
        for scalar in unicodeScalars {
            marks = scalar.isCombining ? marks + 1 : 0
            if marks > maximumCombiningMarks { return false }
        }
        return true
    }
}

/// The format's own 30 are doubled, for what people write for fun.
private let maximumCombiningMarks = 64

extension Unicode.Scalar {
    fileprivate var isCombining: Bool {
        // There are none below U+0300.
        guard value >= 0x300 else { return false }
        switch value {
        // They decompose into nothing but combining marks, and some are none themselves (section 13, table 10).
        case 0x344, 0xf73, 0xf75, 0xf81: return true
        default: return properties.canonicalCombiningClass != .notReordered
        }
    }
}
