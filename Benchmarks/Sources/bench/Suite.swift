// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A group of measurements that belong together, one file each in Suites/.
protocol Suite: Sendable {
    /// What selects it on the command line.
    var name: String { get }
    /// Measures once. The runner calls it once to warm up and then a number of times, and takes medians, so that what is
    /// compared within a suite is measured under the same load of the machine.
    func measure(into round: inout Round) throws
}

/// What one pass of a suite measured.
struct Round {
    struct Value {
        var name: String
        var value: Double
        var unit: String
        var limit: Double?
    }

    private(set) var values: [Value] = []

    /// - Parameter limit: the budget: what the median may not exceed.
    mutating func record(_ name: String, _ value: Double, _ unit: String, limit: Double? = nil) {
        values.append(Value(name: name, value: value, unit: unit, limit: limit))
    }
}

/// Why a suite cannot measure here.
struct SuiteError: Error, CustomStringConvertible {
    let description: String
}
