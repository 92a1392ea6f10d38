// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import ICE
package import NIOCore
import RTCBase

/// Datagrams that go the same way one after the other, in one piece of memory: the kernel cuts them, which costs it a third of
/// what it takes for as many single ones. All are equally long but for the last, which may be shorter.
package struct DatagramRun: Sendable {
    /// What the kernel cuts at most (`UDP_MAX_SEGMENTS` was 64 before Linux 6.9).
    package static let maximumSegments = 64
    /// What one message of UDP holds over IPv4, headers taken off.
    package static let maximumBytes = 65_507

    package private(set) var bytes = ByteBuffer()
    package private(set) var path: ICEPath?
    package private(set) var segmentSize = 0
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// - Returns: whether the datagram is in the run now; else it begins the next.
    package mutating func append(_ transmit: ICETransmit) -> Bool {
        if isEmpty {
            path = transmit.path
            segmentSize = transmit.bytes.count
        } else {
            guard path == transmit.path, count < Self.maximumSegments, transmit.bytes.count <= segmentSize,
                bytes.readableBytes == count * segmentSize,
                bytes.readableBytes + transmit.bytes.count <= Self.maximumBytes
            else { return false }
            if count == 1 { bytes.reserveCapacity(Self.maximumBytes) }
        }
        bytes.writeBytes(transmit.bytes)
        count += 1
        return true
    }

    /// The datagrams, one by one.
    package static func segments(_ bytes: ByteBuffer, size: Int) -> [ByteBuffer] {
        var rest = bytes
        var segments: [ByteBuffer] = []
        while rest.readableBytes > 0, size > 0, let segment = rest.readSlice(length: min(size, rest.readableBytes)) {
            segments.append(segment)
        }
        return segments
    }
}
