// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A value that logs and error messages must not show: an address, a token, a password.
///
/// Printing it, interpolating it or dumping it shows `<redacted>`; only ``exposed`` hands out the value, so that a
/// search for that name finds every place where it leaves its wrapper.
public struct Redacted<Value> {
    /// The value itself. Never pass it to a logger.
    public let exposed: Value

    public init(_ value: Value) {
        self.exposed = value
    }
}

extension Redacted: Sendable where Value: Sendable {}
extension Redacted: Equatable where Value: Equatable {}
extension Redacted: Hashable where Value: Hashable {}

extension Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
