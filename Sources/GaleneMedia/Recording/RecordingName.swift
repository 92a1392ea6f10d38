// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient

/// How files are called: `2026-11-22T14-03-27-Ann-camera`, by the local time, as people look for them. What others have
/// chosen, names and labels, leads out of no directory, hides no file and turns no letters round.
enum RecordingName {
    /// Bytes of each part: together with the time and an ending they fit every file system.
    private static let maximumLength = 80

    /// - Parameter parts: the member's name and the label; empty ones are left out.
    static func stem(_ parts: [String], unixNanoseconds: Int64, timeZone: TimeZone = .current) -> String {
        let named = parts.map(cleaned).filter { !$0.isEmpty }
        return ([time(unixNanoseconds, timeZone)] + named).joined(separator: "-")
    }

    private static func time(_ unixNanoseconds: Int64, _ timeZone: TimeZone) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let date = Date(timeIntervalSince1970: Double(unixNanoseconds) / 1e9)
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        func text(_ number: Int?, _ width: Int) -> String {
            let digits = "\(number ?? 0)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(text(parts.year, 4))-\(text(parts.month, 2))-\(text(parts.day, 2))T"
            + "\(text(parts.hour, 2))-\(text(parts.minute, 2))-\(text(parts.second, 2))"
    }

    private static func cleaned(_ part: String) -> String {
        // All of a name counts, not what looks like the last part of a path.
        var flat = ""
        for scalar in part.unicodeScalars { flat.unicodeScalars.append(scalar == "/" || scalar == "\\" ? "_" : scalar) }
        guard flat.unicodeScalars.contains(where: { $0.properties.isAlphabetic || $0.properties.numericType != nil })
        else { return "" }
        var result = ""
        var count = 0
        for character in FileName.sanitized(flat) {
            count += character.utf8.count
            guard count <= maximumLength else { break }
            result.append(character)
        }
        return result
    }
}
