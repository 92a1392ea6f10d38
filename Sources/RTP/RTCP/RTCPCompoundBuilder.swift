// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Puts several RTCP messages into one datagram, and says when it is full.
///
/// Whoever builds a compound packet that is not of reduced size begins with a report and adds an SDES with a CNAME
/// ([RFC 3550 section 6.1](https://www.rfc-editor.org/rfc/rfc3550#section-6.1)).
public struct RTCPCompoundBuilder: Sendable {
    /// What fits the smallest path that we count on (1280 bytes of IPv6) with SRTCP's index and tag.
    public static let defaultMaximumSize = 1200

    private var writer: ByteWriter
    /// Bytes that a datagram may have before protection.
    public let maximumSize: Int

    public init(maximumSize: Int = Self.defaultMaximumSize) {
        self.maximumSize = maximumSize
        writer = ByteWriter(reservingCapacity: 128)
    }

    /// Adds a message if it fits.
    ///
    /// - Returns: whether it did. A message that does not fit an empty builder is added all the same: it can only be
    ///   sent on its own.
    public mutating func append(_ message: RTCPMessage) -> Bool {
        var extended = writer
        message.write(into: &extended)
        guard isEmpty || extended.count <= maximumSize else { return false }
        writer = extended
        return true
    }

    public var isEmpty: Bool { writer.count == 0 }
    /// The compound packet so far.
    public var bytes: [UInt8] { writer.bytes }
}
