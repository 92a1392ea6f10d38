// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Shifts VP8 picture ids so that the receiver sees them go on where the last run ended.
///
/// [RFC 7741 section 4.2](https://www.rfc-editor.org/rfc/rfc7741#section-4.2): the id rises by one a frame and wraps at
/// its width of 7 or 15 bits.
public struct PictureIDMap: Sendable, BitwiseCopyable {
    private var offset: UInt16 = 0
    private var highest: UInt16?

    public init() {}

    /// A new run starts with the picture `source`, which becomes the one after the last given out.
    public mutating func start(at source: UInt16, bits: UInt8) {
        if let highest { offset = (highest &+ 1 &- source) & Self.mask(bits) }
    }

    /// The id for a picture of the source.
    public mutating func map(_ source: UInt16, bits: UInt8) -> UInt16 {
        let mask = Self.mask(bits)
        let mapped = (source &+ offset) & mask
        // Serial arithmetic: only newer pictures move the mark.
        if highest.map({ (mapped &- $0) & mask <= mask >> 1 }) ?? true { highest = mapped }
        return mapped
    }

    private static func mask(_ bits: UInt8) -> UInt16 { bits == 7 ? 0x7f : 0x7fff }
}
