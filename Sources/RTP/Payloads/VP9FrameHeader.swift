// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What the first bytes of a VP9 frame say: its profile, whether it is a key frame, and then its size.
///
/// The uncompressed header of the VP9 bitstream, section 6.2 of its
/// [specification](https://www.webmproject.org/vp9/#documentation).
public struct VP9FrameHeader: Hashable, Sendable, BitwiseCopyable {
    /// 0 to 3.
    public var profile: UInt8
    /// The frame is one that was decoded before, to be shown now: there is nothing in it to decode.
    public var showsExistingFrame: Bool
    /// A frame that needs no other to be decoded.
    public var isKeyFrame: Bool
    /// Pixels, 1 to 65,536; 0 unless the frame is a key frame whose header is complete.
    public var width: UInt32 = 0
    public var height: UInt32 = 0

    /// - Parameter frame: the frame, or as much of it as the first packet carries, behind the payload descriptor.
    /// - Returns: `nil` when there is no byte, the frame marker is wrong, or a key frame lacks its sync code.
    public init?(parsing frame: UnsafeRawBufferPointer) {
        var bits = BitReader(frame)
        // frame_marker "shall be equal to 2".
        guard bits.read(2) == 2, let low = bits.read(1), let high = bits.read(1) else { return nil }
        profile = UInt8(truncatingIfNeeded: high << 1 | low)
        // Only profile 3 has a reserved bit here, which moves the others by one.
        if profile == 3, bits.read(1) == nil { return nil }
        guard let shows = bits.read(1) else { return nil }
        showsExistingFrame = shows == 1
        isKeyFrame = false
        guard !showsExistingFrame, let type = bits.read(1) else { return }
        isKeyFrame = type == 0
        // show_frame and error_resilient_mode.
        guard isKeyFrame, bits.read(2) != nil, let sync = bits.read(24) else { return }
        guard sync == 0x49_8342 else { return nil }
        readSize(&bits)
    }

    private mutating func readSize(_ bits: inout BitReader) {
        if profile >= 2, bits.read(1) == nil { return }
        guard let colorSpace = bits.read(3) else { return }
        let isOdd = profile & 1 == 1
        // color_space 7 is RGB, which has no range and, in the profiles that have subsampling, a reserved bit.
        let more = colorSpace == 7 ? (isOdd ? 1 : 0) : (isOdd ? 4 : 1)
        guard bits.read(more) != nil, let width = bits.read(16), let height = bits.read(16) else { return }
        self.width = width + 1
        self.height = height + 1
    }
}

extension VP9PayloadDescriptor {
    /// The header of the layer frame that this payload begins; `nil` when it is not the first of its frame.
    ///
    /// - Parameter payload: the payload that this descriptor was read from.
    public func frameHeader(in payload: UnsafeRawBufferPointer) -> VP9FrameHeader? {
        guard startsFrame, payload.count > Int(length) else { return nil }
        return VP9FrameHeader(parsing: UnsafeRawBufferPointer(rebasing: payload[Int(length)...]))
    }
}

/// Reads bits, the highest of each byte first.
struct BitReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The next `count` bits, at most 32; `nil` when there are fewer left, and then none is taken.
    mutating func read(_ count: Int) -> UInt32? {
        guard count >= 0, count <= 32, position + count <= bytes.count * 8 else { return nil }
        var value: UInt32 = 0
        for _ in 0..<count {
            value = value << 1 | UInt32(bytes[position >> 3] >> (7 - UInt8(position & 7)) & 1)
            position += 1
        }
        return value
    }
}
