// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a fuzzer, or a test that plays one, calls with any bytes.
package enum ICECandidateFuzzing {
    /// Parses the bytes as text, and checks that what was understood survives writing and parsing again.
    package static func run(_ input: UnsafeRawBufferPointer) {
        let text = String(decoding: input, as: UTF8.self)
        guard case .candidate(let candidate)? = try? ICECandidateLine(parsing: text) else { return }
        guard case .candidate(let copy)? = try? ICECandidateLine(parsing: candidate.attributeText) else {
            preconditionFailure("what we write parses")
        }
        precondition(copy == candidate, "candidates survive")
        _ = candidate.isReachable
    }
}
