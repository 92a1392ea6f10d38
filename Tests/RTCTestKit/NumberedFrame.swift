// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTP

/// Frames that know their number, so that a test knows which have arrived and that each is as it was sent. No decoder would
/// like them: VP8 by its header alone, and no sound at all.
public enum NumberedFrame {
    /// 50 pictures a second.
    public static func picture(_ number: UInt32, isKeyFrame: Bool, encoding: UInt8 = 0) -> EncodedFrame {
        // RFC 6386 section 9.1: the frame tag, and with a key frame the start code and the size.
        var bytes: [UInt8] = [isKeyFrame ? 0x10 : 0x11, 0, 0]
        if isKeyFrame { bytes += [0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00] }
        bytes += [encoding] + withUnsafeBytes(of: number.bigEndian) { Array($0) }
        bytes += [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: isKeyFrame ? 5000 : 1500)
        return EncodedFrame(codec: .vp8, timestamp: number &* 1800, isKeyFrame: isKeyFrame, bytes: bytes)
    }

    /// 50 packets a second.
    public static func sound(_ number: UInt32) -> EncodedFrame {
        EncodedFrame(
            codec: .opus, timestamp: number &* 960, isKeyFrame: true,
            bytes: [0xfc] + withUnsafeBytes(of: number.bigEndian) { Array($0) })
    }

    /// Which frame that is, and of which encoding; whatever is not as it was sent has none.
    public static func number(_ frame: EncodedFrame) -> (number: UInt32, encoding: UInt8)? {
        switch frame.codec {
        case .vp8:
            let start = frame.isKeyFrame ? 10 : 3
            guard frame.bytes.count >= start + 5 else { return nil }
            let number = frame.bytes[(start + 1)..<(start + 5)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let encoding = frame.bytes[start]
            let sent = picture(number, isKeyFrame: frame.isKeyFrame, encoding: encoding)
            return sent.bytes == frame.bytes ? (number, encoding) : nil
        default:
            guard frame.bytes.count == 5 else { return nil }
            return (frame.bytes[1...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }, 0)
        }
    }
}
