// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Cuts VP9 frames of one layer into RTP payloads.
///
/// As with ``VP8Packetizer``, all payloads of a frame but the last have the same size. A key frame carries its size in
/// the descriptor.
///
/// [RFC 9628 section 4](https://www.rfc-editor.org/rfc/rfc9628#section-4).
public struct VP9Packetizer: Sendable {
    public let maximumPayloadSize: Int
    /// The 15-bit id of the next frame.
    public private(set) var pictureID: UInt16

    /// - Parameters:
    ///   - maximumPayloadSize: bytes of an RTP payload, descriptor included; at least 32 are taken.
    ///   - pictureID: where to begin; RFC 9628 wants a random number.
    public init(maximumPayloadSize: Int = VP8Packetizer.defaultMaximumPayloadSize, pictureID: UInt16) {
        self.maximumPayloadSize = max(32, maximumPayloadSize)
        self.pictureID = pictureID & 0x7fff
    }

    /// The payloads of one frame in order; the packet of the last one carries the marker. None for an empty frame.
    public mutating func packetize(_ frame: [UInt8]) -> [[UInt8]] {
        guard !frame.isEmpty else { return [] }
        defer { pictureID = (pictureID &+ 1) & 0x7fff }
        let header = frame.withUnsafeBytes { VP9FrameHeader(parsing: $0) }
        let isKeyFrame = header?.isKeyFrame ?? false
        var structure: VP9ScalabilityStructure?
        if isKeyFrame, let width = header.flatMap({ UInt16(exactly: $0.width) }), width > 0,
            let height = header.flatMap({ UInt16(exactly: $0.height) })
        {
            structure = VP9ScalabilityStructure(sizes: [(width, height)])
        }
        func descriptor(first: Bool, last: Bool) -> VP9PayloadDescriptor {
            VP9PayloadDescriptor(
                startsFrame: first, endsFrame: last, pictureID: pictureID, isInterPicturePredicted: !isKeyFrame,
                scalabilityStructure: first ? structure : nil)
        }
        let room = maximumPayloadSize - Int(descriptor(first: true, last: false).length)
        let count = (frame.count + room - 1) / room
        let size = (frame.count + count - 1) / count
        return stride(from: 0, to: frame.count, by: size).map { start in
            let end = min(start + size, frame.count)
            var writer = ByteWriter(reservingCapacity: maximumPayloadSize)
            descriptor(first: start == 0, last: end == frame.count).write(into: &writer)
            writer.write(frame[start..<end])
            return writer.bytes
        }
    }
}
