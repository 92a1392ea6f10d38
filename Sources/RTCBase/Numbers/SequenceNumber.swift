// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The sequence number of an RTP packet as it is on the wire: 16 bits that wrap.
public struct SequenceNumber: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    public var rawValue: UInt16

    @inlinable
    public init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// How far `other` is ahead of `self`, between -32768 and 32767 (RFC 1982 arithmetic).
    @inlinable
    public func distance(to other: SequenceNumber) -> Int {
        Int(Int16(bitPattern: other.rawValue &- rawValue))
    }

    public var description: String { String(rawValue) }
}

/// Turns 16-bit sequence numbers into 48-bit indices that do not wrap: 2^16 × roll-over counter + sequence number.
///
/// The estimate is that of [RFC 3711 section 3.3.1](https://www.rfc-editor.org/rfc/rfc3711#section-3.3.1): the index
/// that is nearest to the highest one seen. ``index(of:)`` does not move the reference, so that a packet can be
/// authenticated before it is believed; ``advance(to:)`` does.
public struct SequenceUnwrapper: Sendable, BitwiseCopyable {
    /// The highest index accepted so far; `nil` before the first.
    public private(set) var highest: UInt64?

    @inlinable
    public init() {}

    /// The index that `number` most probably stands for. The first number has roll-over counter 0.
    public func index(of number: SequenceNumber) -> UInt64 {
        guard let highest else { return UInt64(number.rawValue) }
        let reference = SequenceNumber(UInt16(truncatingIfNeeded: highest))
        var distance = reference.distance(to: number)
        // Exactly half a cycle away both indices are equally near; the RFC's pseudo-code stays in the present cycle.
        if distance == -32768, reference.rawValue < 32768 { distance = 32768 }
        // Below index 0 there is nothing: such a number is a late packet of a stream that we joined after its wrap.
        // It is taken for the one a cycle ahead, fails authentication there, and is dropped.
        let index = Int64(highest) + Int64(distance)
        return UInt64(index < 0 ? index + 65536 : index)
    }

    /// Makes `index` the reference if it is higher than all before.
    public mutating func advance(to index: UInt64) {
        if highest.map({ index > $0 }) ?? true { highest = index }
    }

    /// Both steps at once, for numbers that need no authentication.
    public mutating func unwrap(_ number: SequenceNumber) -> UInt64 {
        let index = index(of: number)
        advance(to: index)
        return index
    }
}
