// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// An IPv4 or IPv6 address as plain bits: 16 bytes, IPv4 in the mapped form `::ffff:a.b.c.d`.
///
/// One form for both families lets a dual-stack socket's addresses be compared and hashed without conversion.
public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
    public var high: UInt64
    public var low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter v4: the four bytes in host order, `0x7f00_0001` for 127.0.0.1.
    @inlinable
    public init(v4: UInt32) {
        self.init(high: 0, low: 0xffff_0000_0000 | UInt64(v4))
    }

    @inlinable public var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }
    /// The four bytes of an IPv4 address in host order.
    @inlinable public var v4: UInt32? { isIPv4 ? UInt32(truncatingIfNeeded: low) : nil }

    public var isLoopback: Bool { v4.map { $0 >> 24 == 127 } ?? (high == 0 && low == 1) }
    public var isUnspecified: Bool { v4.map { $0 == 0 } ?? (high == 0 && low == 0) }
    /// 169.254/16 and fe80::/10.
    public var isLinkLocal: Bool { v4.map { $0 >> 16 == 0xa9fe } ?? (high >> 54 == 0xfe80 >> 6) }
    public var isMulticast: Bool { v4.map { $0 >> 28 == 0xe } ?? (high >> 56 == 0xff) }

    public static let v4Loopback = IPAddress(v4: 0x7f00_0001)
    public static let v6Loopback = IPAddress(high: 0, low: 1)
    public static let v4Any = IPAddress(v4: 0)
    public static let v6Any = IPAddress(high: 0, low: 0)
}

extension IPAddress: LosslessStringConvertible {
    /// Parses a dotted IPv4 address or an IPv6 address in the forms of RFC 4291 section 2.2, without zone or brackets.
    /// Names are never accepted, let alone resolved.
    public init?(_ text: String) {
        let utf8 = Array(text.utf8)
        guard !utf8.isEmpty, utf8.count <= 45 else { return nil }
        if utf8.contains(UInt8(ascii: ":")) {
            guard let address = Self.parseV6(utf8) else { return nil }
            self = address
        } else {
            guard let v4 = Self.parseV4(utf8[...]) else { return nil }
            self.init(v4: v4)
        }
    }

    private static func parseV4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count) else { return nil }
            // A leading zero would be octal to some readers and decimal to others.
            guard part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var number: UInt32 = 0
            for digit in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                number = number * 10 + UInt32(digit - UInt8(ascii: "0"))
            }
            guard number <= 255 else { return nil }
            value = value << 8 | number
        }
        return value
    }

    private static func parseV6(_ text: [UInt8]) -> IPAddress? {
        var groups: [UInt16] = []
        var gap: Int?
        var rest = text[...]
        let colon = UInt8(ascii: ":")
        if rest.starts(with: [colon, colon]) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            guard groups.count < 8 else { return nil }
            let end = rest.firstIndex(of: colon) ?? rest.endIndex
            let group = rest[rest.startIndex..<end]
            if end == rest.endIndex, group.contains(UInt8(ascii: ".")) {
                guard let v4 = parseV4(group) else { return nil }
                groups += [UInt16(v4 >> 16), UInt16(truncatingIfNeeded: v4)]
                rest = []
                break
            }
            guard (1...4).contains(group.count) else { return nil }
            var value: UInt16 = 0
            for character in group {
                guard let digit = hexDigit(character) else { return nil }
                value = value << 4 | UInt16(digit)
            }
            groups.append(value)
            rest = rest[end...]
            guard !rest.isEmpty else { break }
            rest = rest.dropFirst()
            guard let next = rest.first else { return nil }
            if next == colon {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst()
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: Array(repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        let high = groups[0..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = groups[4..<8].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return IPAddress(high: high, low: low)
    }

    private static func hexDigit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The canonical text of RFC 5952; an IPv4 address in dotted form.
    public var description: String {
        if let v4 { return "\(v4 >> 24).\(v4 >> 16 & 255).\(v4 >> 8 & 255).\(v4 & 255)" }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - 16 * UInt64($0 % 4))) }
        // RFC 5952 section 4.2: the longest run of at least two zero groups, the first of equals, becomes "::".
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start >= 2, end - start > best.count { best = start..<end }
            start = max(end, start + 1)
        }
        func text(_ part: some Sequence<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        return best.isEmpty ? text(groups) : text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
    }
}
