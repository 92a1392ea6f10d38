// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension String {
    /// The text as it may stand in a line of a log: whatever could begin a line of its own, or move a terminal's cursor,
    /// becomes a question mark.
    var printable: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var result = ""
        for scalar in unicodeScalars { result.unicodeScalars.append(scalar.isControl ? "?" : scalar) }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether it is no letter or sign, but ends a line, steers a terminal, or turns the direction of text.
    var isControl: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

extension Timestamp {
    /// The system's clock.
    static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(unixSeconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }
}
