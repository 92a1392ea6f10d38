// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOWebSocket

/// The bytes of the frames that a server sends: whole messages, not masked, not compressed.
///
/// swift-nio's encoder writes header and payload of each frame by themselves, and a channel's queue of writes keeps the size
/// that it once had: greeting a newcomer to a group of a thousand would cost 100 KiB for as long as it stays. So what leaves
/// together is one write.
enum OutgoingFrame {
    static func make(_ opcode: WebSocketOpcode, _ payload: some Collection<UInt8>) -> ByteBuffer {
        var frame = ByteBufferAllocator().buffer(capacity: 10 + payload.count)
        // RFC 6455 section 5.2: FIN, no extension, the opcode; then the length in the least bytes that hold it.
        frame.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        switch payload.count {
        case ..<126: frame.writeInteger(UInt8(payload.count))
        case ...0xffff:
            frame.writeInteger(UInt8(126))
            frame.writeInteger(UInt16(payload.count))
        default:
            frame.writeInteger(UInt8(127))
            frame.writeInteger(UInt64(payload.count))
        }
        frame.writeBytes(payload)
        return frame
    }
}

/// Frames that leave together, small ones as one write. One alone, and a large one, is not copied, so that a message to many
/// is in memory once, however many of them do not read.
struct OutgoingBatch {
    private(set) var writes: [ByteBuffer] = []
    private var isLastOpen = false

    /// Bytes from which on a write of its own costs less than a copy for each receiver.
    static let large = 16 * 1024

    init() {}
    init(_ frame: ByteBuffer) { append(frame) }

    var readableBytes: Int { writes.reduce(0) { $0 + $1.readableBytes } }

    mutating func append(_ frame: ByteBuffer) {
        let isSmall = frame.readableBytes < Self.large
        if isSmall, isLastOpen {
            writes[writes.count - 1].writeImmutableBuffer(frame)
        } else {
            writes.append(frame)
        }
        isLastOpen = isSmall
    }
}
