// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Takes a stream apart into STUN messages and ChannelData, in whatever pieces it comes.
///
/// [RFC 8656 section 12.5](https://www.rfc-editor.org/rfc/rfc8656#section-12.5): both say their length, a STUN message
/// without its header of 20 bytes, ChannelData without its header of 4 and without the padding that follows it here.
///
/// A message longer than ``TURNLimits/frameLength`` is skipped: it carries the long datagram of a peer, who must not be
/// able to end the connection, nor to make it hold 64 KiB. What holds a piece of a message never exceeds that limit.
public struct TURNStreamParser: Sendable {
    private var buffer: [UInt8] = []
    /// What of ``buffer`` has been taken out.
    private var start = 0
    /// Bytes of a message that is too long, still to come.
    private var skipping = 0
    private var isBroken = false
    /// Messages that were too long. Wraps.
    public private(set) var skipped: UInt64 = 0

    public init() {}

    /// Bytes that wait for the rest of their message.
    public var buffered: Int { buffer.count - start }

    /// Takes what has arrived; call ``next()`` until it gives `nil` before the next piece.
    public mutating func append(_ bytes: RawSpan) {
        guard !isBroken else { return }
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        let skip = min(skipping, bytes.byteCount)
        skipping -= skip
        bytes.extracting(droppingFirst: skip).withUnsafeBytes { buffer.append(contentsOf: $0) }
    }

    /// The next whole message, without padding; `nil` when more bytes are needed.
    /// - Throws: ``ParseError`` when the stream is not TURN: nothing more can be read from it.
    public mutating func next() throws(ParseError) -> [UInt8]? {
        while !isBroken {
            guard let frame = try frame() else { return nil }
            guard frame.total <= TURNLimits.frameLength else {
                skipped &+= 1
                skipping = max(0, frame.total - buffered)
                start = min(buffer.count, start + frame.total)
                continue
            }
            guard frame.total <= buffered else { return nil }
            let message = Array(buffer[start..<start + frame.length])
            start += frame.total
            return message
        }
        throw .notTURN
    }

    /// The length of the next message, and that with its padding; `nil` when its header is not there yet.
    private mutating func frame() throws(ParseError) -> (length: Int, total: Int)? {
        guard buffered >= ChannelData.headerLength else { return nil }
        let first = UInt16(buffer[start]) << 8 | UInt16(buffer[start + 1])
        let length = Int(buffer[start + 2]) << 8 | Int(buffer[start + 3])
        if ChannelData.channels.contains(first) {
            let whole = ChannelData.headerLength + length
            return (whole, whole + (4 - length % 4) % 4)
        }
        // RFC 8489 section 5: two zero bits, and a length that is a multiple of 4.
        guard first < 0x4000, length % 4 == 0 else { throw breaks() }
        guard buffered >= 8 else { return nil }
        guard buffer[start + 4..<start + 8].elementsEqual([0x21, 0x12, 0xa4, 0x42]) else { throw breaks() }
        return (20 + length, 20 + length)
    }

    private mutating func breaks() -> ParseError {
        isBroken = true
        buffer = []
        start = 0
        return .notTURN
    }
}
