// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// `bench [--rounds N] [--json FILE] [SUITE…]`: runs the suites, all by default, and prints medians.
///
/// Exit status 1 if a median exceeds its limit.
@main
struct Bench {
    static let suites: [any Suite] = [
        ForwardSuite(), SendSuite(), ReceiveSuite(), ExecutorSuite(), AllocationSuite(), WorkersSuite(),
        DataChannelSuite(),
    ]

    static func main() {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            var report = Report()
            for suite in suites where options.names.isEmpty || options.names.contains(suite.name) {
                var rounds: [Round] = []
                for number in 0...options.rounds {
                    var round = Round()
                    try suite.measure(into: &round)
                    // The first warms up caches, neighbours and clock rates.
                    if number > 0 { rounds.append(round) }
                }
                report.add(suite.name, rounds)
            }
            print(report.table)
            if let path = options.json { try report.writeJSON(to: path) }
            exit(report.isWithinLimits ? 0 : 1)
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(2)
        }
    }

    private struct Options {
        var rounds = 3
        var json: String?
        var names: Set<String> = []

        init(_ arguments: ArraySlice<String>) throws {
            var rest = arguments
            while let argument = rest.popFirst() {
                switch argument {
                case "--rounds":
                    guard let rounds = rest.popFirst().flatMap({ Int($0) }), rounds > 0 else {
                        throw SuiteError(description: "--rounds wants a number")
                    }
                    self.rounds = rounds
                case "--json":
                    json = rest.popFirst()
                case let name where suites.contains { $0.name == name }:
                    names.insert(name)
                default:
                    let known = suites.map(\.name).joined(separator: ", ")
                    throw SuiteError(description: "unknown argument \(argument); the suites are \(known)")
                }
            }
        }
    }
}
