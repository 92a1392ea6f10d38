// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A point in wall-clock time, as messages, tokens and group descriptions carry it.
///
/// [RFC 3339 section 5.6](https://www.rfc-editor.org/rfc/rfc3339#section-5.6).
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Since 1970, rounded down.
    public var unixSeconds: Int64
    /// The rest, in `0..<1_000_000_000`.
    public var nanoseconds: Int64

    /// - Parameter nanoseconds: any number; what exceeds a second is carried.
    public init(unixSeconds: Int64, nanoseconds: Int64 = 0) {
        var (carry, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 {
            carry -= 1
            rest += 1_000_000_000
        }
        self.unixSeconds = unixSeconds &+ carry
        self.nanoseconds = rest
    }

    public init(unixMilliseconds: Int64) {
        let remainder = unixMilliseconds % 1000
        self.init(unixSeconds: unixMilliseconds / 1000, nanoseconds: remainder * 1_000_000)
    }

    public static func < (a: Timestamp, b: Timestamp) -> Bool {
        (a.unixSeconds, a.nanoseconds) < (b.unixSeconds, b.nanoseconds)
    }
}

extension Timestamp {
    /// `2026-11-21T00:14:45Z`, the form of messages: whole seconds, rounded down, in UTC.
    ///
    /// Years outside `0000` to `9999`, which RFC 3339 cannot express, are shown as the nearest that it can.
    public var wholeSecondsText: String {
        // -62167219200 and 253402300799: the first second of year 0 and the last of year 9999.
        let seconds = min(max(unixSeconds, -62_167_219_200), 253_402_300_799)
        let days = (seconds - 86_399 * (seconds < 0 ? 1 : 0)) / 86_400
        let second = seconds - days * 86_400
        let date = CivilDate(daysSince1970: days)
        func text(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(text(date.year, 4))-\(text(date.month, 2))-\(text(date.day, 2))T"
            + "\(text(second / 3600, 2)):\(text(second / 60 % 60, 2)):\(text(second % 60, 2))Z"
    }

    /// As ``wholeSecondsText``, with the fraction of a second when there is one: the form of tokens.
    public var text: String {
        guard nanoseconds != 0 else { return wholeSecondsText }
        var fraction = String(nanoseconds)
        fraction = String(repeating: "0", count: 9 - fraction.count) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        return "\(wholeSecondsText.dropLast()).\(fraction)Z"
    }

    /// Parses `2026-11-21T00:14:45Z`, with a fraction of any length or an offset from UTC.
    ///
    /// A leap second counts as the second that follows, as Unix time has it.
    public init?(rfc3339 text: String) {
        let characters = Array(text.utf8)
        // The longest with nine digits of fraction has 35; more digits are allowed, but nobody needs a hundred.
        guard (20...64).contains(characters.count) else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= characters.count else { return nil }
            var value: Int64 = 0
            for character in characters[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
                value = value * 10 + Int64(character - UInt8(ascii: "0"))
            }
            return value
        }
        func has(_ character: String, at index: Int) -> Bool {
            index < characters.count && character.utf8.contains(characters[index])
        }
        guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
            let day = number(8..<10), has("Tt ", at: 10), let hour = number(11..<13), has(":", at: 13),
            let minute = number(14..<16), has(":", at: 16), let second = number(17..<19),
            (1...12).contains(month), day >= 1, day <= CivilDate.days(inMonth: month, of: year),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        var nanoseconds: Int64 = 0
        if has(".", at: index) {
            index += 1
            var unit: Int64 = 100_000_000
            let start = index
            while let digit = number(index..<(index + 1)) {
                nanoseconds += digit * unit
                unit /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        var offset: Int64 = 0
        if has("Zz", at: index) {
            index += 1
        } else {
            guard has("+-", at: index), let hours = number((index + 1)..<(index + 3)), has(":", at: index + 3),
                let minutes = number((index + 4)..<(index + 6)), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (has("-", at: index) ? -60 : 60)
            index += 6
        }
        guard index == characters.count else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        self.init(
            unixSeconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanoseconds: nanoseconds)
    }
}

/// A date of the Gregorian calendar, extended to all years from 0 on.
private struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Years are counted from March, so that the leap day is the last of its year: 30.6 days a month, five months
    /// in 153 days. 719,468 days lie between 0000-03-01 and 1970-01-01, and 146,097 in 400 years.
    var daysSince1970: Int64 {
        let shifted = year - (month <= 2 ? 1 : 0)
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
