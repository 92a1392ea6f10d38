// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CTunnel
import Glibc
import RTCBase
import RTCTestKit

/// An emulated network between the TUN devices of two network namespaces, seeded.
///
///     network-emulator NAMESPACE-A NAMESPACE-B [--device tun0] [--seed 1] ['a->b loss 0.3 delay 50' …]
///
/// It prints `ready` when packets flow. Lines on standard input change the conditions at once, with the same words;
/// `statistics` prints the counters of both directions, `quit` or the end of the input ends it.
@main
struct NetworkEmulatorCommand {
    static func main() {
        do throws(ConditionChange.Mistake) {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            let message = "network-emulator: \(error)\n"
            _ = message.utf8CString.withUnsafeBytes { write(2, $0.baseAddress, $0.count - 1) }
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws(ConditionChange.Mistake) {
        var device = "tun0"
        var seed: UInt64 = 1
        var names: [String] = []
        var changes: [ConditionChange] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--device":
                guard let value = rest.popFirst() else { throw .init(description: "--device needs a name") }
                device = value
            case "--seed":
                guard let value = rest.popFirst().flatMap({ UInt64($0) }) else {
                    throw .init(description: "--seed needs a number")
                }
                seed = value
            default:
                if names.count < 2 {
                    names.append(argument)
                } else {
                    changes.append(try ConditionChange(parsing: argument))
                }
            }
        }
        guard names.count == 2 else {
            throw .init(
                description: "usage: network-emulator NAMESPACE-A NAMESPACE-B [--device D] [--seed N] [CONDITIONS…]")
        }
        var bridge = Bridge(
            a: try Tunnel(namespace: names[0], device: device), b: try Tunnel(namespace: names[1], device: device),
            seed: seed)
        for change in changes { bridge.apply(change) }
        try bridge.run()
    }
}
