// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Sources that stop sending.
///
/// [RFC 3550 section 6.6](https://www.rfc-editor.org/rfc/rfc3550#section-6.6).
public struct Goodbye: Hashable, Sendable {
    /// The count of sources has 5 bits.
    public static let maximumSources = 31

    /// Those beyond 31 are not written.
    public var ssrcs: [UInt32]
    /// Why, in at most 255 bytes of UTF-8 (not checked); empty for no reason.
    public var reason: [UInt8]

    public init(ssrcs: [UInt32], reason: [UInt8] = []) {
        self.ssrcs = ssrcs
        self.reason = reason
    }

    public init(parsing packet: RTCPPacketView) throws(ParseError) {
        var reader = ByteReader(packet.body)
        ssrcs = []
        for _ in 0..<packet.count { ssrcs.append(try reader.readUInt32()) }
        reason = []
        guard !reader.isEmpty else { return }
        let length = Int(try reader.readUInt8())
        reason = try reader.read(length).array
    }

    public func write(into writer: inout ByteWriter) {
        let part = ssrcs.prefix(Self.maximumSources)
        writer.writeRTCP(.goodbye, count: UInt8(truncatingIfNeeded: part.count)) { writer in
            for ssrc in part { writer.write(ssrc) }
            let text = reason.prefix(255)
            guard !text.isEmpty else { return }
            writer.write(UInt8(truncatingIfNeeded: text.count))
            writer.write(text)
            writer.writeZeros((4 - (text.count + 1) % 4) % 4)
        }
    }
}
