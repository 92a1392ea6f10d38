// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Names that others give to files, made fit for a directory of ours.
package enum FileName {
    /// Bytes that file systems take, less room for a number that tells files of one name apart.
    static let maximumLength = 200

    /// - Returns: the last part of what looks like a path (nothing, where that ends in a slash), without control and format characters, without what Windows
    ///   or a shell would stumble over, never hidden and never empty.
    package static func sanitized(_ name: String) -> String {
        // By scalars throughout: together with a mark behind it a slash is another character, and still a slash.
        var scalars: [Unicode.Scalar] = []
        for scalar in name.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: continue
            default: break
            }
            if scalar == "/" || scalar == "\\" {
                scalars = []
            } else {
                scalars.append("<>:\"|?*".unicodeScalars.contains(scalar) ? "_" : scalar)
            }
        }
        func isTrimmed(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar.properties.isWhitespace }
        // A name of marks alone would hang on whatever is written before it.
        let start = scalars.drop { isTrimmed($0) || $0.properties.canonicalCombiningClass != .notReordered }
        let trimmed = start.reversed().drop(while: isTrimmed).reversed()
        var text = ""
        text.unicodeScalars.append(contentsOf: trimmed)
        let (stem, ending) = split(text)
        let short = String(prefix(stem, bytes: maximumLength - min(ending.utf8.count, 32)))
        return short.isEmpty ? "file" : short + prefix(ending, bytes: 32)
    }

    /// The n-th name to try: `picture.jpg`, `picture (1).jpg`, …
    static func numbered(_ name: String, _ number: Int) -> String {
        guard number > 0 else { return name }
        let (stem, ending) = split(name)
        return "\(stem) (\(number))\(ending)"
    }

    /// Before and from the last dot on, which is no ending when nothing is before it.
    private static func split(_ name: String) -> (stem: String, ending: String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
        return (String(name[..<dot]), String(name[dot...]))
    }

    /// So many whole characters as fit.
    private static func prefix(_ text: String, bytes: Int) -> Substring {
        var end = text.startIndex
        var count = 0
        while end < text.endIndex {
            count += text[end].utf8.count
            guard count <= bytes else { break }
            end = text.index(after: end)
        }
        return text[..<end]
    }
}
