// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit

/// What one direction is told to become: `a->b loss 0.3 delay 50`.
struct ConditionChange: Equatable {
    enum Direction: String { case aToB = "a->b", bToA = "b->a", both = "both" }

    var direction: Direction
    /// Pairs of a name and a value, checked but not yet applied.
    var settings: [(name: Name, value: Double)]

    enum Name: String, CaseIterable {
        /// Probability in 0...1.
        case loss, duplication
        /// Milliseconds.
        case delay, jitter
        /// Bits a second; 0 for no limit.
        case rate
        /// Bytes.
        case queue
    }

    static func == (a: ConditionChange, b: ConditionChange) -> Bool {
        a.direction == b.direction
            && a.settings.elementsEqual(b.settings) { $0.name == $1.name && $0.value == $1.value }
    }

    /// Why a line was not understood, for the person who wrote it.
    struct Mistake: Error, CustomStringConvertible {
        var description: String
    }

    init(parsing line: String) throws(Mistake) {
        let words = line.split(separator: " ")
        guard let first = words.first, let direction = Direction(rawValue: String(first)) else {
            throw Mistake(description: "a line begins with a->b, b->a or both: \(line)")
        }
        self.direction = direction
        settings = []
        let rest = words.dropFirst()
        guard !rest.isEmpty, rest.count % 2 == 0 else {
            throw Mistake(description: "after the direction come pairs of a name and a number: \(line)")
        }
        for (name, value) in zip(
            stride(from: rest.startIndex, to: rest.endIndex, by: 2),
            stride(from: rest.startIndex + 1, to: rest.endIndex, by: 2))
        {
            guard let known = Name(rawValue: String(rest[name])) else {
                throw Mistake(
                    description:
                        "no such condition: \(rest[name]) (\(Name.allCases.map(\.rawValue).joined(separator: ", ")))")
            }
            let most = known == .loss || known == .duplication ? 1.0 : 1e12
            guard let number = Double(rest[value]), (0...most).contains(number) else {
                throw Mistake(description: "\(known.rawValue) is a number from 0 to \(most): \(rest[value])")
            }
            settings.append((known, number))
        }
    }

    func apply(to conditions: inout NetworkConditions) {
        for (name, value) in settings {
            switch name {
            case .loss: conditions.loss = value
            case .duplication: conditions.duplication = value
            case .delay: conditions.delay = .microseconds(Int64(value * 1000))
            case .jitter: conditions.jitter = .microseconds(Int64(value * 1000))
            case .rate: conditions.rate = value < 1 ? nil : Int(value)
            case .queue: conditions.queueLimit = Int(value)
            }
        }
    }
}
