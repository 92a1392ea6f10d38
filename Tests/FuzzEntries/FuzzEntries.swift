// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// One parser that the fuzzer feeds.
public struct FuzzEntry: Sendable {
    /// The name of its folder in `Fuzz/Regressions`, and what `make fuzz` calls it.
    public let name: String
    /// Takes any bytes; traps only when our code is wrong.
    public let run: @Sendable (UnsafeRawBufferPointer) -> Void

    /// Every entry: add a line here, and the target's name to `fuzzed` in Package.swift.
    public static let all: [FuzzEntry] = [
        FuzzEntry(name: "RTCBase", run: RTCBaseFuzzing.run)
    ]

    public static func named(_ name: String) -> FuzzEntry? { all.first { $0.name == name } }
}
