// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// Until when an invitation counts. Spec 13.6.
enum Expiration: Hashable {
    case relative(milliseconds: Int64)
    case at(Timestamp)

    /// - Parameter text: a number and a unit, as in `2d`, or a date: `2026-12-24`, `2026-12-24T20:00:00Z`.
    init(_ text: String, default standard: Expiration) throws(CommandFailure) {
        guard !text.isEmpty else {
            self = standard
            return
        }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        if let number = Int64(digits), let seconds = Self.units[String(unit)] {
            let (milliseconds, isTooMuch) = number.multipliedReportingOverflow(by: seconds * 1000)
            guard !isTooMuch else { throw Self.failure }
            self = .relative(milliseconds: milliseconds)
        } else if let date = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z") {
            self = .at(date)
        } else {
            throw Self.failure
        }
    }

    /// As in messages: a number is in milliseconds from now on.
    var value: JSONValue {
        switch self {
        case .relative(let milliseconds): .integer(milliseconds)
        case .at(let time): .string(time.text)
        }
    }

    private static let failure = CommandFailure(
        "Write the time as 30min, 12h, 2d, 1mon or 1yr, or as a date: 2026-12-24.")
    /// In seconds.
    private static let units: [String: Int64] = [
        "s": 1, "min": 60, "h": 3600, "d": 86_400, "mon": 31 * 86_400, "yr": 365 * 86_400,
    ]
}
