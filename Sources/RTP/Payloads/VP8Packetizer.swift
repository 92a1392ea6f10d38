// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Cuts VP8 frames into RTP payloads.
///
/// All payloads of a frame but the last have the same size, the last is no longer: such a run leaves a server as one
/// message to the kernel (UDP GSO), while sizes that differ by a byte would halve it.
///
/// [RFC 7741 section 4.4](https://www.rfc-editor.org/rfc/rfc7741#section-4.4).
public struct VP8Packetizer: Sendable {
    /// With RTP header, extensions, SRTP tag, UDP and IPv6 headers below 1280 bytes, the smallest MTU of IPv6.
    public static let defaultMaximumPayloadSize = 1150

    public let maximumPayloadSize: Int
    /// The 15-bit id of the next frame.
    public private(set) var pictureID: UInt16

    /// - Parameters:
    ///   - maximumPayloadSize: bytes of an RTP payload, descriptor included; at least 16 are taken.
    ///   - pictureID: where to begin; RFC 7741 wants a random number.
    public init(maximumPayloadSize: Int = Self.defaultMaximumPayloadSize, pictureID: UInt16) {
        self.maximumPayloadSize = max(16, maximumPayloadSize)
        self.pictureID = pictureID & 0x7fff
    }

    /// The payloads of one frame in order; the packet of the last one carries the marker. None for an empty frame.
    public mutating func packetize(_ frame: [UInt8]) -> [[UInt8]] {
        guard !frame.isEmpty else { return [] }
        defer { pictureID = (pictureID &+ 1) & 0x7fff }
        let first = VP8PayloadDescriptor(startsPartition: true, pictureID: pictureID)
        let other = VP8PayloadDescriptor(startsPartition: false, pictureID: pictureID)
        let room = maximumPayloadSize - Int(first.length)
        let count = (frame.count + room - 1) / room
        let size = (frame.count + count - 1) / count
        return stride(from: 0, to: frame.count, by: size).map { start in
            var writer = ByteWriter(reservingCapacity: maximumPayloadSize)
            (start == 0 ? first : other).write(into: &writer)
            writer.write(frame[start..<min(start + size, frame.count)])
            return writer.bytes
        }
    }
}
